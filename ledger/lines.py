"""The lines that are said once a day: which one was said last, and when by a clock nobody sets."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import schema
from ledger.rows import insert_new

_M = schema.meta.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """day: the Shanghai day it was the line of; times: how often that day had one (a clock that is
    set back brings a day again). steady, machine: see ``domain.times.Steady``; "" for none."""

    day: date
    times: int
    steady: float
    machine: str


class Lines:
    """By name, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def last(self, name: str) -> Line | None:
        """The last one said; None for never."""
        found = self._db.scalar(select(_M.value).where(_M.key == _key(name)))
        if found is None:
            return None
        kept = json.loads(found)
        return Line(**{**kept, "day": date.fromisoformat(kept["day"])})

    def said(self, name: str, line: Line) -> None:
        """This one is the last now."""
        value = json.dumps(asdict(line), default=date.isoformat)
        self._db.execute(insert_new(self._db, schema.meta), {"key": _key(name), "value": value})
        self._db.execute(schema.meta.update().where(_M.key == _key(name)).values(value=value))


def _key(name: str) -> str:
    return f"line {name}"
