"""A paper's figures asked of Elasticsearch again: what each key claims of its ids, as a query.

Nothing is shared with the modules that count: keys are read as text, and a key that nobody has
written a claim for fails. Only what an edition says of the one before it (``changed``) is not on
the server, which shows how things are: it comes from the figures which that edition kept.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from elasticsearch import Elasticsearch
from elasticways import (
    OPEN,
    OWED,
    Printed,
    Query,
    between,
    either,
    every,
    none,
    of_two,
    term,
    there,
    way_of,
)

from domain.reviews import ReviewState
from domain.times import at_shanghai
from domain.types import Level, State
from tingxue.counting import Period, previous


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the figures of one paper say: its period (None: a paper on cases), when it was made, and
    of which department it speaks ("": of all)."""

    period: Period | None
    as_of: datetime
    department: str = ""

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
            term("relevant", True), term("drill", True),
            between("first_seen_at", period.start, period.end),
        ]  # fmt: skip

    def within(self, field: str) -> Query:
        """In the period; a paper on cases counts as of its day."""
        at = self.period
        start = at.start if at else at_shanghai((self.as_of + timedelta(hours=8)).date())
        return between(field, start, at.end if at else start + timedelta(days=1))

    def past(self, field: str) -> Query:
        """Before the paper was made."""
        return {"range": {field: {"lt": self.as_of.isoformat()}}}

    def pending(self) -> list[Query]:
        """Of obligations that are not over, on a sheet of a shift."""
        own = [term("department", self.department)] if self.department else []
        live = [
            {"terms": {"status": [*OPEN, str(State.NOT_OURS)]}},
            none(there("transferred_to")),
        ]
        return [*own, *live]

    def late(self) -> Query:
        """What is due next has passed its limit."""
        until = self.as_of.isoformat()
        due = [term("status", str(State.TO_SIGN)), {"range": {"ack_due": {"lte": until}}}]
        reply = [term("owes_reply", True), {"terms": {"status": OWED[1:]}},
                 {"range": {"reply_due": {"lte": until}}}]  # fmt: skip
        return either(every(*due), every(*reply))

    def duty(self, part: str) -> list[Query]:
        """Of an obligation."""
        unsigned = every(term("status", str(State.TO_SIGN)), self.past("ack_due"))
        unanswered = every(
            term("owes_reply", True), {"terms": {"status": OWED}}, self.past("reply_due")
        )
        closed, lead = self.within("accepted_at"), term("duty", "lead")
        return {
            "new": [self.within("opened_at")],
            "signed": [self.within("opened_at"), there("acknowledged_at")],
            "closed": [closed],
            "ontime": [closed, lead, term("reply_late", False)],
            "due": [either(every(closed, lead), unanswered)],
            "hours": [self.within("replied_at")],
            "unsigned": [unsigned],
            "unanswered": [unanswered],
            "overdue": [either(unsigned, unanswered)],
            "overdue_listed": [either(unsigned, unanswered)],
        }[part]


def _fate(part: str) -> list[Query]:
    """What became of cases of a season."""
    return {
        "opened": [],
        "mended": [term("status", str(State.CLOSED))],
        "going": [{"terms": {"status": OPEN}}],
        "again": [there("recurs")],
    }[part]


def _week(day: str) -> Query:
    start = at_shanghai(datetime.fromisoformat(day).date())
    return between("first_seen_at", start, start + timedelta(days=7))


def _day(day: str) -> Query:
    start = at_shanghai(datetime.fromisoformat(day).date())
    return between("first_seen_at", start, start + timedelta(days=1))


