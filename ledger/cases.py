"""Cases: their events, which are the truth, and their fold, which is kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.actions import OPEN
from domain.casefold import sealed
from domain.errors import Conflict, NoSuchCase
from domain.times import shanghai_day
from domain.types import Actor, Case, CaseEvent, Duty, KeyHit, Level, Obligation, Role, State
from ledger import schema
from ledger.mentions import Mentions
from ledger.rows import Row, chunks, insert_new

_C = schema.cases.c
_PLAIN = (
    "place",
    "opened_at",
    "last_report_at",
    "version",
    "recurs",
    "merged_into",
    "registered_at",
    "acceptance_due",
    "settlement_due",
)


class Cases:
    """domain.ports.Cases over one open transaction."""

    __slots__ = ("_db", "_known")

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._known: dict[str, Case] = {}  # as read or written in this transaction

    def next_id(self, now: datetime, prefix: str) -> str:
        """``LHS-20261123-0012``: the next free number of the Shanghai day."""
        stem = f"{prefix}-{shanghai_day(now):%Y%m%d}-"
        last = self._db.scalar(
            select(_C.case_id)
            .where(_C.case_id.startswith(stem, autoescape=True))
            .order_by(func.length(_C.case_id).desc(), _C.case_id.desc())
            .limit(1)
        )
        return f"{stem}{int(last[len(stem) :]) + 1 if last else 1:04d}"

    def get(self, case_id: str) -> Case:
        """The case as it stands. Raises NoSuchCase."""
        known = self._known.get(case_id)
        if known is None:
            known = self._known[case_id] = self._read(case_id)
        return known

    def _read(self, case_id: str) -> Case:
        query = select(schema.cases).where(_C.case_id == case_id)
        row = self._db.execute(query).mappings().first()
        if row is None:
            raise NoSuchCase(f"没有编号为 {case_id} 的案件；用 tingxue case list 查看现有编号")
        members = schema.case_mentions.c
        ids = self._db.scalars(
            select(members.mention_id).where(members.case_id == case_id).order_by(members.position)
        )
        return _case(row, tuple(ids), self._obligations(case_id))

    def _obligations(self, case_id: str) -> tuple[Obligation, ...]:
        table = schema.obligations
        query = select(table).where(table.c.case_id == case_id).order_by(table.c.position)
        return tuple(_obligation(row) for row in self._db.execute(query).mappings())

    def open_obligations(self) -> list[Obligation]:
        """All that somebody still owes an open case, oldest case first."""
        table = schema.obligations
        live = schema.cases.c.status.in_([*map(str, OPEN), str(State.NOT_OURS)])
        query = (
            select(table)
            .join(schema.cases)
            .where(live, table.c.status.in_([*map(str, OPEN)]), table.c.transferred_to.is_(None))
            .order_by(table.c.case_id, table.c.position)
        )
        return [_obligation(row) for row in self._db.execute(query).mappings()]

    def events(self, case_id: str) -> list[CaseEvent]:
        """The case's history, oldest first."""
        table = schema.events
        query = select(table).where(table.c.case_id == case_id).order_by(table.c.no)
        return [_event(row) for row in self._db.execute(query).mappings()]

    def members(self, case_id: str) -> list[str]:
        """The mentions of a case and of all that were merged into it, however far back."""
        chain = select(literal(case_id).label("case_id")).cte("chain", recursive=True)
        merged = select(_C.case_id).join(chain, _C.merged_into == chain.c.case_id)
        chain = chain.union(merged)
        rows = schema.case_mentions.c
        query = select(rows.mention_id).join(chain, rows.case_id == chain.c.case_id)
        return list(self._db.scalars(query.order_by(rows.case_id, rows.position)))

    def append(self, case: Case, events: Sequence[CaseEvent]) -> None:
        """Seal and write the events that lead to ``case``, and ``case`` beside them. Raises
        Conflict unless they follow the case's present version."""
        query = select(_C.version).where(_C.case_id == case.case_id)
        version = self._db.scalar(query) or 0
        if events[0].no != version + 1:
            raise Conflict(f"{case.case_id} 刚刚有人更新过，请刷新后再操作")
        table = schema.events.c
        prev = self._db.scalar(
            select(table.hash).where(table.case_id == case.case_id, table.no == version)
        )
        changed = self._put(case, new=version == 0)
        rows = []
        for event in events:
            event = sealed(event, prev or "")
            prev = event.hash
            rows.append(_event_row(event))
        try:
            self._db.execute(schema.events.insert(), rows)
        except IntegrityError as error:
            raise Conflict(f"{case.case_id} 的这一操作已经记录过，请刷新查看") from error
        self._known[case.case_id] = case
        Mentions(self._db).touch(changed)

    def _put(self, case: Case, *, new: bool) -> tuple[str, ...]:
        """Write the fold; the members whose search document that changes."""
        before = None if new else self.get(case.case_id)
        values: dict[str, Any] = {name: getattr(case, name) for name in _PLAIN}
        values |= {
            "categories": list(case.categories),
            "level": str(case.level),
            "status": str(case.status),
            "linked": list(case.linked),
        }
        if before is None:
            self._db.execute(
                schema.cases.insert().values(case_id=case.case_id, held=False, **values)
            )
        else:
            self._db.execute(
                update(schema.cases).where(_C.case_id == case.case_id).values(**values)
            )
        added = case.mention_ids[len(before.mention_ids) if before else 0 :]
        self._put_members(case, added)
        self._put_obligations(case)
        return added if before and _searched(before) == _searched(case) else case.mention_ids

    def _put_members(self, case: Case, added: Sequence[str]) -> None:
        start = len(case.mention_ids) - len(added)
        rows = [
            {"mention_id": mention_id, "case_id": case.case_id, "position": start + n}
            for n, mention_id in enumerate(added)
        ]
        if rows:
            self._db.execute(schema.case_mentions.insert(), rows)

    def _put_obligations(self, case: Case) -> None:
        table = schema.obligations
        self._db.execute(table.delete().where(table.c.case_id == case.case_id))
        rows = [_obligation_row(o, n) for n, o in enumerate(case.obligations)]
        if rows:
            self._db.execute(table.insert(), rows)

    # --- finding

    def by_mention(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """mention_id -> case_id, for those that belong to a case."""
        table = schema.case_mentions.c
        found: dict[str, str] = {}
        for part in chunks(list(mention_ids)):
            query = select(table.mention_id, table.case_id).where(table.mention_id.in_(part))
            found |= {m: c for m, c in self._db.execute(query)}
        return found

    def by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]:
        """Reports filed under these keys since the given moments, newest first."""
        if not keys:
            return []
        table = schema.case_keys.c
        any_of = or_(*(and_(table.key == key, table.at >= since) for key, since in keys.items()))
        query = select(table.key, table.case_id, table.mention_id, table.at).where(any_of)
        query = query.order_by(table.at.desc(), table.case_id.desc(), table.mention_id)
        return [
            KeyHit(key=k, case_id=c, mention_id=m, at=a) for k, c, m, a in self._db.execute(query)
        ]

    def add_keys(self, case_id: str, mention_id: str, keys: Sequence[str], at: datetime) -> None:
        """File a report of a case under its joining keys."""
        rows = [
            {"key": key, "mention_id": mention_id, "case_id": case_id, "at": at} for key in keys
        ]
        if rows:
            self._db.execute(insert_new(self._db, schema.case_keys), rows)

    def unfinished(self) -> list[str]:
        """Cases with an open obligation, oldest first."""
        return self.list_ids(statuses=[*map(str, OPEN), str(State.NOT_OURS)])

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
        table = schema.events.c
        query = select(table.no).where(table.case_id == case_id, table.command_id == command_id)
        return self._db.scalar(query) is not None


