"""What every outbox must do (``domain.ports.Outbox``); a subclass provides the outbox.

The subclass gives an ``outbox`` fixture and ``enqueue``, which writes alert and deliveries in one
transaction and says whether the alert was new:

    class TestLedgerOutbox(OutboxContract):
        @pytest.fixture
        def outbox(self, tmp_path): ...           # may keep the ledger in self
        def enqueue(self, alert, deliveries): ...
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from domain.ports import Outbox
from domain.types import Alert, Delivery, Level, SendResult

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OK = SendResult(outcome="ok", provider_id="m1")
RETRY = SendResult(outcome="retry", error="HTTP 500")
UNKNOWN = SendResult(outcome="unknown", error="timeout")
DEAD = SendResult(outcome="dead", error="errcode 93000")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def an_alert(number: int = 1) -> Alert:
    return Alert(
        alert_id=f"alert-{number}", case_id=None, purpose="test", level=Level.ORANGE,
        title=f"【橙色】第 {number} 条", body="正文", created_at=NOW, drill=False,
    )  # fmt: skip


def a_delivery(alert: Alert, *fallback: str, receiver: str = "住建局") -> Delivery:
    return Delivery(
        delivery_id=f"{alert.alert_id}.{receiver}.first", alert=alert, receiver=receiver,
        channel="first", fallback=fallback, state="pending", attempts=0, unconfirmed=0, next_at=NOW,
    )  # fmt: skip


class OutboxContract:
    """Inherit, provide ``outbox`` and ``enqueue``."""

    @pytest.fixture
    def outbox(self) -> Outbox:
        raise NotImplementedError

    def enqueue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        raise NotImplementedError

    def one(self, *fallback: str) -> Delivery:
        delivery = a_delivery(an_alert(), *fallback)
        assert self.enqueue(delivery.alert, [delivery])
        return delivery

    def test_a_due_delivery_is_claimed_with_everything_in_it(self, outbox: Outbox) -> None:
        queued = self.one("second", "third")
        [claimed] = outbox.claim(NOW, 45, 10)
        assert claimed.alert == queued.alert
        assert (claimed.receiver, claimed.channel) == ("住建局", "first")
        assert claimed.fallback == ("second", "third")
        assert (claimed.state, claimed.attempts, claimed.unconfirmed) == ("sending", 1, 0)

    def test_an_alert_queued_twice_is_queued_once(self, outbox: Outbox) -> None:
        self.one()
        again = a_delivery(an_alert(), receiver="城管局")
        assert not self.enqueue(again.alert, [again])
        assert [claimed.receiver for claimed in outbox.claim(NOW, 45, 10)] == ["住建局"]

    def test_a_delivery_is_not_claimed_before_its_time(self, outbox: Outbox) -> None:
        self.one()
        assert outbox.claim(after(-1), 45, 10) == []

    def test_nobody_gets_what_is_leased(self, outbox: Outbox) -> None:
        self.one()
        assert len(outbox.claim(NOW, 45, 10)) == 1
        assert outbox.claim(after(44), 45, 10) == []

    def test_a_claim_takes_no_more_than_its_limit(self, outbox: Outbox) -> None:
        for number in range(5):
            alert = an_alert(number)
            self.enqueue(alert, [a_delivery(alert)])
        first, rest = outbox.claim(NOW, 45, 2), outbox.claim(NOW, 45, 10)
        assert len(first) == 2
        assert len({claimed.delivery_id for claimed in first + rest}) == 5

    def test_an_expired_lease_is_claimed_again_and_counted_as_unconfirmed(
        self, outbox: Outbox
    ) -> None:
        self.one()
        outbox.claim(NOW, 45, 10)
        [again] = outbox.claim(after(46), 45, 10)
        assert (again.attempts, again.unconfirmed) == (2, 1)

    def test_what_was_sent_is_never_claimed_again(self, outbox: Outbox) -> None:
        self.one("second")
        [claimed] = outbox.claim(NOW, 45, 10)
        outbox.finish(claimed, OK, after(1), None)
        assert outbox.claim(after(100_000), 45, 10) == []

    def test_a_retry_comes_back_at_its_time_and_not_as_a_second_copy(self, outbox: Outbox) -> None:
        self.one()
        [claimed] = outbox.claim(NOW, 45, 10)
        outbox.finish(claimed, RETRY, after(1), after(60))
        assert outbox.claim(after(59), 45, 10) == []
        [again] = outbox.claim(after(60), 45, 10)
        assert (again.attempts, again.unconfirmed) == (2, 0)

    def test_an_unknown_outcome_makes_the_next_try_a_second_copy(self, outbox: Outbox) -> None:
        self.one()
        [claimed] = outbox.claim(NOW, 45, 10)
        outbox.finish(claimed, UNKNOWN, after(1), after(60))
        [again] = outbox.claim(after(60), 45, 10)
        assert (again.attempts, again.unconfirmed) == (2, 1)

    def test_a_dead_delivery_queues_the_next_channel_at_once(self, outbox: Outbox) -> None:
        queued = self.one("second", "third")
        [claimed] = outbox.claim(NOW, 45, 10)
        outbox.finish(claimed, DEAD, after(1), None)
        [other] = outbox.claim(after(1), 45, 10)
        assert (other.channel, other.fallback) == ("second", ("third",))
        assert (other.attempts, other.unconfirmed) == (1, 0)
        assert other.alert == queued.alert
        assert other.delivery_id != queued.delivery_id

    def test_channels_are_tried_in_turn_until_none_is_left(self, outbox: Outbox) -> None:
        self.one("second", "third")
        tried = []
        for second in range(5):
            for claimed in outbox.claim(after(second), 45, 10):
                tried.append(claimed.channel)
                outbox.finish(claimed, DEAD, after(second), None)
        assert tried == ["first", "second", "third"]

    def test_a_late_finish_changes_nothing_once_another_has_taken_over(
        self, outbox: Outbox
    ) -> None:
        self.one("second")
        [zombie] = outbox.claim(NOW, 45, 10)
        [heir] = outbox.claim(after(46), 45, 10)
        outbox.finish(zombie, DEAD, after(47), None)
        assert outbox.claim(after(48), 45, 10) == []
        outbox.finish(heir, OK, after(49), None)
        assert outbox.claim(after(100_000), 45, 10) == []

    def test_a_late_finish_counts_when_nobody_has_taken_over(self, outbox: Outbox) -> None:
        self.one()
        [claimed] = outbox.claim(NOW, 45, 10)
        outbox.finish(claimed, OK, after(60), None)
        assert outbox.claim(after(61), 45, 10) == []

    def test_finishing_one_may_claim_the_next(self, outbox: Outbox) -> None:
        alerts = [an_alert(number) for number in (1, 2)]
        for alert in alerts:
            self.enqueue(alert, [a_delivery(alert)])
        [first] = outbox.claim(NOW, 45, 1)
        second = outbox.finish(first, OK, after(1), None, lease_seconds=45)
        assert second is not None
        assert {first.alert.alert_id, second.alert.alert_id} == {a.alert_id for a in alerts}
        assert outbox.claim(after(45), 45, 10) == []  # leased from the moment of finishing
        assert outbox.finish(second, OK, after(2), None, lease_seconds=45) is None

    def test_a_dead_one_may_claim_its_own_next_channel(self, outbox: Outbox) -> None:
        self.one("second")
        [claimed] = outbox.claim(NOW, 45, 10)
        other = outbox.finish(claimed, DEAD, after(1), None, lease_seconds=45)
        assert other is not None
        assert other.channel == "second"

    def test_a_late_finish_may_still_claim_the_next(self, outbox: Outbox) -> None:
        self.one()
        [zombie] = outbox.claim(NOW, 45, 10)
        [_heir] = outbox.claim(after(46), 45, 10)
        alert = an_alert(7)
        self.enqueue(alert, [a_delivery(alert)])
        other = outbox.finish(zombie, OK, after(47), None, lease_seconds=45)
        assert other is not None
        assert other.alert.alert_id == alert.alert_id

    def test_two_claimers_never_get_the_same_delivery(self, outbox: Outbox) -> None:
        for number in range(40):
            alert = an_alert(number)
            self.enqueue(alert, [a_delivery(alert)])

        def claimer(_: int) -> list[str]:
            got: list[str] = []
            while batch := outbox.claim(NOW, 45, 3):
                got += [claimed.delivery_id for claimed in batch]
            return got

        with ThreadPoolExecutor(4) as pool:
            taken = [name for got in pool.map(claimer, range(4)) for name in got]
        assert len(taken) == 40
        assert len(set(taken)) == 40
