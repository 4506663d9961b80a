"""Whether the record is as it was written: every case's chain of events, and the audit's.

A chain shows a changed, a removed and an inserted link, and the version kept beside a case shows
that its last links are gone. It cannot show what somebody rewrote to the end with new hashes, nor
that the audit's last lines or a whole case are missing: for that there is the ``seal`` of a day, to
be kept where whoever can write the ledger cannot.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from domain.casefold import apply, sealed
from domain.errors import IllegalAction
from domain.types import Case, CaseEvent
from ledger import schema
from ledger.audit import Audit
from ledger.caserows import to_event
from ledger.cases import Cases
from ledger.folds import Folds

_C, _E, _A = schema.cases.c, schema.events.c, schema.audit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first link of a case that does not hold: the event's number, and what is wrong with it,
    in Chinese. case_id "" is the audit."""

    case_id: str
    no: int
    why: str


@dataclass(slots=True)
class Looked:
    """How much was looked at."""

    cases: int = 0
    events: int = 0
    lines: int = 0


class Chains:
    """The chains over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def breaks(self, looked: Looked) -> Iterator[Break]:
        """One for each case that does not hold, then the audit's; counts into ``looked``. One case
        at a time is in memory."""
        for case_id in self._ids():
            looked.cases += 1
            found = self._of_case(case_id, looked)
            if found is not None:
                yield found
        looked.lines = self._db.scalar(select(func.count()).select_from(schema.audit)) or 0
        try:
            broken = Audit(self._db).broken_at()
        except ValueError:
            yield Break(case_id="", no=0, why="有一行的内容读不出，被改过")
            return
        if broken is not None:
            yield Break(case_id="", no=broken, why="这一行被改过，或者它前面的被删过")

    def seal(self, since: datetime, until: datetime) -> tuple[str, int, int]:
        """(64 hex digits, events, lines) of everything that was recorded in [since, until). An
        event's hash covers all before it in its case, so the seal of a day covers each case that
        the day touched, back to its beginning."""
        digest, counts = hashlib.sha256(), []
        for table, order in ((schema.events, (_E.case_id, _E.no)), (schema.audit, (_A.no,))):
            query = select(*order, table.c.hash).where(table.c.at >= since, table.c.at < until)
            count = 0
            for row in self._db.execute(query.order_by(*order).execution_options(yield_per=500)):
                digest.update(("|".join(map(str, row)) + "\n").encode())
                count += 1
            digest.update(b"\n")
            counts.append(count)
        return digest.hexdigest(), counts[0], counts[1]

    def _ids(self) -> list[str]:
        """Of all cases, and of events whose case is gone."""
        both = select(_C.case_id).union(select(_E.case_id)).subquery()
        return list(self._db.scalars(select(both.c.case_id).order_by(both.c.case_id)))

    def _of_case(self, case_id: str, looked: Looked) -> Break | None:
        kept = select(_C.version).where(_C.case_id == case_id)
        version = self._db.scalar(kept)
        no, prev, case = 0, "", None
        for row in self._rows(case_id):
            no += 1
            looked.events += 1
            event = _read(row)
            why = _wrong(event, no, prev)
            if why or event is None:
                return Break(case_id=case_id, no=no, why=why)
            prev, case = event.hash, _folded(case, event)
            if case is None:
                return Break(case_id=case_id, no=no, why="与之前的经过接不上")
        if version is None:
            return Break(case_id=case_id, no=no, why="有经过，没有这个案件")
        if version != no:
            why = f"案件记到第 {version} 条，经过只有 {no} 条：末尾被删，或者案件被改"
            return Break(case_id=case_id, no=min(version, no) + 1, why=why)
        if case != self._kept(case_id):
            return Break(case_id=case_id, no=no, why="案件现状与经过不符：案件或部门任务被改过")
        return None

    def _kept(self, case_id: str) -> Case | None:
        """The case as it stands beside its events; None where that cannot be read."""
        try:
            return Cases(self._db, Folds()).get(case_id)
        except (LookupError, TypeError, ValueError):
            return None

    def _rows(self, case_id: str) -> Sequence[RowMapping | None]:
        """The events as rows in order; None for one that cannot even be read (its JSON is none)."""
        query = select(schema.events).where(_E.case_id == case_id).order_by(_E.no)
        try:
            return list(self._db.execute(query).mappings())
        except ValueError:
            numbers = self._db.scalars(select(_E.no).where(_E.case_id == case_id).order_by(_E.no))
            return [self._single(case_id, no) for no in numbers.all()]

    def _single(self, case_id: str, no: int) -> RowMapping | None:
        query = select(schema.events).where(_E.case_id == case_id, _E.no == no)
        try:
            return self._db.execute(query).mappings().one()
        except ValueError:
            return None


def _read(row: RowMapping | None) -> CaseEvent | None:
    try:
        return None if row is None else to_event(row)
    except ValueError:  # a role or a moment that nobody writes
        return None


def _wrong(event: CaseEvent | None, no: int, prev: str) -> str:
    if event is None:
        return "这一条的内容读不出，被改过"
    if event.no != no:
        return f"缺第 {no} 条，下一条是第 {event.no} 条"
    if event.prev_hash != prev:
        return "与前一条的校验值接不上：前一条被换过"
    if sealed(replace(event, hash=""), prev).hash != event.hash:
        return "内容与校验值不符：这一条被改过"
    return ""


def _folded(case: Case | None, event: CaseEvent) -> Case | None:
    """None where the events, though chained, make no case: somebody made them up."""
    try:
        return apply(case, event)
    except (IllegalAction, LookupError, TypeError, ValueError, AssertionError):
        return None
