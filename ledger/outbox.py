"""The outbox: alerts that must reach somebody, at least once, with every attempt on record.

Rows are written in the transaction that opens or changes the case. A claim takes a lease; a
lease that ran out means the sender died in the middle, so the message was *perhaps* accepted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, func, or_, select, update

from domain.identity import digest
from domain.types import Alert, Delivery, Level, SendResult
from ledger import schema
from ledger.rows import Row, insert_new
from ledger.transactions import writing

_D = schema.deliveries.c
_A = schema.attempts.c
_ALERT = [
    schema.alerts.c[name]
    for name in ("case_id", "purpose", "level", "title", "body", "created_at", "drill")
]

# Statements of every delivery: built once, for building costs more than running.
_NEXT = (  # without the alerts: all that is due is sorted for each claim
    select(_D.delivery_id)
    .where(
        or_(
            and_(_D.state.in_(("pending", "retry")), _D.next_at <= bindparam("now")),
            and_(_D.state == "sending", _D.lease_until <= bindparam("now")),
        )
    )
    .order_by(_D.next_at, _D.delivery_id)
    .limit(bindparam("most"))
)
_DUE = (
    select(schema.deliveries, *_ALERT)
    .join(schema.alerts, schema.alerts.c.alert_id == _D.alert_id)
    .where(_D.delivery_id.in_(_NEXT))
    .order_by(_D.next_at, _D.delivery_id)
    .with_for_update(skip_locked=True, of=schema.deliveries)
)
_LEASE = update(schema.deliveries).where(_D.delivery_id == bindparam("of"))
_FINISH = (
    update(schema.deliveries)
    .where(
        _D.delivery_id == bindparam("of"),
        _D.state == "sending",
        _D.attempts == bindparam("try"),
    )
    .values(
        unconfirmed=_D.unconfirmed + bindparam("unsure"),
        lease_until=None,
        **{
            name: bindparam(f"new_{name}")
            for name in ("state", "next_at", "error", "provider_id", "accepted_at")
        },
    )
)
_TRIED = update(schema.attempts).where(_A.delivery_id == bindparam("of"), _A.no == bindparam("try"))


def delivery_id(alert_id: str, receiver: str, channel: str) -> str:
    """32 hex digits; fits every provider's idempotency field."""
    return digest(alert_id, receiver, channel, length=32)


