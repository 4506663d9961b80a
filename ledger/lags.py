"""How far each stage is behind: what waits before it, and since when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from ledger import schema

_M, _V, _D = schema.mentions.c, schema.verdicts.c, schema.deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """What one stage has before it. oldest: since when the first of it waits; None where nothing
    does, or where it is not known."""

    waiting: int
    oldest: datetime | None = None


class Lags:
    """The stages over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def all(self, now: datetime) -> dict[str, Lag]:
        """Stage -> its lag: analyse, triage, notify (messages that are due), index."""
        return {
            "analyse": self._analyse(),
            "triage": self._triage(),
            "notify": self._lag(_D.next_at <= now, func.min(_D.next_at)),
            "index": self._lag(_M.change_no > _M.indexed_no, None),
        }

    def first_seen(self) -> datetime | None:
        """When the first mention came that is still there."""
        found: datetime | None = self._db.scalar(select(func.min(_M.first_seen_at)))
        return found

    def _analyse(self) -> Lag:
        """Texts that are read again wait too, but nobody waits for them: the age is the others'."""
        waiting = self._lag(_M.stage == "analyse", None).waiting
        new = (_M.stage == "analyse") & _M.first_scored_at.is_(None)
        return Lag(waiting=waiting, oldest=self._lag(new, func.min(_M.first_seen_at)).oldest)

    def _triage(self) -> Lag:
        query = (
            select(func.count(), func.min(_V.scored_at))
            .select_from(schema.mentions.outerjoin(schema.verdicts))
            .where(_M.stage == "triage")
        )
        waiting, oldest = self._db.execute(query).one()
        return Lag(waiting=waiting, oldest=oldest)

    def _lag(self, condition: ColumnElement[bool], since: ColumnElement[datetime] | None) -> Lag:
        columns = (func.count(), since) if since is not None else (func.count(),)
        waiting, *oldest = self._db.execute(select(*columns).where(condition)).one()
        return Lag(waiting=waiting, oldest=oldest[0] if oldest else None)
