"""Cases: their events, which are the truth, and their fold, which is kept beside them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from domain.actions import OPEN
from domain.casefold import sealed
from domain.errors import Conflict, NoSuchCase
from domain.times import day_bounds, shanghai_day
from domain.types import Case, CaseEvent, KeyHit, Level, Obligation, State
from ledger import schema
from ledger.caserows import (
    CASE_FIELDS,
    OWED,
    event_row,
    obligation_row,
    to_case,
    to_event,
    to_obligation,
)
from ledger.folds import Folds
from ledger.gathering import gathered
from ledger.joinkeys import last_filed, newest_filed
from ledger.mentions import Mentions
from ledger.rows import chunks, insert_new

_C = schema.cases.c
_E = schema.events.c
_O = schema.obligations.c

# Statements of every mention and every action: built once, for building costs more than running.
_CASE = select(schema.cases).where(_C.case_id == bindparam("of"))
_MEMBERS = (
    select(schema.case_mentions.c.mention_id)
    .where(schema.case_mentions.c.case_id == bindparam("of"))
    .order_by(schema.case_mentions.c.position)
)
_OWED = select(*OWED).where(_O.case_id == bindparam("of")).order_by(_O.position)
_LAST_ID = (
    select(_C.case_id)
    .where(
        _C.opened_at >= bindparam("since"),  # by an index; the name alone would need all cases
        _C.opened_at < bindparam("until"),
        func.substr(_C.case_id, 1, func.length(bindparam("stem"))) == bindparam("stem"),
    )
    .order_by(func.length(_C.case_id).desc(), _C.case_id.desc())
    .limit(1)
)
_LAST_EVENT = (
    select(_E.no, _E.hash).where(_E.case_id == bindparam("of")).order_by(_E.no.desc()).limit(1)
)
_SAVE_CASE = update(schema.cases).where(_C.case_id == bindparam("of"))
_SAVE_OWED = update(schema.obligations).where(
    _O.case_id == bindparam("of"), _O.department == bindparam("by")
)
_DROP_OWED = schema.obligations.delete().where(_O.case_id == bindparam("of"))
_CASE_OF = select(schema.case_mentions.c.mention_id, schema.case_mentions.c.case_id).where(
    schema.case_mentions.c.mention_id.in_(bindparam("ids", expanding=True))
)
_STATES = select(_C.case_id, _C.status).where(_C.case_id.in_(bindparam("ids", expanding=True)))
_LIVE = tuple(map(str, (*OPEN, State.NOT_OURS)))
_ALL_OWED = (
    select(*OWED)
    .join(schema.cases)
    .where(_C.status.in_(_LIVE), _O.status.in_([*map(str, OPEN)]), _O.transferred_to.is_(None))
    .order_by(_O.case_id, _O.position)
)
_DONE_BEFORE = select(_E.no).where(
    _E.case_id == bindparam("of"), _E.command_id == bindparam("command")
)


class Cases:
    """domain.ports.Cases over one open transaction."""

    __slots__ = ("_db", "_folds", "_known", "_numbers")

    def __init__(self, connection: Connection, folds: Folds) -> None:
        self._db = connection
        self._folds = folds
        self._known: dict[str, Case] = {}  # as read or written in this transaction
        self._numbers: dict[str, int] = {}  # the last one taken of a day, as far as we know

    def next_id(self, now: datetime, prefix: str) -> str:
        """``LHS-20261123-0012``: the next free number of the Shanghai day."""
        day = shanghai_day(now)
        stem = f"{prefix}-{day:%Y%m%d}-"
        if stem not in self._numbers:
            since, until = day_bounds(day)
            last = self._db.scalar(_LAST_ID, {"stem": stem, "since": since, "until": until})
            self._numbers[stem] = int(last[len(stem) :]) if last else 0
        return f"{stem}{self._numbers[stem] + 1:04d}"

    def _number_taken(self, case_id: str) -> None:
        stem, dash, number = case_id.rpartition("-")
        if stem + dash in self._numbers:
            self._numbers[stem + dash] = max(self._numbers[stem + dash], int(number))

    def get(self, case_id: str) -> Case:
        """The case as it stands. Raises NoSuchCase."""
        known = self._known.get(case_id)
        if known is None:
            known = self._known[case_id] = self._read(case_id)
        return known

    def _read(self, case_id: str) -> Case:
        row = self._db.execute(_CASE, {"of": case_id}).mappings().first()
        if row is None:
            raise NoSuchCase(f"没有编号为 {case_id} 的案件；用 tingxue case list 查看现有编号")
        case = self._folds.get(case_id, row["version"])
        if case is None:
            ids = self._db.scalars(_MEMBERS, {"of": case_id})
            owed = self._db.execute(_OWED, {"of": case_id})
            case = to_case(row, tuple(ids), tuple(map(to_obligation, owed)))
        return case

    def many(self, case_ids: Sequence[str]) -> list[Case]:
        """The cases as they stand, in the order of the ids. Raises NoSuchCase."""
        missing = [case_id for case_id in case_ids if case_id not in self._known]
        self._known.update((c.case_id, c) for c in gathered(self._db, self._folds, missing))
        return [self.get(case_id) for case_id in case_ids]

    def committed(self) -> None:
        """What this transaction read and wrote is now so."""
        for case in self._known.values():
            self._folds.keep(case)

    def open_obligations(self) -> list[Obligation]:
        """All that somebody still owes an open case, oldest case first."""
        return [to_obligation(row) for row in self._db.execute(_ALL_OWED)]

    def open_levels(self) -> dict[str, Level]:
        """The level of every open case."""
        query = select(_C.case_id, _C.level).where(_C.status.in_(_LIVE))
        return {case_id: Level(level) for case_id, level in self._db.execute(query)}

    def statutory(self) -> list[str]:
        """Open cases that are registered as complaints and not refused, oldest first."""
        query = (
            select(_C.case_id)
            .where(_C.status.in_(_LIVE), _C.registered_at.is_not(None), _C.refused_at.is_(None))
            .order_by(_C.opened_at, _C.case_id)
        )
        return list(self._db.scalars(query))

    def events(self, case_id: str) -> list[CaseEvent]:
        """The case's history, oldest first."""
        table = schema.events
        query = select(table).where(table.c.case_id == case_id).order_by(table.c.no)
        return [to_event(row) for row in self._db.execute(query).mappings()]

    def append(self, case: Case, events: Sequence[CaseEvent]) -> None:
        """Seal and write the events that lead to ``case``, and ``case`` beside them. Raises
        Conflict unless they follow the case's present version."""
        last = self._db.execute(_LAST_EVENT, {"of": case.case_id}).first()
        version, prev = (last.no, last.hash) if last else (0, "")
        if events[0].no != version + 1:
            raise Conflict(f"{case.case_id} 刚刚有人更新过，请刷新后再操作")
        changed = self._put(case, new=version == 0)
        rows = []
        for event in events:
            event = sealed(event, prev)
            prev = event.hash
            rows.append(event_row(event))
        try:
            self._db.execute(schema.events.insert(), rows)
        except IntegrityError as error:
            raise Conflict(f"{case.case_id} 的这一操作已经记录过，请刷新查看") from error
        self._known[case.case_id] = case
        Mentions(self._db).touch(changed)

    def _put(self, case: Case, *, new: bool) -> tuple[str, ...]:
        """Write the fold; the members whose search document that changes."""
        before = None if new else self.get(case.case_id)
        values: dict[str, Any] = {name: getattr(case, name) for name in CASE_FIELDS}
        values |= {
            "categories": list(case.categories),
            "level": str(case.level),
            "status": str(case.status),
            "linked": list(case.linked),
            "chased": sorted(case.chased),
        }
        if before is None:
            self._number_taken(case.case_id)
            self._db.execute(
                schema.cases.insert(), {"case_id": case.case_id, "held": False, **values}
            )
        else:
            self._db.execute(_SAVE_CASE, {"of": case.case_id, **values})
        added = case.mention_ids[len(before.mention_ids) if before else 0 :]
        self._put_members(case, added)
        self._put_obligations(case, before.obligations if before else ())
        return added if before and _searched(before) == _searched(case) else case.mention_ids

    def _put_members(self, case: Case, added: Sequence[str]) -> None:
        start = len(case.mention_ids) - len(added)
        rows = [
            {"mention_id": mention_id, "case_id": case.case_id, "position": start + n}
            for n, mention_id in enumerate(added)
        ]
        if rows:
            self._db.execute(schema.case_mentions.insert(), rows)

    def _put_obligations(self, case: Case, before: Sequence[Obligation]) -> None:
        """Write those that are not as they were."""
        now = case.obligations
        if [o.department for o in before] != [o.department for o in now[: len(before)]]:
            self._db.execute(_DROP_OWED, {"of": case.case_id})
            before = ()
        changed = [
            {"of": case.case_id, "by": o.department, **obligation_row(o, n)}
            for n, (o, old) in enumerate(zip(now, before, strict=False))
            if o != old
        ]
        added = [obligation_row(o, n) for n, o in enumerate(now) if n >= len(before)]
        if changed:
            self._db.execute(_SAVE_OWED, changed)
        if added:
            self._db.execute(schema.obligations.insert(), added)

    # --- finding

    def by_mention(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """mention_id -> case_id, for those that belong to a case."""
        found: dict[str, str] = {}
        for part in chunks(list(mention_ids)):
            found |= {m: c for m, c in self._db.execute(_CASE_OF, {"ids": part})}
        return found

    def last_by_keys(self, keys: Mapping[str, datetime], most: int) -> list[KeyHit]:
        """See domain.ports.Cases."""
        return last_filed(self._db, schema.case_keys, keys, most)

    def newest_by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]:
        """See domain.ports.Cases."""
        return newest_filed(self._db, schema.case_keys, keys)

    def states(self, case_ids: Sequence[str]) -> dict[str, State]:
        """case_id -> how the case stands."""
        found: dict[str, State] = {}
        for part in chunks(list(case_ids)):
            found |= {c: State(s) for c, s in self._db.execute(_STATES, {"ids": part})}
        return found

    def add_keys(self, case_id: str, mention_id: str, keys: Sequence[str], at: datetime) -> None:
        """File a report of a case under its joining keys."""
        rows = [
            {"key": key, "mention_id": mention_id, "case_id": case_id, "at": at} for key in keys
        ]
        if rows:
            self._db.execute(insert_new(self._db, schema.case_keys), rows)

    def unfinished(self) -> list[str]:
        """Cases with an open obligation, oldest first."""
        return self.list_ids(statuses=_LIVE)

    def list_ids(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        department: str = "",
    ) -> list[str]:
        """Case numbers, oldest first, by present status, time of opening and department."""
        query = select(_C.case_id).order_by(_C.opened_at, _C.case_id)
        if statuses:
            query = query.where(_C.status.in_(statuses))
        if since is not None:
            query = query.where(_C.opened_at >= since)
        if until is not None:
            query = query.where(_C.opened_at < until)
        if department:
            mine = schema.obligations.c
            query = query.where(
                _C.case_id.in_(select(mine.case_id).where(mine.department == department))
            )
        return list(self._db.scalars(query))

    def changed_within(self, since: datetime, until: datetime) -> list[str]:
        """Cases with an event in [since, until), oldest number first."""
        table = schema.events.c
        query = select(table.case_id).where(table.at >= since, table.at < until).distinct()
        return list(self._db.scalars(query.order_by(table.case_id)))

    def has_command(self, case_id: str, command_id: str) -> bool:
        """Whether this command was carried out before (a form sent twice)."""
        values = {"of": case_id, "command": command_id}
        return self._db.scalar(_DONE_BEFORE, values) is not None


def _searched(case: Case) -> tuple[object, ...]:
    """What a mention is searched by that belongs to its case."""
    return case.level, tuple(o.department for o in case.obligations)
