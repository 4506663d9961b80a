"""Aware UTC inside, Changchun time on screens."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import times

MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 00:00 on Monday the 23rd in Changchun


def test_a_naive_moment_is_refused_and_nothing_is_guessed() -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001
    for call in (times.utc, times.shanghai, times.shanghai_day, times.on_screen):
        with pytest.raises(ValueError, match="naive"):
            call(naive)


def test_a_day_begins_at_midnight_in_changchun() -> None:
    assert times.shanghai_day(MIDNIGHT) == date(2026, 11, 23)
    assert times.shanghai_day(MIDNIGHT - timedelta(microseconds=1)) == date(2026, 11, 22)
    assert times.day_bounds(date(2026, 11, 23)) == (MIDNIGHT, MIDNIGHT + timedelta(days=1))


def test_a_week_runs_from_monday_to_sunday() -> None:
    for day in range(23, 30):
        assert times.week_bounds(date(2026, 11, day)) == (MIDNIGHT, MIDNIGHT + timedelta(days=7))
    assert times.week_start(date(2026, 11, 22)) == date(2026, 11, 16)


def test_the_same_moment_goes_to_changchun_and_back() -> None:
    there = times.shanghai(MIDNIGHT)
    assert there == MIDNIGHT
    assert (there.hour, there.utcoffset()) == (0, timedelta(hours=8))
    assert times.utc(there).tzinfo is UTC
    assert times.at_shanghai(date(2026, 11, 23), 8, 30) == MIDNIGHT + timedelta(hours=8.5)


def test_people_read_changchun_time() -> None:
    assert times.on_screen(datetime(2026, 1, 5, 1, 5, tzinfo=UTC)) == "1月5日 09:05"


def test_the_wall_clock_is_in_utc() -> None:
    assert times.system_clock().tzinfo is UTC
