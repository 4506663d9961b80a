"""What stands in Elasticsearch: five kinds of documents as typed ``elasticsearch.dsl`` classes.

Strict: a field that is not here is refused by the server and comes to light, it does not grow the
mapping. Every code has its Chinese name beside it. Nothing that changes by itself with time is
stored ("overdue" is a query on the limits). Only types that a server's core has.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from elasticsearch.dsl import (
    Boolean,
    Date,
    Document,
    Field,
    Float,
    Integer,
    Keyword,
    M,
    MetaField,
    Object,
    Text,
    analyzer,
    mapped_field,
    token_filter,
)

VERSION = 1
"""Counts up with every change of a mapping; stands in each index's ``_meta``."""
LONGEST_KEYWORD = 512
"""Characters; a longer value stays in the document and is not found by it."""

_FOLDED = ("cjk_width", "lowercase")
_PAIRS = analyzer("zh_cjk", tokenizer="standard", filter=[*_FOLDED, "cjk_bigram"])
_SINGLES = analyzer(
    "zh_cjk_uni",
    tokenizer="standard",
    filter=[*_FOLDED, token_filter("cjk_uni_bi", "cjk_bigram", output_unigrams=True)],
)
_ONE_BY_ONE = analyzer("zh_uni", tokenizer="standard", filter=[*_FOLDED])
"""Asks a field of ``zh_cjk_uni`` for single characters in a row."""


def _field(kind: Field) -> Any:
    return mapped_field(kind)


def _code() -> Any:
    return _field(Keyword(ignore_above=LONGEST_KEYWORD))


def _date() -> Any:
    return _field(Date())


def _flag() -> Any:
    return _field(Boolean())


def _number() -> Any:
    return _field(Integer())


def _ratio() -> Any:
    return _field(Float())


def _prose() -> Any:
    return _field(Text(analyzer=_PAIRS, index_options="offsets"))


def _cut() -> Any:
    singles = Text(analyzer=_SINGLES, search_analyzer=_ONE_BY_ONE)
    return _field(Text(analyzer=_PAIRS, fields={"uni": singles}))


class MentionDoc(Document):
    """A mention with its verdict and its case. ``text`` and ``title`` are the masked words, for
    people in Kibana; ``body`` and ``words`` are what ``tingxue search`` asks, cut by
    ``index.words`` like the embedded index's, and not kept in the document. ``rest`` only comes
    back with the document."""

    mention_id: M[str] = _code()
    platform: M[str] = _code()
    platform_name: M[str] = _code()
    kind: M[str] = _code()
    kind_name: M[str] = _code()
    title: M[str] = _prose()
    text: M[str] = _prose()
    body: M[str] = _cut()
    words: M[str] = _field(Text(analyzer="whitespace"))
    url: M[str] = _code()
    parent_id: M[str | None] = _code()
    author_ref: M[str | None] = _code()
    published_at: M[datetime | None] = _date()
    first_seen_at: M[datetime] = _date()
    due_at: M[datetime | None] = _date()
    ip_region: M[str] = _code()
    queries: M[list[str]] = _code()
    source: M[str] = _code()
    source_kind: M[str] = _code()
    own_channel: M[bool] = _flag()
    drill: M[bool] = _flag()
    revision: M[int] = _number()
    relevant: M[bool | None] = _flag()
    reason: M[str | None] = _code()
    reason_kind: M[str | None] = _code()
    reason_name: M[str | None] = _code()
    places: M[list[str]] = _code()
    stance: M[str | None] = _code()
    stance_name: M[str | None] = _code()
    sentiment: M[float | None] = _ratio()
    polarity: M[str | None] = _code()
    polarity_name: M[str | None] = _code()
    complaint: M[bool | None] = _flag()
    categories: M[list[str]] = _code()
    category_names: M[list[str]] = _code()
    signs: M[list[str]] = _code()
    urgency: M[str | None] = _code()
    urgency_name: M[str | None] = _code()
    version: M[str | None] = _code()
    scored_at: M[datetime | None] = _date()
    case_id: M[str | None] = _code()
    level: M[str | None] = _code()
    level_rank: M[int | None] = _number()
    departments: M[list[str]] = _code()
    rest: M[object] = _field(Object(enabled=False))

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(excludes=["body", "words"])


class CaseDoc(Document):
    """A case as it stands."""

    case_id: M[str] = _code()
    categories: M[list[str]] = _code()
    category_names: M[list[str]] = _code()
    place: M[str | None] = _code()
    level: M[str] = _code()
    level_rank: M[int] = _number()
    status: M[str] = _code()
    is_open: M[bool] = _flag()
    mentions: M[int] = _number()
    departments: M[list[str]] = _code()
    opened_at: M[datetime] = _date()
    last_report_at: M[datetime] = _date()
    version: M[int] = _number()
    recurs: M[str | None] = _code()
    merged_into: M[str | None] = _code()
    registered_at: M[datetime | None] = _date()
    acceptance_due: M[datetime | None] = _date()
    settlement_due: M[datetime | None] = _date()
    admitted_at: M[datetime | None] = _date()
    refused_at: M[datetime | None] = _date()
    unverified_since: M[datetime | None] = _date()

    class Meta:
        dynamic = MetaField("strict")


