"""The outbox: alerts that must reach somebody, at least once, with every attempt on record.

Rows are written in the transaction that opens or changes the case. A claim takes a lease; a
lease that ran out means the sender died in the middle, so the message was *perhaps* accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, case, func, select, true, update

from domain.identity import digest
from domain.plan import Pace
from domain.ports import StandIns
from domain.types import TEST, Alert, Delivery, SendResult
from ledger import postgres, schema
from ledger.claiming import claim_one, turn_of, wait_until
from ledger.rows import Row, insert_new
from ledger.steps import follow
from ledger.transactions import taking

_D, _A, _T = schema.deliveries.c, schema.attempts.c, schema.alerts.c

# Statements of every delivery: built once, for building costs more than running.
_ENDED: dict[str, Any] = {
    name: bindparam(f"new_{name}") for name in ("state", "error", "provider_id", "accepted_at")
}
_OPEN = and_(_D.state == "sending", _D.attempts == bindparam("try"))
_FINISH = (
    update(schema.deliveries)
    .where(_D.delivery_id == bindparam("of"), _OPEN)
    .values(
        unconfirmed=_D.unconfirmed + bindparam("unsure"), next_at=bindparam("new_next_at"), **_ENDED
    )
)
_FINISH_OTHERS = (
    update(schema.deliveries)
    .where(_D.digest == bindparam("of"), _D.delivery_id != bindparam("of"), _OPEN)
    .values(unconfirmed=_D.unconfirmed + bindparam("unsure"), **_ENDED)
)
_TRIED = update(schema.attempts).where(_A.delivery_id == bindparam("of"), _A.no == bindparam("try"))


def _nobody(_alert: Alert, _receiver: str) -> Sequence[Delivery]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """An alert whose receiver could be reached over none of its channels. ``stand_in``: who got
    it in the receiver's stead; "" for nobody: then somebody must ring."""

    alert_id: str
    case_id: str | None
    title: str
    created_at: datetime
    receiver: str
    stand_in: str


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
        "files": [list(pair) for pair in alert.files],
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
        "turn": turn_of(item.alert),
        "stands_for": item.stands_for,
    }


class Outbox:
    """domain.ports.Outbox; each call is one transaction of its own.

    ``paces`` by channel, the same in every process; a channel without one is used at any pace.
    """

    __slots__ = ("_engine", "_paces", "_stand_ins")

    def __init__(
        self,
        engine: Engine,
        paces: Mapping[str, Pace] = MappingProxyType({}),
        stand_ins: StandIns = _nobody,
    ) -> None:
        self._engine, self._paces, self._stand_ins = engine, paces, stand_ins

    def claim(self, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]:
        """See domain.ports.Outbox."""
        claimed: list[Delivery] = []
        held = set[str]()
        with taking(self._engine) as db:
            while len(claimed) < limit:
                found = claim_one(db, now, lease_seconds, self._paces, held)
                if found is None:
                    break
                claimed.append(found)
        return claimed

    def finish(
        self, delivery: Delivery, result: SendResult, now: datetime, next_at: datetime | None,
        *, lease_seconds: int = 0, cool_until: datetime | None = None,
    ) -> Delivery | None:  # fmt: skip
        """See domain.ports.Outbox."""
        with taking(self._engine) as db:
            if _finish(db, delivery, result, now, next_at) and next_at is None:
                if result.outcome != "ok":
                    _hand_over(db, delivery, now, self._stand_ins)
            if cool_until is not None:
                wait_until(db, delivery.channel, "", cool_until)
            return claim_one(db, now, lease_seconds, self._paces) if lease_seconds else None

    def follow_clock(self, now: datetime, steady: float, machine: str) -> float:
        """Keep all waits when the wall clock is set; see ledger.steps.follow."""
        return follow(self._engine, now, steady, machine)

    def states(self) -> dict[str, int]:
        """How many deliveries are in which state."""
        query = select(_D.state, func.count()).group_by(_D.state)
        with self._engine.connect() as db, db.begin():
            return {state: n for state, n in db.execute(query)}

    def undelivered(self) -> int:
        """How many alerts reached neither a receiver nor a stand-in: over all channels dead."""
        meant = case((_D.stands_for != "", _D.stands_for), else_=_D.receiver)
        pairs = select(_D.alert_id, func.max(_D.state).label("best"))
        best = pairs.group_by(_D.alert_id, meant).subquery()  # "dead" sorts before all others
        query = select(func.count()).select_from(best).where(best.c.best == "dead")
        with self._engine.connect() as db, db.begin():
            return db.scalar(query) or 0

    def unreached(self, case_id: str | None = None) -> list[Unreached]:
        """Alerts (of one case) that their receiver did not get over any channel, oldest first;
        without those for which something is still being tried, and without test messages."""
        dead = select(_D.alert_id).where(_D.state == "dead")
        query = (
            select(
                _D.alert_id,
                _D.receiver,
                _D.stands_for,
                _D.state,
                _T.case_id,
                _T.title,
                _T.created_at,
            )
            .join(schema.alerts, _T.alert_id == _D.alert_id)
            .where(
                _D.alert_id.in_(dead),
                _T.purpose != TEST,
                _T.case_id == case_id if case_id else true(),
            )
            .order_by(_T.created_at, _D.alert_id)
        )
        found: dict[tuple[str, str], list[Row]] = {}
        with self._engine.connect() as db, db.begin():
            for row in db.execute(query).mappings():
                meant = row["stands_for"] or row["receiver"]
                found.setdefault((row["alert_id"], meant), []).append(row)
        return [_unreached(meant, rows) for (_, meant), rows in found.items() if _given_up(rows)]

    def soonest(self) -> datetime | None:
        """When the next waiting delivery is due; None when nothing waits."""
        with self._engine.connect() as db, db.begin():
            found: datetime | None = db.scalar(select(func.min(_D.next_at)))
        return found


