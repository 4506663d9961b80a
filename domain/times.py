"""Time: aware UTC everywhere, Shanghai only for days, weeks, screens and paper.

Shanghai is a fixed UTC+8: China has had no summer time since 1991, and a fixed offset needs
no time-zone data on the machine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime. Always handed in, never called globally."""


@dataclass(slots=True)
class Moment:
    """A clock that stands where it is put."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Steady:
    """A clock that nobody sets. ``seconds`` only says how much time has passed; two of them can be
    compared when they are of one ``machine``: the same start of the same computer."""

    seconds: Callable[[], float]
    machine: str


SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def system_clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def system_steady() -> Steady:
    """Linux: seconds since its start, its sleep included. Elsewhere each process is a machine of
    its own, so only what happens while it runs is seen."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        return Steady(time.monotonic, uuid4().hex)
    return Steady(lambda: time.clock_gettime(time.CLOCK_BOOTTIME), boot.read_text().strip())


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive datetime: nothing is guessed."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime: {moment!r}")
    return moment.astimezone(UTC)


def shanghai(moment: datetime) -> datetime:
    """The same moment on a clock in Changchun."""
    return utc(moment).astimezone(SHANGHAI)


def shanghai_day(moment: datetime) -> date:
    """The calendar day of the moment in Changchun."""
    return shanghai(moment).date()


def at_shanghai(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """UTC moment of a wall-clock time in Changchun."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """[start, end) of a Shanghai day, in UTC."""
    return at_shanghai(day), at_shanghai(day + timedelta(days=1))


def week_start(day: date) -> date:
    """The Monday of the week the day lies in."""
    return day - timedelta(days=day.weekday())


def week_bounds(day: date) -> tuple[datetime, datetime]:
    """[start, end) of the Monday-to-Sunday Shanghai week the day lies in, in UTC."""
    monday = week_start(day)
    return at_shanghai(monday), at_shanghai(monday + timedelta(days=7))


def on_screen(moment: datetime) -> str:
    """``11月23日 14:35``, Changchun time, for people."""
    local = shanghai(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
