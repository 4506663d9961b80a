"""What a shift hands over: cases in hand by level with what is due next, and what was done.

Counted and cut in SQL; ``seen`` and ``mine`` as in ``ledger.worklists``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, null, or_, select

from domain.actions import OPEN
from domain.types import Duty, Level, State
from ledger import schema

_C, _O, _E = schema.cases.c, schema.obligations.c, schema.events.c
_LIVE = tuple(map(str, (*OPEN, State.NOT_OURS)))
_SIGNS = _O.status == str(State.TO_SIGN)
_REPLIES = and_(
    _O.status.in_([str(State.SIGNED), str(State.IN_HAND)]),
    or_(_O.duty == str(Duty.LEAD), _O.reply_asked),
)
_DUE = case((_SIGNS, _O.ack_due), (_REPLIES, _O.reply_due), else_=null())
_RANK = case({str(level): level.rank for level in Level}, value=_C.level)
DONE = ("ack", "reply", "accept")
"""What a shift is asked about: signed, answered, accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLine:
    """An open case and what is due of it next. due: None where only a judgement is waited for."""

    case_id: str
    level: Level
    status: State
    categories: tuple[str, ...]
    place: str | None
    department: str
    step: State
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneLine:
    """One action that somebody took."""

    case_id: str
    action: str
    department: str
    actor: str
    at: datetime


class Handovers:
    """Lists of one handover, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def levels(self, seen: ColumnElement[bool], *, mine: str | None) -> dict[Level, int]:
        """How many cases are open, by level; of those that ``pending`` lists."""
        query = select(_C.level, func.count()).where(seen, _C.status.in_(_LIVE))
        if mine is not None:
            query = query.where(_C.case_id.in_(select(_O.case_id).where(_part(mine))))
        return {Level(level): n for level, n in self._db.execute(query.group_by(_C.level))}

    def opened(self, seen: ColumnElement[bool], since: datetime, until: datetime) -> int:
        """How many cases were opened in [since, until)."""
        within = and_(_C.opened_at >= since, _C.opened_at < until)
        query = select(func.count()).select_from(schema.cases).where(seen, within)
        return self._db.scalar(query) or 0

    def pending(
        self, seen: ColumnElement[bool], *, mine: str | None, limit: int
    ) -> tuple[list[NextLine], int]:
        """One line for each open case, the graver and then the more urgent first; how many in all.
        ``mine``: only what that department owes, or waits for."""
        where = and_(seen, _C.status.in_(_LIVE), _part(mine))
        nth = func.row_number().over(
            partition_by=_O.case_id, order_by=[_DUE.is_(None), _DUE, _O.position]
        )
        each = (
            select(
                _O.case_id, _C.level, _C.status, _C.categories, _C.place, _O.department,
                _O.status.label("step"), _DUE.label("due"), _RANK.label("rank"), nth.label("nth"),
            ).join(schema.cases).where(where).subquery()
        )  # fmt: skip
        query: Select[Any] = (
            select(each, func.count().over().label("total"))
            .where(each.c.nth == 1)
            .order_by(each.c.rank.desc(), each.c.due.is_(None), each.c.due, each.c.case_id)
            .limit(limit)
        )
        rows = list(self._db.execute(query).mappings())
        lines = [
            NextLine(
                case_id=row["case_id"], level=Level(row["level"]), status=State(row["status"]),
                categories=tuple(row["categories"]), place=row["place"],
                department=row["department"], step=State(row["step"]), due=row["due"],
            ) for row in rows
        ]  # fmt: skip
        return lines, rows[0]["total"] if rows else 0

    def done(
        self, seen: ColumnElement[bool], since: datetime, until: datetime, *, mine: str | None,
        limit: int,
    ) -> tuple[dict[str, int], list[DoneLine]]:  # fmt: skip
        """By action of ``DONE``, how many were taken in [since, until); the newest of them."""
        where = and_(_E.at >= since, _E.at < until, _E.action.in_(DONE), seen)
        if mine is not None:
            where = and_(where, _E.department == mine)
        count = select(_E.action, func.count()).join(schema.cases).where(where)
        counted = {action: n for action, n in self._db.execute(count.group_by(_E.action))}
        page = (
            select(_E.case_id, _E.action, _E.department, _E.actor, _E.at).join(schema.cases)
            .where(where).order_by(_E.at.desc(), _E.case_id, _E.no).limit(limit)
        )  # fmt: skip
        lines = [DoneLine(**row) for row in self._db.execute(page).mappings()]
        return {action: counted.get(action, 0) for action in DONE}, lines


def _part(mine: str | None) -> ColumnElement[bool]:
    """An obligation that is not over (of that department)."""
    live = and_(_O.status.in_(_LIVE), _O.transferred_to.is_(None))
    return live if mine is None else and_(live, _O.department == mine)
