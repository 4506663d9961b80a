"""How far each source has come. Written by ``tingxue.intake`` with what was brought, so a crash
repeats and never skips."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from ledger import schema

_M = schema.marks.c


class Marks:
    """domain.ports.Marks over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, source: str) -> dict[str, str]:
        """Key -> value."""
        query = select(_M.key, _M.value).where(_M.source == source)
        return {key: value for key, value in self._db.execute(query)}

    def put(self, source: str, marks: Mapping[str, str], at: datetime) -> None:
        """These stand from now on; other keys stay."""
        if not marks:
            return
        same = (_M.source == source) & _M.key.in_(list(marks))
        self._db.execute(schema.marks.delete().where(same))
        rows = [{"source": source, "key": k, "value": v, "at": at} for k, v in marks.items()]
        self._db.execute(schema.marks.insert(), rows)
