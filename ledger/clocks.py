"""The clock of every mention: how long each stage took, and who still waits.

published → seen → scored → queued → accepted → signed → replied → closed. Up to the scoring a row
is a mention; from there on it is one department of one case, timed from the report that opened the
case: a report that joins a case later tells nobody anything new. All of it is counted in SQL, in
one pass over rows sorted there, so memory does not grow with the ledger.

Who still waits counts as long as it has waited so far: the percentiles are those of the product-
limit estimate (Kaplan and Meier), which is the plain percentile when nobody waits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from domain.types import Duty, State
from ledger import schema
from ledger.durations import seconds_between

IMPORTED = "import:%"
"""How the source of an imported mention begins (``tingxue.importing``)."""
DAY = 86_400.0
STAGES = (
    "seen_live", "seen_import", "scored", "queued", "accepted", "signed", "replied", "closed",
    "whole_live", "whole_import", "queued_signed",
)  # fmt: skip
"""A stage is the way from the instant before to the one it is named after; ``whole``: published to
accepted. Of a mention brought by an import the time before says when somebody exported it."""

_M, _O, _D, _A, _E = (
    table.c
    for table in (
        schema.mentions, schema.obligations, schema.deliveries, schema.alerts, schema.events,
    )
)  # fmt: skip
_MOMENT = schema.UtcMoment()
_NOW = bindparam("now", type_=_MOMENT)
_LIVE = tuple(map(str, (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stage, of one department ("" for all). done: how many are through; waiting: how many are
    not yet; over_a_day: how many of the done took longer than 24 hours. p50, p95 in seconds, None
    where fewer than half (than 95 %) would be through by what is known. longest: seconds that the
    oldest has waited, None when nobody waits."""

    stage: str
    department: str
    done: int
    waiting: int
    over_a_day: int
    p50: float | None
    p95: float | None
    longest: float | None


