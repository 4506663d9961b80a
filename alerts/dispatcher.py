"""Sends what is due in the outbox, classes every answer, and decides when to try again.

At least once, never at most once: a delivery is claimed, sent, and only then finished; a process
killed in between leaves a lease that runs out, and the next copy says that it is one. Deliveries
are claimed one by one, so that no lease runs out while another message is being sent. Which one
comes next, and how many may go in a minute, is decided where they are claimed.
Rules: alerting.md section 2.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from alerts.grouping import as_sent
from alerts.messages import RESENT
from domain.ports import Channel, Outbox
from domain.times import Clock
from domain.types import Delivery, SendResult

LOG = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
# The longest documented penalty is 600 s (钉钉 130101); a longer Retry-After is not believed,
# for an alert that waits a day is a lost alert.
MAX_WAIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchCount:
    """Of one call: sent (accepted), retried (to be tried again), dead (given up here; the ledger
    queued the receiver's next channel, if there is one)."""

    sent: int
    retried: int
    dead: int

    @property
    def handled(self) -> int:
        """All deliveries taken in hand."""
        return self.sent + self.retried + self.dead


def dispatch(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    *,
    clock: Clock,
    rng: Random,
    limit: int = 50,
    lease_seconds: int = 45,
    advance: Callable[[int], None] = lambda _count: None,
) -> DispatchCount:
    """Handle up to ``limit`` due deliveries; ``advance`` hears of each. The lease must exceed the
    longest send (connect 5 s + read 10 s, three times). Safe with several dispatchers on one
    outbox."""
    counts: Counter[str] = Counter()
    delivery = next(iter(outbox.claim(clock(), lease_seconds, 1)), None)
    while delivery:
        result, now = _send(delivery, channels), clock()
        result, next_at = _judged(delivery, result, now, rng)
        counts[{"ok": "sent", "dead": "dead"}.get(result.outcome, "retried")] += 1
        more = lease_seconds if counts.total() < limit else 0
        delivery = outbox.finish(
            delivery, result, now, next_at, lease_seconds=more, cool_until=_cool_until(result, now)
        )
        advance(1)
    return DispatchCount(sent=counts["sent"], retried=counts["retried"], dead=counts["dead"])


def wait_seconds(result: SendResult, attempts: int, rng: Random) -> float:
    """Until the next try: at least what the provider asked for, else min(300, 5·2^n) · U(0.5, 1.5)
    with n = tries so far - 1."""
    if result.retry_after is not None and result.retry_after > 0:
        return min(result.retry_after, MAX_WAIT_SECONDS) * rng.uniform(1.0, 1.2)
    return min(300.0, 5.0 * 2.0 ** min(max(attempts - 1, 0), 10)) * rng.uniform(0.5, 1.5)


def _cool_until(result: SendResult, now: datetime) -> datetime | None:
    """A provider that asked for a pause asked it of everything that goes over this channel."""
    if result.retry_after is None or result.retry_after <= 0:
        return None
    return now + timedelta(seconds=min(result.retry_after, MAX_WAIT_SECONDS))


def _judged(
    delivery: Delivery, result: SendResult, now: datetime, rng: Random
) -> tuple[SendResult, datetime | None]:
    """The result, given up where there was time enough, and when to try again."""
    next_at = None
    if result.outcome in ("retry", "unknown"):
        result = _given_up(delivery, result) or result
    if result.outcome in ("retry", "unknown"):
        next_at = now + timedelta(seconds=wait_seconds(result, delivery.attempts, rng))
    _note(delivery, result, next_at)
    return result, next_at


def _send(delivery: Delivery, channels: Mapping[str, Channel]) -> SendResult:
    if delivery.attempts > MAX_ATTEMPTS:
        # Only a sender that died each time gets here: that message is not touched again.
        return SendResult(outcome="dead", error=f"{MAX_ATTEMPTS} 次发送都未返回结果，不再重试")
    if delivery.channel not in channels:
        return SendResult(outcome="dead", error=f"渠道 {delivery.channel} 没有配置或未启用")
    result = channels[delivery.channel].send(_marked(delivery))
    if result.outcome not in ("ok", "retry", "unknown", "dead"):
        # Guessing "sent" could lose it, guessing "retry" could ring twelve times.
        return SendResult(outcome="dead", error=f"渠道 {delivery.channel} 的回答不合约定")
    return result


def _marked(delivery: Delivery) -> Delivery:
    """As the receiver reads it, with the mark of a second copy when an earlier one may have
    arrived."""
    delivery = as_sent(delivery)
    if not delivery.unconfirmed:
        return delivery
    title = delivery.alert.title + RESENT
    return replace(delivery, alert=replace(delivery.alert, title=title))


def _given_up(delivery: Delivery, result: SendResult) -> SendResult | None:
    """By tries, not by age: after a night's outage, or a clock that was set, the age says nothing
    about whether there was time enough."""
    if delivery.attempts < MAX_ATTEMPTS:
        return None
    why = f"已试 {delivery.attempts} 次，不再重试"
    return replace(result, outcome="dead", error=f"{result.error}（{why}）")


def _note(delivery: Delivery, result: SendResult, next_at: datetime | None) -> None:
    """One line per attempt; ids and outcome only, never a text, a number or a key."""
    level = logging.INFO if result.outcome == "ok" else logging.WARNING
    if result.outcome == "dead":
        level = logging.ERROR
    LOG.log(
        level, "delivery=%s case=%s alerts=%d channel=%s attempt=%d outcome=%s next=%s error=%s",
        delivery.delivery_id, delivery.alert.case_id or "-", len(delivery.digest) or 1,
        delivery.channel, delivery.attempts,
        result.outcome, next_at.isoformat(timespec="seconds") if next_at else "-",
        result.error or "-",
    )  # fmt: skip