def _searched(case: Case) -> tuple[object, ...]:
    """What a mention is searched by that belongs to its case."""
    return case.level, tuple(o.department for o in case.obligations)


def _case(row: Row, mention_ids: tuple[str, ...], rows: tuple[Obligation, ...]) -> Case:
    return Case(
        case_id=row["case_id"],
        categories=tuple(row["categories"]),
        level=Level(row["level"]),
        status=State(row["status"]),
        mention_ids=mention_ids,
        obligations=rows,
        linked=tuple(row["linked"]),
        **{name: row[name] for name in _PLAIN},
    )


def _obligation(row: Row) -> Obligation:
    values = {k: v for k, v in row.items() if k != "position"}
    values |= {
        "duty": Duty(row["duty"]),
        "status": State(row["status"]),
        "chased": frozenset(row["chased"]),
    }
    return Obligation(**values)


def _obligation_row(item: Obligation, position: int) -> dict[str, Any]:
    return asdict(item) | {
        "position": position,
        "duty": str(item.duty),
        "status": str(item.status),
        "chased": sorted(item.chased),
    }


def _event(row: Row) -> CaseEvent:
    actor = Actor(name=row["actor"], role=Role(row["role"]), department=row["actor_department"])
    plain = (
        "case_id",
        "no",
        "at",
        "action",
        "department",
        "from_state",
        "to_state",
        "note",
        "data",
        "prev_hash",
        "hash",
    )
    return CaseEvent(actor=actor, **{name: row[name] for name in plain})


def _event_row(event: CaseEvent) -> dict[str, Any]:
    command = event.data.get("command_id")
    return {
        "case_id": event.case_id,
        "no": event.no,
        "at": event.at,
        "actor": event.actor.name,
        "role": str(event.actor.role),
        "actor_department": event.actor.department,
        "action": event.action,
        "department": event.department,
        "note": event.note,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "data": event.data,
        "command_id": command,
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }
