"""Hand-written stand-ins for the ports, kept to the contracts in ``domain/ports.py``.

``FakeOutbox`` passes the same ``OutboxContract`` as the real ledger.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.identity import digest
from domain.types import Alert, Delivery, Level, SendResult


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class ScriptedChannel:
    """Answers from a list, then "ok"; keeps what it was given. ``on_send`` runs at each send."""

    answers: Iterable[SendResult] = ()
    given: list[Delivery] = field(default_factory=list)
    on_send: object = None

    def __post_init__(self) -> None:
        self._answers = iter(self.answers)

    def send(self, delivery: Delivery) -> SendResult:
        self.given.append(delivery)
        if callable(self.on_send):
            self.on_send()
        return next(self._answers, SendResult(outcome="ok", provider_id=f"p{len(self.given)}"))


@dataclass
class FakeOutbox:
    """An outbox in memory that keeps no paces. One lock makes each call one transaction."""

    rows: dict[str, Delivery] = field(default_factory=dict)
    leases: dict[str, datetime] = field(default_factory=dict)
    finished: list[tuple[Delivery, SendResult]] = field(default_factory=list)
    cooled: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._alerts: set[str] = set()

    def queue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        with self._lock:
            if alert.alert_id in self._alerts:
                return False
            self._alerts.add(alert.alert_id)
            for delivery in deliveries:
                self.rows.setdefault(delivery.delivery_id, delivery)
            return True

    def claim(self, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]:
        with self._lock:
            return self._claim(now, lease_seconds, limit)

    def finish(
        self, delivery: Delivery, result: SendResult, now: datetime, next_at: datetime | None,
        *, lease_seconds: int = 0, cool_until: datetime | None = None,
    ) -> Delivery | None:  # fmt: skip
        with self._lock:
            if cool_until is not None:
                self.cooled[delivery.channel] = cool_until
            row = self.rows[delivery.delivery_id]
            if row.state == "sending" and row.attempts == delivery.attempts:
                self.finished.append((row, result))
                self.rows[row.delivery_id] = _written(row, result, now, next_at)
                if result.outcome == "dead" and row.fallback:
                    self._fall_back(row, now)
            return next(iter(self._claim(now, lease_seconds, bool(lease_seconds))), None)

    def _claim(self, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]:
        due = [row for row in self.rows.values() if self._due(row, now)]
        due.sort(key=lambda row: (_turn(row), row.next_at))
        return [self._take(row, now + timedelta(seconds=lease_seconds)) for row in due[:limit]]

    def _due(self, row: Delivery, now: datetime) -> bool:
        if row.state in ("pending", "retry"):
            return row.next_at <= now and self.cooled.get(row.channel, now) <= now
        return row.state == "sending" and self.leases[row.delivery_id] <= now

    def _take(self, row: Delivery, lease_until: datetime) -> Delivery:
        taken = replace(
            row,
            state="sending",
            attempts=row.attempts + 1,
            unconfirmed=row.unconfirmed + (row.state == "sending"),
        )
        self.rows[row.delivery_id], self.leases[row.delivery_id] = taken, lease_until
        return taken

    def _fall_back(self, row: Delivery, now: datetime) -> None:
        channel, *rest = row.fallback
        delivery_id = digest(row.alert.alert_id, row.receiver, channel, length=32)
        self.rows.setdefault(
            delivery_id,
            replace(row, delivery_id=delivery_id, channel=channel, fallback=tuple(rest),
                    state="pending", attempts=0, unconfirmed=0, next_at=now,
                    provider_id="", error=""),
        )  # fmt: skip


def _turn(row: Delivery) -> int:
    return -row.alert.level.rank if row.alert.level in (Level.RED, Level.ORANGE) else 0


def _written(
    row: Delivery, result: SendResult, now: datetime, next_at: datetime | None
) -> Delivery:
    if next_at is not None:
        unsure = row.unconfirmed + (result.outcome == "unknown")
        return replace(row, state="retry", next_at=next_at, unconfirmed=unsure, error=result.error)
    state = "sent" if result.outcome == "ok" else "dead"
    accepted = now if state == "sent" else None
    return replace(
        row, state=state, provider_id=result.provider_id, error=result.error, accepted_at=accepted
    )


class LoopbackServer:
    """A server on 127.0.0.1 that answers each connection with ``talk`` in a thread of its own.

    ``talk`` gets the connected socket and may break every rule of its protocol.
    """

    def __init__(self, talk: Callable[[socket.socket], None]) -> None:
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "LoopbackServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self._talk(connection)


def reset(connection: socket.socket) -> None:
    """End the connection with RST instead of FIN, as a crashed peer or a firewall does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
