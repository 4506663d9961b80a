"""A paper's figures asked of Elasticsearch again: what each key claims of its ids, as a query.

Nothing is shared with the modules that count: keys are read as text, and a key that nobody has
written a claim for fails. What a figure adds up over sightings (likes, views) is not on the server.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import nan
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch
from openpyxl import load_workbook

from domain.times import at_shanghai
from domain.types import Level, State
from tingxue.counting import Period, previous

Query = dict[str, Any]
NOT_INDEXED = re.compile(r"case\..+\.(interactions|views)")
_OPEN = [str(s) for s in (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)]
_OWED = _OPEN[:3]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the figures of one paper say: its period (None: a paper on cases), and when it was
    made."""

    period: Period | None
    as_of: datetime

    def of(self, key: str) -> tuple[str, list[Query]]:
        """(kind of document, filters that every id must pass). Raises KeyError without a claim."""
        for pattern, kind, filters in _CLAIMS:
            if found := re.fullmatch(pattern, key):
                return kind, list(filters(self, *found.groups()))
        raise KeyError(f"no claim is written for the figure {key}")

    def seen(self, before: str | None = None) -> list[Query]:
        """The counting rule, in this period or the one before."""
        assert self.period is not None
        period = previous(self.period) if before else self.period
        return [
            _term("relevant", True), _term("drill", True),
            _between("first_seen_at", period.start, period.end),
        ]  # fmt: skip

    def within(self, field: str) -> Query:
        """In the period; a paper on cases counts as of its day."""
        at = self.period
        start = at.start if at else at_shanghai((self.as_of + timedelta(hours=8)).date())
        return _between(field, start, at.end if at else start + timedelta(days=1))

    def past(self, field: str) -> Query:
        """Before the paper was made."""
        return {"range": {field: {"lt": self.as_of.isoformat()}}}

    def duty(self, part: str) -> list[Query]:
        """Of an obligation."""
        unsigned = _all(_term("status", str(State.TO_SIGN)), self.past("ack_due"))
        unanswered = _all(
            _term("owes_reply", True), {"terms": {"status": _OWED}}, self.past("reply_due")
        )
        closed, lead = self.within("accepted_at"), _term("duty", "lead")
        return {
            "new": [self.within("opened_at")],
            "signed": [self.within("opened_at"), _there("acknowledged_at")],
            "closed": [closed],
            "ontime": [closed, lead, _term("reply_late", False)],
            "due": [_any(_all(closed, lead), unanswered)],
            "hours": [self.within("replied_at")],
            "unsigned": [unsigned],
            "unanswered": [unanswered],
            "overdue": [_any(unsigned, unanswered)],
            "overdue_listed": [_any(unsigned, unanswered)],
        }[part]


def _term(field: str, value: object) -> Query:
    return {"term": {field: value}}


def _there(field: str) -> Query:
    return {"exists": {"field": field}}


def _between(field: str, start: datetime, end: datetime) -> Query:
    return {"range": {field: {"gte": start.isoformat(), "lt": end.isoformat()}}}


def _all(*queries: Query) -> Query:
    return {"bool": {"filter": list(queries)}}


def _any(*queries: Query) -> Query:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _day(day: str) -> Query:
    start = at_shanghai(datetime.fromisoformat(day).date())
    return _between("first_seen_at", start, start + timedelta(days=1))