def _given_up(rows: Sequence[Row]) -> bool:
    """Whether the receiver's own channels are all dead and nothing is tried any more."""
    own = {row["state"] for row in rows if not row["stands_for"]}
    return own == {"dead"} and all(row["state"] in ("dead", "sent") for row in rows)


def _unreached(meant: str, rows: Sequence[Row]) -> Unreached:
    got = [row["receiver"] for row in rows if row["state"] == "sent"]
    first = rows[0]
    return Unreached(
        alert_id=first["alert_id"], case_id=first["case_id"], title=first["title"],
        created_at=first["created_at"],
        receiver=meant, stand_in=got[0] if got else "",
    )  # fmt: skip


def _finish(
    db: Connection, delivery: Delivery, result: SendResult, now: datetime, next_at: datetime | None
) -> bool:
    """Whether it was still ours to finish: another claimer may have taken it over."""
    state = {"ok": "sent"}.get(result.outcome, "retry" if next_at else "dead")
    ended = {
        "of": delivery.delivery_id,
        "try": delivery.attempts,
        "unsure": int(result.outcome == "unknown"),
        "new_state": state,
        "new_error": result.error,
        "new_provider_id": result.provider_id,
        "new_accepted_at": now if state == "sent" else None,
    }
    if db.execute(_FINISH, {**ended, "new_next_at": next_at}).rowcount == 0:
        return False
    if delivery.digest:
        db.execute(_FINISH_OTHERS, ended)
    said = {
        "finished_at": now,
        "outcome": result.outcome,
        "detail": result.error,
        "posts": result.posts,
    }
    db.execute(_TRIED, {"of": delivery.delivery_id, "try": delivery.attempts, **said})
    return True


def _hand_over(db: Connection, delivery: Delivery, now: datetime, stand_ins: StandIns) -> None:
    """Dead on this channel: the receiver's next one gets the message, and when none is left,
    whoever stands in for the receiver."""
    alerts = [one.alert for one in delivery.digest] or [delivery.alert]
    if delivery.fallback:
        _queue_again(db, [_on_next_channel(delivery, alert, now) for alert in alerts])
        return
    if postgres.is_it(db):
        # Of two channels that die at once, each would see the other still trying.
        postgres.wait_for(db, postgres.HAND_OVER)
    mine = _D.receiver == delivery.receiver
    live = select(_D.alert_id).where(
        _D.alert_id.in_([alert.alert_id for alert in alerts]), mine, _D.state != "dead"
    )
    reached = set(db.scalars(live))
    for alert in alerts:
        if alert.alert_id not in reached:
            heirs = stand_ins(alert, delivery.receiver)
            meant = delivery.stands_for or delivery.receiver
            _queue_again(db, [replace(one, stands_for=meant, next_at=now) for one in heirs])


def _on_next_channel(delivery: Delivery, alert: Alert, now: datetime) -> Delivery:
    channel, *rest = delivery.fallback
    return Delivery(
        delivery_id=delivery_id(alert.alert_id, delivery.receiver, channel), alert=alert,
        receiver=delivery.receiver, channel=channel, fallback=tuple(rest), state="pending",
        attempts=0, unconfirmed=0, next_at=now, stands_for=delivery.stands_for,
    )  # fmt: skip


def _queue_again(db: Connection, deliveries: Sequence[Delivery]) -> None:
    if deliveries:
        db.execute(insert_new(db, schema.deliveries), [_row(one) for one in deliveries])