class Clocks:
    """Counts over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def spans(self, since: datetime, now: datetime, department: str = "") -> list[Span]:
        """Every stage that somebody is in or through, of mentions first seen in [since, now): for
        all together, then by department; only that one when it is named. In the order of STAGES."""
        values = {"since": since, "now": now}
        rows = self._db.execute(
            _query(department).execution_options(yield_per=1000, stream_results=True), values
        )
        found = [
            _span(stage, name, group)
            for (stage, name), group in groupby(rows, key=lambda row: (row[0], row[1]))
        ]
        return sorted(found, key=lambda span: (STAGES.index(span.stage), span.department))

    def undated(self, since: datetime, now: datetime) -> int:
        """How many of these mentions do not say when they were published."""
        query = select(func.count()).where(
            _M.first_seen_at >= since, _M.first_seen_at < now, _M.published_at.is_(None)
        )
        return self._db.scalar(query) or 0


def _span(stage: str, department: str, rows: Iterable[Sequence[Any]]) -> Span:
    """Rows (stage, department, seconds, still open, how many in all), shortest first, and of equal
    ones the finished first."""
    done = waiting = over = 0
    left, p50, p95, longest = 1.0, None, None, None
    for row in rows:
        seconds, still, whole = row[2], row[3], row[4]
        if still:
            waiting, longest = waiting + 1, seconds
            continue
        left *= 1 - 1 / (whole - done - waiting)  # of those that took, or have waited, this long
        done, over = done + 1, over + (seconds > DAY)
        p50 = seconds if p50 is None and left <= 0.5 + 1e-9 else p50
        p95 = seconds if p95 is None and left <= 0.05 + 1e-9 else p95
    return Span(
        stage=stage, department=department, done=done, waiting=waiting, over_a_day=over, p50=p50,
        p95=p95, longest=longest,
    )  # fmt: skip


def _query(department: str) -> Select[Any]:
    mentions, units = _mentions(), _units()
    one = units.c.department == department if department else true()
    parts = [] if department else list(_of_mentions(mentions))
    for name in [units.c.department] if department else [literal(""), units.c.department]:
        own = name is units.c.department
        parts += _of_units(units, name, one, opening=own)
    spans = union_all(*parts).subquery()
    whole = func.count().over(partition_by=[spans.c.stage, spans.c.department])
    return select(*spans.c, whole).order_by(
        spans.c.stage, spans.c.department, spans.c.seconds, spans.c.still
    )


def _mentions() -> CTE:
    return (
        select(
            _M.published_at, _M.first_seen_at.label("seen"), _M.first_scored_at.label("scored"),
            _M.source.like(IMPORTED).label("imported"),
        )
        .where(_M.first_seen_at >= bindparam("since", type_=_MOMENT), _M.first_seen_at < _NOW)
        .cte("period")
    )  # fmt: skip


def _units() -> CTE:
    """One row a department of a case whose first report was first seen in the period."""
    member = schema.case_mentions.c
    told = and_(
        _A.case_id == _O.case_id,
        _A.created_at >= _O.opened_at,  # as a copy it may have heard of the case long before
        or_(_D.receiver == _O.department, _D.stands_for == _O.department),
    )

    def first(moment: ColumnElement[Any]) -> ColumnElement[Any]:
        joined = schema.alerts.join(schema.deliveries, _D.alert_id == _A.alert_id)
        query = select(func.min(moment)).select_from(joined).where(told)
        return query.correlate(schema.obligations).scalar_subquery()

    def acted(action: str) -> ColumnElement[Any]:
        mine = and_(_E.case_id == _O.case_id, _E.department == _O.department, _E.action == action)
        query = select(func.min(_E.at)).where(mine)
        return query.correlate(schema.obligations).scalar_subquery()

    owes = or_(_O.duty == str(Duty.LEAD), _O.reply_asked)
    return (
        select(
            _O.department, _O.status, owes.label("owes"), _O.accepted_at.label("closed"),
            _M.published_at, _M.first_seen_at.label("seen"), _M.first_scored_at.label("scored"),
            _M.source.like(IMPORTED).label("imported"),
            and_(_O.status.in_(_LIVE), _O.transferred_to.is_(None)).label("live"),
            first(_A.created_at).label("queued"), first(_D.accepted_at).label("accepted"),
            acted("ack").label("signed"), acted("reply").label("replied"),
        )
        .select_from(schema.obligations)
        .join(schema.case_mentions, and_(member.case_id == _O.case_id, member.position == 0))
        .join(schema.mentions, _M.mention_id == member.mention_id)
        .where(_M.first_seen_at >= bindparam("since", type_=_MOMENT), _M.first_seen_at < _NOW)
        .cte("units")
    )  # fmt: skip


def _of_mentions(period: CTE) -> Iterator[Select[Any]]:
    m = period.c
    everybody, never = literal(""), literal(False)
    yield _part("seen_live", everybody, m.published_at, m.seen, never, not_(m.imported))
    yield _part("seen_import", everybody, m.published_at, m.seen, never, m.imported)
    yield _part("scored", everybody, m.seen, m.scored, true())


def _of_units(
    units: CTE, name: ColumnElement[Any], one: ColumnElement[bool], *, opening: bool
) -> Sequence[Select[Any]]:
    """``opening``: also the stages of the report that opened the case; for all together those are
    counted over every mention."""
    u, to_sign = units.c, units.c.status == str(State.TO_SIGN)
    at_it = u.status.in_([str(State.SIGNED), str(State.IN_HAND)])
    in_review = u.status.in_([str(State.IN_HAND), str(State.IN_REVIEW)])
    never, live, owes = literal(False), u.live, and_(u.live, u.owes)
    first = [
        _part("seen_live", name, u.published_at, u.seen, never, and_(one, not_(u.imported))),
        _part("seen_import", name, u.published_at, u.seen, never, and_(one, u.imported)),
        _part("scored", name, u.seen, u.scored, live, one),
    ]
    return (first if opening else []) + [
        _part("queued", name, u.scored, u.queued, live, one),
        _part("accepted", name, u.queued, u.accepted, live, one),
        _part("signed", name, u.accepted, u.signed, and_(live, to_sign), one),
        _part("replied", name, u.signed, u.replied, and_(owes, at_it), one),
        _part("closed", name, u.replied, u.closed, and_(live, in_review), one),
        _part("whole_live", name, u.published_at, u.accepted, live, and_(one, not_(u.imported))),
        _part("whole_import", name, u.published_at, u.accepted, live, and_(one, u.imported)),
        _part("queued_signed", name, u.queued, u.signed, and_(live, to_sign), one),
    ]


def _part(
    stage: str, name: ColumnElement[Any], begun: ColumnElement[Any], ended: ColumnElement[Any],
    may_wait: ColumnElement[bool], which: ColumnElement[bool] = true(),  # noqa: B008
) -> Select[Any]:  # fmt: skip
    """One stage. Whoever neither ended nor may still (a false alarm, say) is left out."""
    until = case((ended.is_(None), _NOW), else_=ended)
    return select(
        literal(stage).label("stage"), name.label("department"),
        seconds_between(begun, until).label("seconds"),
        case((ended.is_(None), 1), else_=0).label("still"),
    ).where(begun.is_not(None), or_(ended.is_not(None), may_wait), which)  # fmt: skip
