"""Working time in Changchun: examples by hand, and laws that hold for any hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.workdays import OfficeCalendar
from domain.plan import OfficeHours
from domain.ports import WorkCalendar
from domain.times import SHANGHAI, shanghai

# Monday 23 November 2026 is the day the design was written; the holiday and the weekend worked
# are made up for the test.
HOURS = OfficeHours(
    spans=((time(8, 30), time(11, 30)), (time(13, 0), time(17, 0))),
    holidays=frozenset({date(2026, 11, 26)}),
    makeup_days=frozenset({date(2026, 11, 28)}),
    known_years=frozenset({2026}),
)
CALENDAR: WorkCalendar = OfficeCalendar(HOURS)


def _local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [(23, True), (26, False), (27, True), (28, True), (29, False)],
    ids=["monday", "holiday", "friday", "saturday worked", "sunday"],
)
def test_workdays_are_weekdays_minus_holidays_plus_weekends_worked(day: int, works: bool) -> None:
    assert CALENDAR.is_workday(date(2026, 11, day)) is works


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (_local(23, 9), 60, _local(23, 10)),
        (_local(23, 11), 60, _local(23, 13, 30)),
        (_local(23, 16), 60, _local(23, 17)),
        (_local(23, 16), 61, _local(24, 8, 31)),
        (_local(23, 20), 120, _local(24, 10, 30)),
        (_local(25, 16, 30), 60, _local(27, 9)),
        (_local(28, 16, 30), 60, _local(30, 9)),
        (_local(22, 3), 0, _local(23, 8, 30)),
        (_local(23, 12), 0, _local(23, 13)),
    ],
    ids=["within", "over lunch", "to closing time", "past closing time", "from the night",
         "over a holiday", "over a sunday", "zero on sunday", "zero at lunch"],
)  # fmt: skip
def test_working_minutes_skip_what_is_not_office_time(
    start: datetime, minutes: int, end: datetime
) -> None:
    found = CALENDAR.add_minutes(start.astimezone(UTC), minutes)
    assert found == end
    assert found.tzinfo is UTC


def test_a_year_that_nobody_entered_is_weekdays_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert CALENDAR.is_workday(date(2026, 12, 31)) and not caplog.messages
    assert CALENDAR.is_workday(date(2093, 10, 1))  # a Thursday, 国庆节
    assert not CALENDAR.is_workday(date(2093, 10, 3))  # a Saturday
    [said] = caplog.messages
    assert "2093 年" in said and "settings.yaml" in said


def test_working_days_end_at_closing_time() -> None:
    assert CALENDAR.add_workdays(_local(23, 23), 1) == _local(24, 17)
    assert CALENDAR.add_workdays(_local(25, 9), 2) == _local(28, 17)
    assert CALENDAR.add_workdays(_local(28, 9), 1) == _local(30, 17)


def test_a_share_counts_working_time_between_two_moments() -> None:
    start, end = _local(23, 16).astimezone(UTC), _local(24, 9, 30).astimezone(UTC)
    assert CALENDAR.share(start, end, 0.5) == _local(23, 17)
    assert CALENDAR.share(start, end, 1.0) == end


def test_a_share_of_a_night_is_a_share_of_the_clock() -> None:
    start, end = _local(23, 20).astimezone(UTC), _local(23, 22).astimezone(UTC)
    assert CALENDAR.share(start, end, 0.5) == _local(23, 21)


def test_time_cannot_run_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_minutes(_local(23, 9), -1)
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.add_workdays(_local(23, 9), 0)
    with pytest.raises(ValueError, match="naive"):
        CALENDAR.add_minutes(datetime(2026, 11, 23, 9), 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(9), time(9)),),
        ((time(17), time(8)),),
        ((time(8), time(12)), (time(11), time(17))),
        ((time(13), time(17)), (time(8), time(12))),
    ],
    ids=["none", "empty", "turned round", "overlapping", "out of order"],
)
def test_hours_that_cannot_be_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="office hours"):
        OfficeCalendar(OfficeHours(spans=spans, holidays=frozenset(), makeup_days=frozenset()))


_BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
_MOMENTS = st.integers(0, 14 * 24 * 60).map(lambda minute: _BEGIN + timedelta(minutes=minute))
_MINUTES = st.integers(0, 3_000)


def _in_office(moment: datetime) -> bool:
    local = shanghai(moment)
    spans = ((a <= local.time() <= b) for a, b in HOURS.spans)
    return CALENDAR.is_workday(local.date()) and any(spans)


@given(_MOMENTS, _MINUTES)
def test_a_limit_never_lies_outside_office_hours_or_before_its_start(
    start: datetime, minutes: int
) -> None:
    end = CALENDAR.add_minutes(start, minutes)
    assert _in_office(end)
    assert end >= start + timedelta(minutes=minutes)


@given(_MOMENTS, _MOMENTS, _MINUTES, _MINUTES)
def test_later_start_or_more_minutes_never_end_earlier(
    one: datetime, other: datetime, few: int, more: int
) -> None:
    early, late = sorted((one, other))
    small, large = sorted((few, more))
    assert CALENDAR.add_minutes(early, small) <= CALENDAR.add_minutes(late, large)
    assert CALENDAR.add_workdays(early, small + 1) <= CALENDAR.add_workdays(late, small + 1)


@given(_MOMENTS, _MINUTES, _MINUTES)
def test_minutes_added_in_two_steps_are_minutes_added_at_once(
    start: datetime, first: int, second: int
) -> None:
    at_once = CALENDAR.add_minutes(start, first + second)
    assert CALENDAR.add_minutes(CALENDAR.add_minutes(start, first), second) == at_once


@given(_MOMENTS, _MINUTES, st.floats(0, 1), st.floats(0, 1))
def test_a_share_lies_between_its_moments_and_grows(
    start: datetime, minutes: int, one: float, other: float
) -> None:
    end = CALENDAR.add_minutes(start, minutes)
    small, large = sorted((one, other))
    assert start <= CALENDAR.share(start, end, small) <= CALENDAR.share(start, end, large) <= end