class ObligationDoc(Document):
    """What one department owes one case. ``*_minutes`` and ``*_late`` speak of what has happened
    and are absent before; what is overdue now is asked: ``ack_due`` is past and
    ``acknowledged_at`` is missing."""

    case_id: M[str] = _code()
    department: M[str] = _code()
    duty: M[str] = _code()
    duty_name: M[str] = _code()
    status: M[str] = _code()
    case_status: M[str] = _code()
    categories: M[list[str]] = _code()
    category_names: M[list[str]] = _code()
    place: M[str | None] = _code()
    level: M[str] = _code()
    level_rank: M[int] = _number()
    opened_at: M[datetime] = _date()
    ack_due: M[datetime] = _date()
    reply_due: M[datetime] = _date()
    acknowledged_at: M[datetime | None] = _date()
    replied_at: M[datetime | None] = _date()
    accepted_at: M[datetime | None] = _date()
    ack_minutes: M[float | None] = _ratio()
    reply_minutes: M[float | None] = _ratio()
    accept_minutes: M[float | None] = _ratio()
    ack_late: M[bool | None] = _flag()
    reply_late: M[bool | None] = _flag()
    owes_ack: M[bool] = _flag()
    owes_reply: M[bool] = _flag()
    reworked_count: M[int] = _number()
    declined: M[bool] = _flag()
    transferred_to: M[str | None] = _code()

    class Meta:
        dynamic = MetaField("strict")


class DeliveryDoc(Document):
    """One message to one receiver over one channel; its text is not here."""

    delivery_id: M[str] = _code()
    alert_id: M[str] = _code()
    case_id: M[str | None] = _code()
    purpose: M[str] = _code()
    level: M[str | None] = _code()
    receiver: M[str] = _code()
    channel: M[str] = _code()
    state: M[str] = _code()
    state_name: M[str] = _code()
    attempts: M[int] = _number()
    created_at: M[datetime] = _date()
    accepted_at: M[datetime | None] = _date()
    seconds: M[float | None] = _ratio()
    error: M[str] = _code()
    stands_for: M[str] = _code()
    drill: M[bool] = _flag()

    class Meta:
        dynamic = MetaField("strict")


class RunDoc(Document):
    """One run of one source."""

    run_id: M[str] = _code()
    source: M[str] = _code()
    source_name: M[str] = _code()
    started_at: M[datetime] = _date()
    finished_at: M[datetime | None] = _date()
    seconds: M[float | None] = _ratio()
    outcome: M[str | None] = _code()
    outcome_name: M[str] = _code()
    well: M[bool | None] = _flag()
    seen: M[int] = _number()
    new: M[int] = _number()
    detail: M[str] = _code()

    class Meta:
        dynamic = MetaField("strict")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of documents: its name in index names, its class, what Kibana's clock reads, and
    whether each month has an index of its own (so that retention can drop a month at once)."""

    name: str
    document: type[Document]
    time_field: str
    monthly: bool = False


MENTIONS = Kind("mentions", MentionDoc, "first_seen_at", monthly=True)
CASES = Kind("cases", CaseDoc, "opened_at")
OBLIGATIONS = Kind("obligations", ObligationDoc, "opened_at")
DELIVERIES = Kind("deliveries", DeliveryDoc, "created_at")
RUNS = Kind("runs", RunDoc, "started_at")
KINDS = (MENTIONS, CASES, OBLIGATIONS, DELIVERIES, RUNS)

SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "1s",  # said, so that an index nobody searched for a while refreshes too
}


def body(kind: Kind) -> dict[str, Any]:
    """``settings`` and ``mappings`` of an index of that kind, as the server takes them; the same
    on every machine (``_meta.hash`` is of sorted JSON)."""
    made = kind.document._index.to_dict()
    mappings, analysis = made["mappings"], made.get("settings", {})
    plain = json.dumps([mappings, analysis, SETTINGS], sort_keys=True, ensure_ascii=False)
    said = {"managed_by": "tingxue", "schema_version": VERSION,
            "hash": sha256(plain.encode()).hexdigest()[:16]}  # fmt: skip
    return {"settings": {**analysis, **SETTINGS}, "mappings": {**mappings, "_meta": said}}


def template(kind: Kind, prefix: str) -> dict[str, Any]:
    """A composable index template of that kind: for indices that something else than this program
    makes, and to hang retention on."""
    made = body(kind)
    return {
        "index_patterns": [f"{prefix}{kind.name}-*"],
        "priority": 500,
        "template": made,
        "_meta": made["mappings"]["_meta"],
    }