_COMPLAINT = _term("complaint", True)
_BEFORE = r"(\.previous)?"
_Filters = Callable[..., Sequence[Query]]
_CLAIMS: tuple[tuple[str, str, _Filters], ...] = (
    (r"mentions" + _BEFORE, "mentions", lambda c, b: c.seen(b)),
    (r"complaints" + _BEFORE, "mentions", lambda c, b: [*c.seen(b), _COMPLAINT]),
    (r"complaints\.listed", "mentions", lambda c: [*c.seen(), _COMPLAINT]),
    (r"polarity\.(\w+)", "mentions", lambda c, of: [*c.seen(), _term("polarity", of)]),
    (r"platform\.(\w+)\.complaints", "mentions",
     lambda c, of: [*c.seen(), _COMPLAINT, _term("platform", of)]),
    (r"platform\.(\w+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), _term("platform", of)]),
    (r"category\.(\w+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), _term("categories", of)]),
    (r"place\.(.+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), _COMPLAINT, _term("places", of)]),
    (r"day\.([\d-]+)", "mentions", lambda c, day: [*c.seen(), _day(day)]),
    (r"day\.([\d-]+)\.complaints", "mentions", lambda c, day: [*c.seen(), _COMPLAINT, _day(day)]),
    (r"cases\.new", "cases", lambda c: [c.within("opened_at")]),
    (r"cases\.new\.(.)", "cases", lambda c, of: [c.within("opened_at"), _term("level", of)]),
    (r"cases\.open", "cases", lambda c: [{"terms": {"status": _OPEN}}]),
    (r"cases\.closed", "cases", lambda c: [_term("status", str(State.CLOSED))]),
    (r"cases\.again", "cases", lambda c: [c.within("opened_at"), _there("recurs")]),
    (r"cases\.false", "cases",
     lambda c: [c.within("opened_at"), _term("status", str(State.FALSE_ALARM))]),
    (r"cases\.notable", "cases",
     lambda c: [{"range": {"level_rank": {"gte": Level.YELLOW.rank}}},
                _any(c.within("opened_at"), c.within("last_report_at"))]),
    (r"cases", "cases", lambda c: []),
    (r"casework\.(\w+)\.open", "cases",
     lambda c, of: [_term("categories", of), {"terms": {"status": _OPEN}}]),
    (r"casework\.(\w+)\.overdue", "obligations",
     lambda c, of: [_term("categories", of), *c.duty("overdue")]),
    (r"duties\.(\w+)", "obligations", lambda c, part: c.duty(part)),
    (r"department\.(.+)\.(\w+)", "obligations",
     lambda c, of, part: [_term("department", of), *c.duty(part)]),
    (r"past\.(.+)/(.+)", "obligations",
     lambda c, of, who: [_term("case_id", of), _term("department", who), *c.duty("overdue")]),
    (r"case\.(.+)\.all", "mentions", lambda c, of: [_term("case_id", of)]),
    (r"case\.(.+)\.now", "mentions",
     lambda c, of: [_term("case_id", of), *(c.seen() if c.period else [])]),
    (r"reports", "mentions", lambda c: [_there("case_id"), _there("relevant")]),
    (r"reports\.platform\.(\w+)", "mentions", lambda c, of: [_term("platform", of)]),
    (r"reports\.day\.([\d-]+)", "mentions", lambda c, day: [_day(day)]),
    (r"sources\.down", "runs", lambda c: [c.within("started_at")]),
    (r"sources\.silent", "runs", lambda c: [c.within("started_at")]),
    (r"source\.(.+)\.gaps", "runs", lambda c, of: [c.within("started_at"), _term("source", of)]),
)  # fmt: skip


def asked(
    client: Elasticsearch, prefix: str, claims: Claims, figures: dict[str, Printed]
) -> Iterator[tuple[Printed, float]]:
    """Each figure that the server can tell, with the server's value."""
    told = [one for one in figures.values() if not NOT_INDEXED.fullmatch(one.key)]
    counted = [one for one in told if one.ids and not set(one.ids) <= set(figures)]
    values = dict.fromkeys((one.key for one in told), 0.0)
    searches: list[Query] = []
    for one in counted:
        kind, filters = claims.of(one.key)
        searches += [{"index": f"{prefix}{kind}"}, _search(one, filters)]
    answers = client.msearch(searches=searches)["responses"] if searches else []
    for one, answer in zip(counted, answers, strict=True):
        values[one.key] = _value(one, claims, answer)
    for one in told:
        if one.ids and one.key not in {c.key for c in counted}:
            a, b = (values[part] for part in one.ids)
            values[one.key] = _of_two(one, a, b)
        yield one, values[one.key]


def _search(one: Printed, filters: Sequence[Query]) -> Query:
    if one.key.startswith("sources."):
        ids: Query = {"terms": {"source": list(one.ids)}}
    else:
        ids = {"ids": {"values": [name.replace("/", "|") for name in one.ids]}}
    wanted = _all(ids, *filters)
    made: Query = {"query": wanted, "size": 0, "track_total_hits": True}
    if one.key.startswith("sources."):
        made["aggs"] = {"sources": {"cardinality": {"field": "source"}}}
    elif one.key.startswith("past."):
        made |= {"size": 1}
    elif one.how.startswith("平均"):
        made["aggs"] = {"minutes": {"avg": {"field": "reply_minutes"}}}
    return made


def _value(one: Printed, claims: Claims, answer: Query) -> float:
    assert "error" not in answer, answer
    total = float(answer["hits"]["total"]["value"])
    if one.key == "sources.down":
        return float(answer["aggregations"]["sources"]["value"])
    if one.key == "sources.silent":
        return len(one.ids) - float(answer["aggregations"]["sources"]["value"])
    if one.how.startswith("平均"):
        minutes = answer["aggregations"]["minutes"]["value"]
        return float(minutes) / 60 if total == len(one.ids) else nan
    if one.how.startswith("已超时限"):
        owed = answer["hits"]["hits"][0]["_source"]
        reply = datetime.fromisoformat(owed["reply_due"])
        late = owed["owes_reply"] and owed["status"] in _OWED and reply < claims.as_of
        limit = reply if late else datetime.fromisoformat(owed["ack_due"])
        return float((claims.as_of - limit) // timedelta(hours=1))
    return total


def _of_two(one: Printed, a: float, b: float) -> float:
    if b == 0 and "÷" in one.how:
        return nan
    if one.how.startswith("（"):
        return 100 * (a - b) / b
    return 100 * a / b if "÷" in one.how else a - b
