"""How the search server counts a figure again: what is asked of the documents that a claim
chooses, and what the answer comes to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from domain.types import State

Query = dict[str, Any]
OPEN = [str(s) for s in (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)]
OWED = OPEN[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One figure as the Excel file of a paper has it. ``ids``: what it counts, or its parts."""

    key: str
    value: float
    how: str
    ids: tuple[str, ...]


def printed(xlsx: Path) -> dict[str, Printed]:
    """Every figure of a paper by key, from the sheets 汇总 and 指标来源."""
    book = load_workbook(xlsx, read_only=True)
    ids: dict[str, list[str]] = {}
    for name in book.sheetnames:
        if name.startswith("指标来源"):
            for key, _, one in book[name].iter_rows(min_row=3, max_col=3, values_only=True):
                ids.setdefault(str(key), []).extend([str(one)] if one else [])
    rows = book["汇总"].iter_rows(min_row=3, max_col=5, values_only=True)
    return {
        str(key): Printed(key=str(key), value=float(str(value)), how=str(how),
                          ids=tuple(ids[str(key)]))
        for _, value, _, how, key in rows
    }  # fmt: skip


# --- queries


def term(field: str, value: object) -> Query:
    """The field holds it."""
    return {"term": {field: value}}


def there(field: str) -> Query:
    """The field holds anything."""
    return {"exists": {"field": field}}


def between(field: str, start: datetime, end: datetime) -> Query:
    """In [start, end)."""
    return {"range": {field: {"gte": start.isoformat(), "lt": end.isoformat()}}}


def every(*queries: Query) -> Query:
    """All of them."""
    return {"bool": {"filter": list(queries)}}


def either(*queries: Query) -> Query:
    """Any of them."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def none(query: Query) -> Query:
    """Not that."""
    return {"bool": {"must_not": [query]}}


# --- how an answer becomes a number


@dataclass(frozen=True, slots=True)
class Way:
    """What is asked of the documents that a claim chooses, and what the answer comes to."""

    search: Callable[[Printed, datetime, Sequence[Query]], Query]
    value: Callable[[Printed, datetime, Query], float]


def way_of(one: Printed) -> Way:
    """By how the paper says that it was made, else by its key."""
    if one.how.startswith("平均"):
        return MEAN
    if one.how.startswith("已超时限"):
        return ELAPSED
    for pattern, way in _WAYS:
        if re.fullmatch(pattern, one.key):
            return way
    return HITS


def _named(one: Printed, filters: Sequence[Query], field: str = "") -> Query:
    """The documents of these ids, or those that name them in a field."""
    ids: Query = {"ids": {"values": [name.replace("/", "|") for name in one.ids]}}
    if field:
        ids = {"terms": {field: list(one.ids)}}
    return {"query": every(ids, *filters), "size": 0, "track_total_hits": True}


def _total(answer: Query) -> float:
    return float(answer["hits"]["total"]["value"])


def _mean(one: Printed, _as_of: datetime, answer: Query) -> float:
    minutes = answer["aggregations"]["minutes"]["value"]
    return float(minutes) / 60 if _total(answer) == len(one.ids) else nan


def _elapsed(_one: Printed, as_of: datetime, answer: Query) -> float:
    owed = answer["hits"]["hits"][0]["_source"]
    reply = datetime.fromisoformat(owed["reply_due"])
    late = owed["owes_reply"] and owed["status"] in OWED and reply < as_of
    limit = reply if late else datetime.fromisoformat(owed["ack_due"])
    return float((as_of - limit) // timedelta(hours=1))


def _distinct(field: str, *, absent: bool = False) -> Way:
    """How many of the ids the documents name in a field, or how many they do not."""

    def value(one: Printed, _as_of: datetime, answer: Query) -> float:
        named = float(answer["aggregations"]["named"]["value"])
        return len(one.ids) - named if absent else named

    count: Query = {"aggs": {"named": {"cardinality": {"field": field}}}}
    return Way(lambda one, _as_of, filters: _named(one, filters, field) | count, value)


def _latest(*fields: str) -> Way:
    """The sum of these fields over each mention's newest counts when the paper was made; a mention
    whose page showed none of them bears no sum out."""

    def search(one: Printed, as_of: datetime, filters: Sequence[Query]) -> Query:
        until = {"range": {"seen_at": {"lte": as_of.isoformat()}}}
        return _named(one, [*filters, until], "mention_id") | {
            "size": len(one.ids), "collapse": {"field": "mention_id"}, "sort": {"seen_at": "desc"},
        }  # fmt: skip

    def value(one: Printed, _as_of: datetime, answer: Query) -> float:
        newest = [hit["_source"] for hit in answer["hits"]["hits"]]
        shown = [[seen[field] for field in fields if field in seen] for seen in newest]
        return float(sum(map(sum, shown))) if len(newest) == len(one.ids) and all(shown) else nan

    return Way(search, value)


def _each(of: Callable[[str], Query], unless: Callable[[str], Query] | None = None) -> Way:
    """How many of the ids have a document that bears them out, and none that speaks against it."""

    def search(one: Printed, _as_of: datetime, filters: Sequence[Query]) -> Query:
        asked: Query = {"for": {"filters": {"filters": {name: of(name) for name in one.ids}}}}
        if unless:
            against = {name: unless(name) for name in one.ids}
            asked["against"] = {"filters": {"filters": against}}
        return {"query": every(*filters), "size": 0, "aggs": asked}

    def value(one: Printed, _as_of: datetime, answer: Query) -> float:
        found = {
            side: {name: one["doc_count"] for name, one in said["buckets"].items()}
            for side, said in answer["aggregations"].items()
        }
        against = found.get("against", {})
        return float(sum(bool(found["for"][name] and not against.get(name)) for name in one.ids))

    return Way(search, value)


def _act(name: str) -> Query:
    """``LHS-20261123-0012/住建局/签收/2026-11-23T02:00:00+00:00``."""
    case_id, department, action, at = name.split("/")
    return every(term("case_id", case_id), term("department", department),
                term("action_name", action), term("at", at))  # fmt: skip


def _own(name: str) -> Query:
    """Messages of an alert to a receiver over its own channels."""
    alert_id, receiver = name.split("/")
    return every(term("alert_id", alert_id), term("receiver", receiver), term("stands_for", ""))


HITS = Way(lambda one, _as_of, filters: _named(one, filters), lambda _one, _as_of, a: _total(a))
MEAN = Way(
    lambda one, _as_of, filters: (
        _named(one, filters) | {"aggs": {"minutes": {"avg": {"field": "reply_minutes"}}}}
    ),
    _mean,
)
ELAPSED = Way(lambda one, _as_of, filters: _named(one, filters) | {"size": 1}, _elapsed)
_WAYS: tuple[tuple[str, Way], ...] = (
    (r"case\..+\.interactions", _latest("likes", "comments", "shares")),
    (r"case\..+\.views", _latest("views")),
    (r"sources\.down", _distinct("source")),
    (r"sources\.silent", _distinct("source", absent=True)),
    (r"season\.again_of", _distinct("recurs")),
    (r"pending\.late", _distinct("case_id")),
    (r"done\.\w+", _each(_act)),
    (r"unheard", _each(lambda name: every(_own(name), term("state", "dead")),
                      lambda name: every(_own(name), none(term("state", "dead"))))),
)  # fmt: skip


def of_two(one: Printed, a: float, b: float) -> float:
    """A share, a change or a difference of two other figures."""
    if b == 0 and "÷" in one.how:
        return nan
    if one.how.startswith("（"):
        return 100 * (a - b) / b
    return 100 * a / b if "÷" in one.how else a - b
