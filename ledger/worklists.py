"""What the desk lists: cases page by page, what is owed, and what was said of a case.

Read in SQL, never folded: a page of ten thousand cases costs what one of a hundred costs. ``seen``
is the condition on ``cases`` under which the reader may see a row (``tingxue.desk.access``).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
)

from domain.actions import OPEN
from domain.reviews import ReviewState
from domain.types import Duty, Level, State
from ledger import schema
from ledger.rows import Row

_C, _O = schema.cases.c, schema.obligations.c
_D, _A = schema.deliveries.c, schema.alerts.c
_LIVE = tuple(map(str, (*OPEN, State.NOT_OURS)))
_REPLIES = and_(
    _O.status.in_([str(State.SIGNED), str(State.IN_HAND)]),
    or_(_O.duty == str(Duty.LEAD), _O.reply_asked),
)
_UNSIGNED = _O.status == str(State.TO_SIGN)
_DUE = case((_UNSIGNED, _O.ack_due), else_=_O.reply_due)
_LEVELS = case({str(level): level.rank for level in Level}, value=_C.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case as one line of a list. parts: department, its state, in the order of the case."""

    case_id: str
    level: Level
    status: State
    categories: tuple[str, ...]
    place: str | None
    opened_at: datetime
    last_report_at: datetime
    unverified: bool
    reports: int
    parts: tuple[tuple[str, State], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedLine:
    """What one department owes one case now, and until when."""

    case_id: str
    level: Level
    categories: tuple[str, ...]
    place: str | None
    department: str
    status: State
    due: datetime
    unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which cases; "" and None are any. ids: only of these. [since, until): when opened."""

    level: str = ""
    status: str = ""
    department: str = ""
    category: str = ""
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ids: Sequence[str] | None = None
    but: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One delivery of one alert on a case. accepted_at: when the channel took it."""

    title: str
    purpose: str
    receiver: str
    channel: str
    state: str
    created_at: datetime
    accepted_at: datetime | None
    stands_for: str


class Worklists:
    """Lists for screens, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def cases(
        self, query: CaseQuery, seen: ColumnElement[bool], *, limit: int, offset: int = 0
    ) -> tuple[list[CaseLine], int]:
        """Newest first, and how many there are in all."""
        where = and_(seen, *_conditions(query))
        total = self._db.scalar(select(func.count()).select_from(schema.cases).where(where)) or 0
        page = (
            select(schema.cases)
            .where(where)
            .order_by(_C.opened_at.desc(), _C.case_id.desc())
            .limit(limit)
            .offset(offset)
        )
        return self._lines(list(self._db.execute(page).mappings())), total

    def _lines(self, rows: Sequence[Row]) -> list[CaseLine]:
        ids = [row["case_id"] for row in rows]
        members = schema.case_mentions.c
        counted = select(members.case_id, func.count()).where(members.case_id.in_(ids))
        reports = {c: n for c, n in self._db.execute(counted.group_by(members.case_id))}
        parts: dict[str, list[tuple[str, State]]] = defaultdict(list)
        owed = select(_O.case_id, _O.department, _O.status).where(_O.case_id.in_(ids))
        for case_id, department, status in self._db.execute(owed.order_by(_O.position)):
            parts[case_id].append((department, State(status)))
        return [_line(r, reports.get(r["case_id"], 0), parts[r["case_id"]]) for r in rows]

    def unsigned(
        self, seen: ColumnElement[bool], now: datetime, *, mine: str | None, limit: int
    ) -> tuple[list[OwedLine], int]:
        """Not signed, and still in time. ``mine``: only what that department owes."""
        return self._owed(and_(_UNSIGNED, _O.ack_due > now), seen, mine, limit)

    def soon(
        self, seen: ColumnElement[bool], now: datetime, within: timedelta, *, mine: str | None,
        limit: int,
    ) -> tuple[list[OwedLine], int]:  # fmt: skip
        """Replies that are due before long."""
        due = and_(_O.reply_due > now, _O.reply_due <= now + within)
        return self._owed(and_(_REPLIES, due), seen, mine, limit)

    def overdue(
        self, seen: ColumnElement[bool], now: datetime, *, mine: str | None, limit: int
    ) -> tuple[list[OwedLine], int]:
        """Signatures and replies that are late."""
        return self._owed(and_(or_(_UNSIGNED, _REPLIES), _DUE <= now), seen, mine, limit)

    def to_judge(self, seen: ColumnElement[bool], *, limit: int) -> tuple[list[OwedLine], int]:
        """What waits for a reviewer or 宣传部: replies, refusals, wishes for more time."""
        waits = or_(_O.status.in_([str(State.IN_REVIEW), str(State.NOT_OURS)]), _O.extension_asked)
        return self._owed(waits, seen, None, limit)

    def _owed(
        self, what: ColumnElement[bool], seen: ColumnElement[bool], mine: str | None, limit: int
    ) -> tuple[list[OwedLine], int]:
        where = and_(what, seen, _C.status.in_(_LIVE), _O.transferred_to.is_(None))
        if mine is not None:
            where = and_(where, _O.department == mine)
        columns = (
            _O.case_id, _C.level, _C.categories, _C.place, _O.department, _O.status,
            _DUE.label("due"), _C.unverified_since, func.count().over().label("total"),
        )  # fmt: skip
        query: Select[Any] = (
            select(*columns).join(schema.cases).where(where)
            .order_by(_DUE, _LEVELS.desc(), _O.case_id).limit(limit)
        )  # fmt: skip
        rows = list(self._db.execute(query).mappings())
        return [_owed_line(row) for row in rows], rows[0]["total"] if rows else 0

    def reviews(self, now: datetime) -> tuple[int, int]:
        """How many items wait for a judgement, and how many of them are late."""
        state, due = schema.reviews.c.state, schema.reviews.c.due_at
        late = func.sum(case((due <= now, 1), else_=0))
        query = select(func.count(), late).where(state == str(ReviewState.WAITING))
        waiting, overdue = self._db.execute(query).one()
        return int(waiting), int(overdue or 0)

    def seen_at(self, case_id: str) -> list[datetime]:
        """When each report of a case was first seen."""
        mentions, members = schema.mentions.c, schema.case_mentions.c
        query = select(mentions.first_seen_at).join(
            schema.case_mentions, members.mention_id == mentions.mention_id
        )
        return list(self._db.scalars(query.where(members.case_id == case_id)))

    def told(self, case_id: str) -> list[ToldLine]:
        """Who was told what of a case, the newest first."""
        query = (
            select(_A.title, _A.purpose, _A.created_at, _D.receiver, _D.channel, _D.state,
                   _D.accepted_at, _D.stands_for)
            .join(schema.alerts, _A.alert_id == _D.alert_id)
            .where(_A.case_id == case_id)
            .order_by(_A.created_at.desc(), _D.receiver, _D.channel)
        )  # fmt: skip
        return [ToldLine(**row) for row in self._db.execute(query).mappings()]


def _conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in ((_C.level, query.level), (_C.status, query.status),
                          (_C.place, query.place)):  # fmt: skip
        if value:
            found.append(column == value)
    if query.category:
        quoted = f'"{query.category}"'
        found.append(cast(_C.categories, String).contains(quoted, autoescape=True))
    if query.department:
        found.append(of_department(query.department))
    if query.since is not None:
        found.append(_C.opened_at >= query.since)
    if query.until is not None:
        found.append(_C.opened_at < query.until)
    if query.ids is not None:
        found.append(_C.case_id.in_(query.ids) if query.ids else false())
    if query.but:
        found.append(_C.case_id != query.but)
    return found


def of_department(department: str) -> ColumnElement[bool]:
    """The cases in which that department has, or had, a part."""
    return _C.case_id.in_(select(_O.case_id).where(_O.department == department))


def _line(row: Row, reports: int, parts: Sequence[tuple[str, State]]) -> CaseLine:
    return CaseLine(
        case_id=row["case_id"], level=Level(row["level"]), status=State(row["status"]),
        categories=tuple(row["categories"]), place=row["place"], opened_at=row["opened_at"],
        last_report_at=row["last_report_at"], unverified=row["unverified_since"] is not None,
        reports=reports, parts=tuple(parts),
    )  # fmt: skip


def _owed_line(row: Row) -> OwedLine:
    return OwedLine(
        case_id=row["case_id"], level=Level(row["level"]), categories=tuple(row["categories"]),
        place=row["place"], department=row["department"], status=State(row["status"]),
        due=row["due"], unverified=row["unverified_since"] is not None,
    )  # fmt: skip
