"""The dispatcher: at least once, marked when twice, given up in time, never silent."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from contracts.outbox_contract import NOW, OutboxContract, a_delivery, an_alert
from fakes import FakeClock, FakeOutbox, ScriptedChannel

from alerts.dispatcher import MAX_ATTEMPTS, DispatchCount, dispatch, wait_seconds
from domain.ports import Channel, Outbox
from domain.types import Alert, Delivery, SendResult

OK = SendResult(outcome="ok")
RETRY = SendResult(outcome="retry", error="HTTP 500")
UNKNOWN = SendResult(outcome="unknown", error="timeout")
DEAD = SendResult(outcome="dead", error="errcode 93000")


class TestFakeOutbox(OutboxContract):
    """The stand-in used below keeps the contract of the real one."""

    @pytest.fixture
    def outbox(self) -> Outbox:
        self.fake = FakeOutbox()
        return self.fake

    def enqueue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        return self.fake.queue(alert, deliveries)


class Desk:
    """An outbox with ``count`` alerts, one scripted channel, and a clock."""

    def __init__(self, *answers: SendResult, count: int = 1, fallback: Sequence[str] = ()) -> None:
        self.clock = FakeClock(NOW)
        self.outbox = FakeOutbox()
        self.first, self.second = ScriptedChannel(answers), ScriptedChannel()
        self.channels: dict[str, Channel] = {"first": self.first, "second": self.second}
        for number in range(count):
            alert = an_alert(number)
            self.outbox.queue(alert, [a_delivery(alert, *fallback)])

    def run(self, limit: int = 50) -> DispatchCount:
        return dispatch(self.outbox, self.channels, clock=self.clock, rng=Random(7), limit=limit)

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.outbox.rows.values()]


def test_what_is_due_is_sent_once_and_counted() -> None:
    desk = Desk(count=3)
    assert desk.run() == DispatchCount(sent=3, retried=0, dead=0)
    assert desk.run().handled == 0
    assert desk.states == ["sent"] * 3
    assert len(desk.first.given) == 3


def test_a_call_takes_no_more_than_its_limit() -> None:
    desk = Desk(count=5)
    assert desk.run(limit=2).handled == 2
    assert desk.run(limit=50).handled == 3


def test_nothing_is_leased_while_another_message_is_being_sent() -> None:
    desk = Desk(count=3)
    leased: list[int] = []
    desk.first.on_send = lambda: leased.append(desk.states.count("sending"))
    desk.run()
    assert leased == [1, 1, 1]


def test_a_refused_send_comes_back_later_and_then_arrives_unmarked() -> None:
    desk = Desk(RETRY)
    assert desk.run() == DispatchCount(sent=0, retried=1, dead=0)
    assert desk.run().handled == 0
    desk.clock.move(8)
    assert desk.run().sent == 1
    assert [given.alert.title for given in desk.first.given] == ["【橙色】第 0 条"] * 2


def test_a_second_copy_says_that_it_is_one() -> None:
    desk = Desk(UNKNOWN)
    desk.run()
    desk.clock.move(8)
    desk.run()
    titles = [given.alert.title for given in desk.first.given]
    assert titles == ["【橙色】第 0 条", "【橙色】第 0 条（重发，请以编号为准）"]
    assert desk.states == ["sent"]


def test_a_dispatcher_that_died_while_sending_loses_nothing() -> None:
    desk = Desk()
    desk.outbox.claim(NOW, 45, 1)
    assert desk.run().handled == 0
    desk.clock.move(46)
    assert desk.run().sent == 1
    assert desk.first.given[0].alert.title.endswith("（重发，请以编号为准）")


def test_a_dead_channel_hands_over_to_the_next_in_the_same_call() -> None:
    desk = Desk(DEAD, fallback=["second"])
    assert desk.run() == DispatchCount(sent=1, retried=0, dead=1)
    assert desk.states == ["dead", "sent"]
    assert len(desk.second.given) == 1


def test_a_channel_that_is_not_configured_is_dead_by_name() -> None:
    desk = Desk(fallback=["sms", "second"])
    del desk.channels["first"]
    assert desk.run() == DispatchCount(sent=1, retried=0, dead=2)
    errors = [result.error for _, result in desk.outbox.finished]
    assert errors[:2] == ["渠道 first 没有配置或未启用", "渠道 sms 没有配置或未启用"]


def test_twelve_tries_are_enough_and_then_the_next_channel_is_tried() -> None:
    desk = Desk(*[RETRY] * 20, fallback=["second"])
    for _ in range(MAX_ATTEMPTS):
        desk.run()
        desk.clock.move(1_000)
    assert len(desk.first.given) == MAX_ATTEMPTS
    assert len(desk.second.given) == 1
    assert desk.states == ["dead", "sent"]
    assert "已试 12 次" in next(iter(desk.outbox.rows.values())).error


def test_age_alone_gives_nothing_up() -> None:
    desk = Desk(RETRY, RETRY, fallback=["second"])
    for _ in range(3):
        desk.clock.move(24 * 3600)
        desk.run()
    assert desk.states == ["sent"]
    assert desk.second.given == []


def test_a_message_that_kills_every_sender_is_given_up_without_another_try() -> None:
    desk = Desk(fallback=["second"])
    for _ in range(MAX_ATTEMPTS):
        desk.outbox.claim(desk.clock(), 45, 1)
        desk.clock.move(46)
    assert desk.run() == DispatchCount(sent=1, retried=0, dead=1)
    assert desk.first.given == []


def test_an_answer_outside_the_contract_is_neither_sent_nor_repeated() -> None:
    desk = Desk(SendResult(outcome="delivered"), fallback=["second"])
    assert desk.run() == DispatchCount(sent=1, retried=0, dead=1)


def test_no_wait_is_shorter_than_the_provider_asked_nor_longer_than_ten_minutes_and_a_bit() -> None:
    rng = Random(1)
    asked = replace(RETRY, retry_after=65.0)
    assert all(65 <= wait_seconds(asked, 1, rng) <= 78 for _ in range(100))
    absurd = replace(RETRY, retry_after=86_400.0)
    assert all(600 <= wait_seconds(absurd, 1, rng) <= 720 for _ in range(100))


@pytest.mark.parametrize(
    ("attempts", "middle"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (12, 300), (5_000, 300)]
)
def test_waits_double_up_to_five_minutes_with_a_spread_of_half(attempts: int, middle: int) -> None:
    waits = [wait_seconds(RETRY, attempts, Random(seed)) for seed in range(200)]
    assert 0.5 * middle <= min(waits) < 0.6 * middle
    assert 1.4 * middle < max(waits) <= 1.5 * middle


def test_a_wait_is_kept_as_the_time_of_the_next_try() -> None:
    desk = Desk(replace(RETRY, retry_after=65.0))
    desk.run()
    [row] = desk.outbox.rows.values()
    assert timedelta(seconds=65) <= row.next_at - NOW <= timedelta(seconds=78)


def test_a_log_line_names_ids_and_outcome_and_nothing_a_visitor_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(RETRY, DEAD, count=1)
    desk.run()
    desk.clock.move(8)
    desk.run()
    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.WARNING, logging.ERROR]
    text = caplog.text
    assert "alert-0.住建局.first" in text
    assert "outcome=dead" in text
    assert "正文" not in text
    assert "第 0 条" not in text


def test_under_random_faults_and_deaths_nothing_is_lost_and_copies_are_explained() -> None:
    """A thousand steps with a fake clock: each alert arrives; copies <= unconfirmed attempts."""
    rng = Random(20261123)
    faults = [OK, OK, OK, RETRY, UNKNOWN]
    desk = Desk(*(rng.choice(faults) for _ in range(5_000)), count=40)
    for _ in range(400):
        if rng.random() < 0.2:
            desk.outbox.claim(desk.clock(), 45, 1)  # claimed by a process that then dies
        desk.run(limit=3)
        desk.clock.move(rng.uniform(1, 60))
    assert desk.states == ["sent"] * 40
    accepted = [row.delivery_id for row, result in desk.outbox.finished if result.outcome == "ok"]
    assert len(accepted) == len(set(accepted)) == 40
    for row in desk.outbox.rows.values():
        # Worst case: every unconfirmed answer was an accepted copy.
        results = [r for f, r in desk.outbox.finished if f.delivery_id == row.delivery_id]
        assert results.count(UNKNOWN) <= row.unconfirmed
    marked = [given for given in desk.first.given if given.unconfirmed]
    assert marked
    assert all(given.alert.title.endswith("（重发，请以编号为准）") for given in marked)