def queue(db: Connection, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
    """See domain.ports.Books.queue."""
    level = str(alert.level) if alert.level else None
    row = {
        "alert_id": alert.alert_id,
        "case_id": alert.case_id,
        "purpose": alert.purpose,
        "level": level,
        "title": alert.title,
        "body": alert.body,
        "created_at": alert.created_at,
        "drill": alert.drill,
    }
    if db.execute(insert_new(db, schema.alerts), row).rowcount == 0:
        return False
    if deliveries:
        db.execute(insert_new(db, schema.deliveries), [_row(d) for d in deliveries])
    return True


def _row(item: Delivery) -> dict[str, object]:
    return {
        "delivery_id": item.delivery_id,
        "alert_id": item.alert.alert_id,
        "receiver": item.receiver,
        "channel": item.channel,
        "fallback": list(item.fallback),
        "state": item.state,
        "attempts": item.attempts,
        "unconfirmed": item.unconfirmed,
        "next_at": item.next_at,
        "provider_id": item.provider_id,
        "error": item.error,
        "accepted_at": item.accepted_at,
    }


class Outbox:
    """domain.ports.Outbox; each call is one transaction of its own."""

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]:
        """See domain.ports.Outbox."""
        with writing(self._engine) as db:
            return _claim(db, now, lease_seconds, limit)

    def finish(
        self, delivery: Delivery, result: SendResult, now: datetime, next_at: datetime | None,
        *, lease_seconds: int = 0,
    ) -> Delivery | None:  # fmt: skip
        """See domain.ports.Outbox."""
        with writing(self._engine) as db:
            _finish(db, delivery, result, now, next_at)
            due = _claim(db, now, lease_seconds, 1) if lease_seconds else []
        return due[0] if due else None

    def states(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        query = select(_D.state, func.count()).group_by(_D.state)
        with self._engine.connect() as db, db.begin():
            return {state: n for state, n in db.execute(query)}

    def undelivered(self) -> int:
        """How many alerts reached a receiver over no channel: all of them dead."""
        pairs = select(_D.alert_id, func.max(_D.state).label("best"))
        best = pairs.group_by(_D.alert_id, _D.receiver).subquery()  # "dead" sorts before all others
        query = select(func.count()).select_from(best).where(best.c.best == "dead")
        with self._engine.connect() as db, db.begin():
            return db.scalar(query) or 0

    def soonest(self) -> datetime | None:
        """When the next waiting delivery is due; None when nothing waits."""
        waiting = _D.state.in_(("pending", "retry", "sending"))
        due = func.coalesce(_D.lease_until, _D.next_at, type_=schema.UtcMoment())
        query = select(func.min(due)).where(waiting)
        with self._engine.connect() as db, db.begin():
            return db.scalar(query)


def _finish(
    db: Connection, delivery: Delivery, result: SendResult, now: datetime, next_at: datetime | None
) -> None:
    state = {"ok": "sent"}.get(result.outcome, "retry" if next_at else "dead")
    ended = {
        "of": delivery.delivery_id,
        "try": delivery.attempts,
        "unsure": int(result.outcome == "unknown"),
        "new_state": state,
        "new_next_at": next_at,
        "new_error": result.error,
        "new_provider_id": result.provider_id,
        "new_accepted_at": now if state == "sent" else None,
    }
    if db.execute(_FINISH, ended).rowcount == 0:
        return  # another claimer has taken it over
    said = {"finished_at": now, "outcome": result.outcome, "detail": result.error}
    db.execute(_TRIED, {"of": delivery.delivery_id, "try": delivery.attempts, **said})
    if state == "dead":
        _next_channel(db, delivery, now)


def _claim(db: Connection, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]:
    due = db.execute(_DUE, {"now": now, "most": limit}).mappings().all()
    return [_lease(db, row, now, lease_seconds) for row in due]


def _lease(db: Connection, row: Row, now: datetime, seconds: int) -> Delivery:
    died = row["state"] == "sending"
    taken = _delivery(row) | {
        "state": "sending",
        "attempts": row["attempts"] + 1,
        "unconfirmed": row["unconfirmed"] + died,
    }
    db.execute(
        _LEASE,
        {
            "of": row["delivery_id"],
            "state": "sending",
            "attempts": taken["attempts"],
            "unconfirmed": taken["unconfirmed"],
            "lease_until": now + timedelta(seconds=seconds),
        },
    )
    db.execute(
        schema.attempts.insert(),
        {
            "delivery_id": row["delivery_id"],
            "no": taken["attempts"],
            "started_at": now,
            "detail": "",
        },
    )
    return Delivery(**taken)


def _next_channel(db: Connection, delivery: Delivery, now: datetime) -> None:
    """Dead on this channel: the receiver's next one gets the message."""
    if not delivery.fallback:
        return
    channel, rest = delivery.fallback[0], delivery.fallback[1:]
    row = {
        "delivery_id": delivery_id(delivery.alert.alert_id, delivery.receiver, channel),
        "alert_id": delivery.alert.alert_id,
        "receiver": delivery.receiver,
        "channel": channel,
        "fallback": list(rest),
        "state": "pending",
        "attempts": 0,
        "unconfirmed": 0,
        "next_at": now,
        "provider_id": "",
        "error": "",
    }
    db.execute(insert_new(db, schema.deliveries).values(row))


def _delivery(row: Row) -> dict[str, Any]:
    alert = Alert(
        alert_id=row["alert_id"],
        case_id=row["case_id"],
        purpose=row["purpose"],
        level=Level(row["level"]) if row["level"] else None,
        title=row["title"],
        body=row["body"],
        created_at=row["created_at"],
        drill=row["drill"],
    )
    plain = (
        "delivery_id",
        "receiver",
        "channel",
        "state",
        "attempts",
        "unconfirmed",
        "next_at",
        "provider_id",
        "error",
        "accepted_at",
    )
    return {"alert": alert, "fallback": tuple(row["fallback"]), **{n: row[n] for n in plain}}
