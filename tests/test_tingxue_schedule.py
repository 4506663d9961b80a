"""The program on duty: a stored mention is on its way in a second, and no error stops the rest."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from fakes import ScriptedChannel
from world import World, opened_world

from domain.times import system_clock, system_steady
from domain.types import Urgency
from tingxue import heartbeat, schedule
from tingxue.heartbeat import Heart


@pytest.fixture
def world(tmp_path: Path, plan) -> Iterator[World]:  # type: ignore[no-untyped-def]
    quiet = replace(plan, sources=())
    with opened_world(tmp_path, quiet) as world:
        yield world


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it comes true in time. A generous limit: nothing here is timed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_on_duty_a_stored_mention_becomes_a_delivered_alert(world: World) -> None:
    channel = ScriptedChannel()
    channels = dict.fromkeys(world.app.plan.channels, channel)
    app = replace(world.app, channels=channels, clock=system_clock)
    stop = threading.Event()
    duty = threading.Thread(target=schedule.watch, args=(app, stop))
    duty.start()
    try:
        world.said(1, ["parking"], urgency=Urgency.ORANGE)  # blue would wait at night
        assert until(lambda: "住建局" in {d.receiver for d in channel.given})
    finally:
        stop.set()
        duty.join(timeout=30)
    assert not duty.is_alive()


def test_a_scheduler_that_waits_for_a_time_long_gone_is_woken() -> None:
    """As after a clock that was set back by an hour: every job's next turn lies an hour ahead."""
    ticks: list[int] = []
    scheduler = BackgroundScheduler(timezone="UTC")
    later = system_clock() + timedelta(hours=1)
    scheduler.add_job(lambda: ticks.append(1), "interval", seconds=0.1, next_run_time=later)
    scheduler.start()
    try:
        schedule._woken(scheduler, system_clock())
        assert until(lambda: len(ticks) > 3)
    finally:
        scheduler.shutdown()


def test_an_error_that_lasts_is_logged_once_a_minute_and_work_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_app: object, _advance: object) -> None:
        raise RuntimeError("坏了")

    heart = Heart(world.app.home.heartbeat, world.clock, system_steady(), 0)
    tick = schedule._guarded("研判", schedule.Job(0.5, fails), world.app, heart)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            tick()
            world.clock.move(20)
    assert [r.getMessage() for r in caplog.records] == ["研判 出错，稍后自动重试"] * 2
    heart.write()
    said = heartbeat.read(world.app.home.heartbeat)
    assert said and (said.beats["研判"].failures, said.beats["研判"].error) == (5, "RuntimeError")


def test_the_purge_runs_once_a_night(world: World) -> None:
    world.clock.now = datetime(2026, 11, 23, 18, 59, tzinfo=UTC)  # 02:59 in Changchun
    assert not schedule.purge_nightly(world.app)
    ran = []
    for _ in range(300):
        ran.append(schedule.purge_nightly(world.app))
        world.clock.move(600)
    assert sum(ran) == 3
    assert world.clock.now - datetime(2026, 11, 23, 18, 59, tzinfo=UTC) == timedelta(hours=50)
