"""When a provider says "not so fast", the whole channel waits, not only the message that was told.

Every further try during a block counts against the sender (钉钉 blocks for 10 minutes), so nothing
leaves before it is over. Kept in memory: each process learns by itself, and a restart asks again.
"""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.dispatcher import MAX_WAIT_SECONDS
from domain.times import Clock
from domain.types import SendResult


@dataclass(slots=True)
class Cooldown:
    """The wait of one channel; several threads may share it."""

    clock: Clock
    _until: datetime | None = None
    _seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def left(self) -> float:
        """Seconds until a message may leave, 0 for now. A clock set back ends the wait rather than
        make it longer than was asked."""
        with self._lock:
            if self._until is None:
                return 0.0
            left = (self._until - self.clock()).total_seconds()
            if 0 < left <= self._seconds:
                return left
            self._until = None
            return 0.0

    def refusal(self, name: str) -> SendResult | None:
        """What to say instead of sending while the wait lasts, else None."""
        left = self.left()
        if not left:
            return None
        error = f"{name} 限流冷却中，还要等 {left:.0f} 秒"
        return SendResult(outcome="retry", error=error, retry_after=left)

    def noted(self, result: SendResult) -> SendResult:
        """The result; one that asks for a wait starts it. At most 600 s: see the dispatcher."""
        if result.outcome == "retry" and result.retry_after:
            result = replace(result, retry_after=min(result.retry_after, MAX_WAIT_SECONDS))
            with self._lock:
                self._seconds = result.retry_after or 0.0
                self._until = self.clock() + timedelta(seconds=self._seconds)
        return result
