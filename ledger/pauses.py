"""Sites that refused us and are left alone for a while; a person may end that earlier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from domain.collection import Pause
from domain.types import Outcome
from ledger import schema

_P = schema.pauses.c


class Pauses:
    """Over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def begin(self, pause: Pause) -> None:
        """It is left alone from now on; what began at the same moment is replaced."""
        same = (_P.site == pause.site) & (_P.began_at == pause.began_at)
        self._db.execute(schema.pauses.delete().where(same))
        self._db.execute(schema.pauses.insert().values(
            site=pause.site, began_at=pause.began_at, until=pause.until, source=pause.source,
            outcome=str(pause.outcome), lifted_at=None,
        ))  # fmt: skip

    def at(self, now: datetime) -> dict[str, Pause]:
        """By site, those that hold at that moment; of several the longest."""
        query = select(schema.pauses).where(_P.until > now, _P.lifted_at.is_(None))
        found = self._db.execute(query.order_by(_P.until)).mappings()
        return {row["site"]: _pause(row) for row in found}

    def last(self, sites: Sequence[str]) -> Pause | None:
        """The newest of any of these, over or not."""
        query = select(schema.pauses).where(_P.site.in_(sites)).order_by(_P.began_at.desc())
        row = self._db.execute(query.limit(1)).mappings().first()
        return None if row is None else _pause(row)

    def lift(self, site: str, at: datetime) -> bool:
        """A person says that it may be asked again; False when nothing held."""
        done = self._db.execute(
            update(schema.pauses)
            .where(_P.site == site, _P.until > at, _P.lifted_at.is_(None))
            .values(lifted_at=at)
        )
        return done.rowcount > 0


def _pause(row: Any) -> Pause:
    return Pause(**{**row, "outcome": Outcome(row["outcome"])})
