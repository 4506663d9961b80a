"""What stands in Elasticsearch: eight kinds of documents as typed ``elasticsearch.dsl`` classes.

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

from elasticsearch.dsl import Document, M, MetaField

from index.fields import code, cut, date, flag, kept, number, prose, ratio, tally, tokens

VERSION = 1
"""Counts up with every change of a mapping; stands in each index's ``_meta``."""


class MentionDoc(Document):
    """A mention with its verdict and its case. ``text`` and ``title`` are the masked words, for
    people in Kibana; ``body`` and ``words`` are what ``tingxue search`` asks, cut by
    ``index.words`` like the embedded index's, and not kept in the document. ``rest`` only comes
    back with the document."""

    mention_id: M[str] = code()
    platform: M[str] = code()
    platform_name: M[str] = code()
    kind: M[str] = code()
    kind_name: M[str] = code()
    title: M[str] = prose()
    text: M[str] = prose()
    body: M[str] = cut()
    words: M[str] = tokens()
    url: M[str] = code()
    parent_id: M[str | None] = code()
    author_ref: M[str | None] = code()
    published_at: M[datetime | None] = date()
    first_seen_at: M[datetime] = date()
    due_at: M[datetime | None] = date()
    ip_region: M[str] = code()
    queries: M[list[str]] = code()
    source: M[str] = code()
    source_kind: M[str] = code()
    own_channel: M[bool] = flag()
    drill: M[bool] = flag()
    revision: M[int] = number()
    relevant: M[bool | None] = flag()
    reason: M[str | None] = code()
    reason_kind: M[str | None] = code()
    reason_name: M[str | None] = code()
    places: M[list[str]] = code()
    stance: M[str | None] = code()
    stance_name: M[str | None] = code()
    sentiment: M[float | None] = ratio()
    polarity: M[str | None] = code()
    polarity_name: M[str | None] = code()
    complaint: M[bool | None] = flag()
    categories: M[list[str]] = code()
    category_names: M[list[str]] = code()
    signs: M[list[str]] = code()
    urgency: M[str | None] = code()
    urgency_name: M[str | None] = code()
    version: M[str | None] = code()
    scored_at: M[datetime | None] = date()
    case_id: M[str | None] = code()
    level: M[str | None] = code()
    level_rank: M[int | None] = number()
    departments: M[list[str]] = code()
    rest: M[object] = kept()

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(excludes=["body", "words"])


class CaseDoc(Document):
    """A case as it stands."""

    case_id: M[str] = code()
    categories: M[list[str]] = code()
    category_names: M[list[str]] = code()
    place: M[str | None] = code()
    level: M[str] = code()
    level_rank: M[int] = number()
    status: M[str] = code()
    is_open: M[bool] = flag()
    mentions: M[int] = number()
    departments: M[list[str]] = code()
    opened_at: M[datetime] = date()
    last_report_at: M[datetime] = date()
    version: M[int] = number()
    recurs: M[str | None] = code()
    merged_into: M[str | None] = code()
    registered_at: M[datetime | None] = date()
    acceptance_due: M[datetime | None] = date()
    settlement_due: M[datetime | None] = date()
    admitted_at: M[datetime | None] = date()
    refused_at: M[datetime | None] = date()
    unverified_since: M[datetime | None] = date()

    class Meta:
        dynamic = MetaField("strict")


class ObligationDoc(Document):
    """What one department owes one case. ``*_minutes`` and ``*_late`` speak of what has happened
    and are absent before; what is overdue now is asked: ``ack_due`` is past and
    ``acknowledged_at`` is missing."""

    case_id: M[str] = code()
    department: M[str] = code()
    duty: M[str] = code()
    duty_name: M[str] = code()
    status: M[str] = code()
    case_status: M[str] = code()
    categories: M[list[str]] = code()
    category_names: M[list[str]] = code()
    place: M[str | None] = code()
    level: M[str] = code()
    level_rank: M[int] = number()
    opened_at: M[datetime] = date()
    ack_due: M[datetime] = date()
    reply_due: M[datetime] = date()
    acknowledged_at: M[datetime | None] = date()
    replied_at: M[datetime | None] = date()
    accepted_at: M[datetime | None] = date()
    ack_minutes: M[float | None] = ratio()
    reply_minutes: M[float | None] = ratio()
    accept_minutes: M[float | None] = ratio()
    ack_late: M[bool | None] = flag()
    reply_late: M[bool | None] = flag()
    owes_ack: M[bool] = flag()
    owes_reply: M[bool] = flag()
    reworked_count: M[int] = number()
    declined: M[bool] = flag()
    transferred_to: M[str | None] = code()

    class Meta:
        dynamic = MetaField("strict")


class StepDoc(Document):
    """One entry in a case's history, without the name of who acted and without a note."""

    case_id: M[str] = code()
    no: M[int] = number()
    at: M[datetime] = date()
    role: M[str] = code()
    action: M[str] = code()
    action_name: M[str] = code()
    department: M[str | None] = code()
    from_state: M[str | None] = code()
    to_state: M[str | None] = code()

    class Meta:
        dynamic = MetaField("strict")


class DeliveryDoc(Document):
    """One message to one receiver over one channel; its text is not here."""

    delivery_id: M[str] = code()
    alert_id: M[str] = code()
    case_id: M[str | None] = code()
    purpose: M[str] = code()
    level: M[str | None] = code()
    receiver: M[str] = code()
    channel: M[str] = code()
    state: M[str] = code()
    state_name: M[str] = code()
    attempts: M[int] = number()
    created_at: M[datetime] = date()
    accepted_at: M[datetime | None] = date()
    seconds: M[float | None] = ratio()
    error: M[str] = code()
    stands_for: M[str] = code()
    drill: M[bool] = flag()

    class Meta:
        dynamic = MetaField("strict")


class RunDoc(Document):
    """One run of one source."""

    run_id: M[str] = code()
    source: M[str] = code()
    source_name: M[str] = code()
    started_at: M[datetime] = date()
    finished_at: M[datetime | None] = date()
    seconds: M[float | None] = ratio()
    outcome: M[str | None] = code()
    outcome_name: M[str] = code()
    well: M[bool | None] = flag()
    seen: M[int] = number()
    new: M[int] = number()
    detail: M[str] = code()

    class Meta:
        dynamic = MetaField("strict")


class SightingDoc(Document):
    """What the page of a mention counted at one moment; absent what it did not show. Never changed:
    the counts of any moment are those of each mention's newest sighting until then."""

    mention_id: M[str] = code()
    seen_at: M[datetime] = date()
    source: M[str] = code()
    source_name: M[str] = code()
    likes: M[int | None] = tally()
    comments: M[int | None] = tally()
    shares: M[int | None] = tally()
    views: M[int | None] = tally()
    lower_bounds: M[list[str]] = code()

    class Meta:
        dynamic = MetaField("strict")


class ReviewDoc(Document):
    """An item of the review list as it stands."""

    review_id: M[str] = code()
    state: M[str] = code()
    mentions: M[int] = number()
    opened_at: M[datetime] = date()
    due_at: M[datetime] = date()
    decided_at: M[datetime | None] = date()
    case_id: M[str | None] = code()

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
STEPS = Kind("steps", StepDoc, "at")
SIGHTINGS = Kind("sightings", SightingDoc, "seen_at")
REVIEWS = Kind("reviews", ReviewDoc, "opened_at")
KINDS = (MENTIONS, CASES, OBLIGATIONS, STEPS, DELIVERIES, RUNS, SIGHTINGS, REVIEWS)

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
