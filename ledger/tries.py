"""How each channel has done of late, and what became of its test messages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.types import TEST
from ledger import schema

_A, _D, _T = schema.attempts.c, schema.deliveries.c, schema.alerts.c
_LOOKED_AT = 500
"""Newest attempts of a channel that are looked at: older ones say nothing of how it does now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Of a channel's newest attempts: when one was last accepted, and when one last failed, with
    what the provider said (never a secret); None for never."""

    accepted_at: datetime | None
    failed_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test message."""

    channel: str
    created_at: datetime
    state: str
    error: str


class Tries:
    """What the channels did, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, channel: str) -> Tried:
        """Of this channel."""
        newest = (
            select(_A.finished_at, _A.outcome, _A.detail)
            .where(_A.channel == channel)
            .order_by(_A.started_at.desc())
            .limit(_LOOKED_AT)
        ).subquery()
        last = select(newest).where(newest.c.finished_at.is_not(None)).limit(1)
        well = self._db.execute(last.where(newest.c.outcome == "ok")).first()
        ill = self._db.execute(last.where(newest.c.outcome != "ok")).first()
        return Tried(
            accepted_at=well.finished_at if well else None,
            failed_at=ill.finished_at if ill else None, error=ill.detail if ill else "",
        )  # fmt: skip

    def tests(self, since: datetime) -> list[Trial]:
        """Test messages made since then, the newest first."""
        query = (
            select(_D.channel, _T.created_at, _D.state, _D.error)
            .join(schema.alerts, _T.alert_id == _D.alert_id)
            .where(_T.created_at >= since, _T.purpose == TEST)
            .order_by(_T.created_at.desc(), _D.channel)
        )
        return [Trial(**row) for row in self._db.execute(query).mappings()]

    def waiting(self, channel: str) -> int:
        """How many messages wait for this channel, or are being sent over it."""
        states = _D.state.in_(["pending", "sending", "retry"])
        return self._db.scalar(select(func.count()).where(states, _D.channel == channel)) or 0