_COMPLAINT = term("complaint", True)
_KEPT = re.compile(r"changed(\..+)?")
_BEFORE = r"(\.previous)?"
_Filters = Callable[..., Sequence[Query]]
_CLAIMS: tuple[tuple[str, str, _Filters], ...] = (
    (r"mentions" + _BEFORE, "mentions", lambda c, b: c.seen(b)),
    (r"complaints" + _BEFORE, "mentions", lambda c, b: [*c.seen(b), _COMPLAINT]),
    (r"complaints\.listed", "mentions", lambda c: [*c.seen(), _COMPLAINT]),
    (r"polarity\.(\w+)", "mentions", lambda c, of: [*c.seen(), term("polarity", of)]),
    (r"platform\.(\w+)\.complaints", "mentions",
     lambda c, of: [*c.seen(), _COMPLAINT, term("platform", of)]),
    (r"platform\.(\w+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), term("platform", of)]),
    (r"category\.(\w+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), term("categories", of)]),
    (r"place\.(.+?)" + _BEFORE, "mentions",
     lambda c, of, b: [*c.seen(b), _COMPLAINT, term("places", of)]),
    (r"day\.([\d-]+)", "mentions", lambda c, day: [*c.seen(), _day(day)]),
    (r"day\.([\d-]+)\.complaints", "mentions", lambda c, day: [*c.seen(), _COMPLAINT, _day(day)]),
    (r"week\.([\d-]+)", "mentions", lambda c, day: [*c.seen(), _week(day)]),
    (r"week\.([\d-]+)\.complaints", "mentions",
     lambda c, day: [*c.seen(), _COMPLAINT, _week(day)]),
    (r"cases\.new", "cases", lambda c: [c.within("opened_at")]),
    (r"cases\.new\.(.)", "cases", lambda c, of: [c.within("opened_at"), term("level", of)]),
    (r"cases\.open", "cases", lambda c: [{"terms": {"status": OPEN}}]),
    (r"cases\.closed", "cases", lambda c: [term("status", str(State.CLOSED))]),
    (r"cases\.again", "cases", lambda c: [c.within("opened_at"), there("recurs")]),
    (r"cases\.false", "cases",
     lambda c: [c.within("opened_at"), term("status", str(State.FALSE_ALARM))]),
    (r"cases\.notable", "cases",
     lambda c: [{"range": {"level_rank": {"gte": Level.YELLOW.rank}}},
                either(c.within("opened_at"), c.within("last_report_at"))]),
    (r"cases", "cases", lambda c: []),
    (r"casework\.(\w+)\.open", "cases",
     lambda c, of: [term("categories", of), {"terms": {"status": OPEN}}]),
    (r"casework\.(\w+)\.overdue", "obligations",
     lambda c, of: [term("categories", of), *c.duty("overdue")]),
    (r"duties\.(\w+)", "obligations", lambda c, part: c.duty(part)),
    (r"department\.(.+)\.(\w+)", "obligations",
     lambda c, of, part: [term("department", of), *c.duty(part)]),
    (r"past\.(.+)/(.+)", "obligations",
     lambda c, of, who: [term("case_id", of), term("department", who), *c.duty("overdue")]),
    (r"case\.(.+)\.all", "mentions", lambda c, of: [term("case_id", of)]),
    (r"case\.(.+)\.now", "mentions",
     lambda c, of: [term("case_id", of), *(c.seen() if c.period else [])]),
    (r"case\..+\.(?:interactions|views)", "sightings", lambda c: []),
    (r"season\.again_of", "cases", lambda c: [c.within("opened_at")]),
    (r"season\.(\w+)", "cases", lambda c, part: [c.within("opened_at"), *_fate(part)]),
    (r"mended\.(\w+)\.(\w+)", "cases",
     lambda c, of, part: [c.within("opened_at"), term("categories", of), *_fate(part)]),
    (r"spot\.(.+)\.(\w+)", "cases",
     lambda c, of, part: [c.within("opened_at"), term("place", of), *_fate(part)]),
    (r"pending", "cases", lambda c: [term("is_open", True)]),
    (r"pending\.late", "obligations", lambda c: [*c.pending(), c.late()]),
    (r"pending\.(.)", "cases", lambda c, of: [term("is_open", True), term("level", of)]),
    (r"opened", "cases", lambda c: [c.within("opened_at")]),
    (r"done\.(\w+)", "steps", lambda c, of: [c.within("at"), term("action", of)]),
    (r"reviews", "reviews", lambda c: [term("state", str(ReviewState.WAITING))]),
    (r"unheard", "deliveries", lambda c: []),
    (r"reports", "mentions", lambda c: [there("case_id"), there("relevant")]),
    (r"reports\.platform\.(\w+)", "mentions", lambda c, of: [term("platform", of)]),
    (r"reports\.day\.([\d-]+)", "mentions", lambda c, day: [_day(day)]),
    (r"sources\.down", "runs", lambda c: [c.within("started_at")]),
    (r"sources\.silent", "runs", lambda c: [c.within("started_at")]),
    (r"source\.(.+)\.gaps", "runs", lambda c, of: [c.within("started_at"), term("source", of)]),
)  # fmt: skip

CLAIMS = tuple(pattern for pattern, *_ in _CLAIMS)


def asked(
    client: Elasticsearch, prefix: str, claims: Claims, figures: dict[str, Printed]
) -> Iterator[tuple[Printed, float]]:
    """Each figure with the server's value, all asked in one request."""
    figures = {key: one for key, one in figures.items() if not _KEPT.fullmatch(key)}
    counted = [one for one in figures.values() if one.ids and not set(one.ids) <= set(figures)]
    values = dict.fromkeys(figures, 0.0)
    searches: list[Query] = []
    ways = [way_of(one) for one in counted]
    for one, way in zip(counted, ways, strict=True):
        kind, filters = claims.of(one.key)
        searches += [{"index": f"{prefix}{kind}"}, way.search(one, claims.as_of, filters)]
    answers = client.msearch(searches=searches)["responses"] if searches else []
    for one, way, answer in zip(counted, ways, answers, strict=True):
        assert "error" not in answer, (one.key, answer)
        values[one.key] = way.value(one, claims.as_of, answer)
    for one in figures.values():
        if one.ids and set(one.ids) <= set(figures):
            a, b = (values[part] for part in one.ids)
            values[one.key] = of_two(one, a, b)
        yield one, values[one.key]
