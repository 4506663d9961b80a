"""The audit: who opened an original, what was purged. Append-only and hash-chained."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from domain.times import utc
from domain.types import Actor
from ledger import schema

_A = schema.audit.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One line as it is shown."""

    no: int
    at: datetime
    actor: str
    role: str
    department: str
    action: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which lines; "" and None are any. [since, until): when. before: only lower numbers."""

    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


_SHOWN = [_A[name] for name in AuditLine.__slots__]


class Audit:
    """domain.ports.Audit over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def write(self, at: datetime, actor: Actor, action: str, subject: str, reason: str) -> None:
        """Append one line to the chain."""
        last = self._db.execute(select(_A.no, _A.hash).order_by(_A.no.desc()).limit(1)).first()
        no, prev = (last.no + 1, last.hash) if last else (1, "")
        line = {
            "no": no,
            "at": at,
            "actor": actor.name,
            "role": str(actor.role),
            "department": actor.department,
            "action": action,
            "subject": subject,
            "reason": reason,
        }
        values = line | {"prev_hash": prev, "hash": _hash(prev, line)}
        self._db.execute(schema.audit.insert().values(**values))

    def lines(self) -> list[dict[str, object]]:
        """Everything, oldest first."""
        query = select(schema.audit).order_by(_A.no)
        return [dict(row) for row in self._db.execute(query).mappings()]

    def page(self, query: AuditQuery, limit: int) -> list[AuditLine]:
        """The newest first."""
        found = select(*_SHOWN).where(*_conditions(query)).order_by(_A.no.desc()).limit(limit)
        return [AuditLine(**row) for row in self._db.execute(found).mappings()]

    def about(self, action: str, subject: str = "") -> list[AuditLine]:
        """What was recorded of this action, and of this subject if one is named; oldest first."""
        query = select(*_SHOWN).where(_A.action == action).order_by(_A.no)
        if subject:
            query = query.where(_A.subject == subject)
        return [AuditLine(**row) for row in self._db.execute(query).mappings()]

    def last(self, action: str) -> datetime | None:
        """When this was last done; None for never."""
        query = select(_A.at).where(_A.action == action).order_by(_A.no.desc()).limit(1)
        return self._db.scalar(query)

    def newest(self, action: str) -> dict[str, object] | None:
        """The newest line of this action."""
        query = select(schema.audit).where(_A.action == action).order_by(_A.no.desc()).limit(1)
        row = self._db.execute(query).mappings().first()
        return dict(row) if row else None

    def broken_at(self) -> int | None:
        """The number of the first line whose place in the chain is wrong. The purge removes old
        lines from the front, so the first one kept is the anchor."""
        prev: str | None = None
        for row in self.lines():
            line = {k: v for k, v in row.items() if k not in {"prev_hash", "hash"}}
            before = str(row["prev_hash"])
            if (prev is not None and before != prev) or _hash(before, line) != row["hash"]:
                return int(str(row["no"]))
            prev = str(row["hash"])
        return None


def _conditions(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    if query.action:
        yield _A.action == query.action
    if query.actor:
        yield _A.actor == query.actor
    if query.since is not None:
        yield _A.at >= query.since
    if query.until is not None:
        yield _A.at < query.until
    if query.before is not None:
        yield _A.no < query.before


def _hash(prev: str, line: dict[str, object]) -> str:
    body = json.dumps(line, ensure_ascii=False, sort_keys=True, default=_iso)
    return hashlib.sha256(f"{prev}|{body}".encode("utf-8", "surrogatepass")).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return utc(value).isoformat()
    raise TypeError(type(value).__name__)
