"""The roster: who is on duty, and where nobody is."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.roster import contact, deputy, gaps, on_duty, turns
from alerts.workdays import OfficeCalendar
from domain.plan import Department, OfficeHours, Shift
from domain.times import at_shanghai

START = datetime(2026, 12, 5, 0, 0, tzinfo=UTC)
CALENDAR = OfficeCalendar(
    OfficeHours(
        spans=((time(8, 30), time(17, 0)),),
        holidays=frozenset({date(2026, 12, 8)}),  # a Tuesday, made up for the test
        makeup_days=frozenset({date(2026, 12, 6)}),  # a Sunday worked
        known_years=frozenset({2026}),
    )
)
OFFICE = Department(name="住建局", duty_phone="0431-0000-0104", head="", channels=())


def _at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _shift(person: str, start: float, end: float, department: str = "住建局") -> Shift:
    return Shift(
        department=department, person=person, phone=f"phone of {person}",
        start=_at(start), end=_at(end),
    )  # fmt: skip


DATED = _shift("甲", 9, 33)
STANDING = _shift("常设", -100_000, 100_000)


def test_a_shift_begins_with_its_start_and_ends_before_its_end() -> None:
    assert on_duty([DATED], "住建局", _at(9), CALENDAR) == DATED
    assert on_duty([DATED], "住建局", _at(32.999), CALENDAR) == DATED
    assert on_duty([DATED], "住建局", _at(33), CALENDAR) is None
    assert on_duty([DATED], "城管局", _at(10), CALENDAR) is None


def test_a_dated_shift_wins_over_a_standing_one() -> None:
    shifts = [DATED, STANDING]
    assert on_duty(shifts, "住建局", _at(10), CALENDAR) == DATED
    assert on_duty(shifts, "住建局", _at(40), CALENDAR) == STANDING


def test_without_a_person_the_duty_phone_stands_in() -> None:
    nobody = contact([], OFFICE, _at(0), CALENDAR)
    assert (nobody.person, nobody.phone) == ("", "0431-0000-0104")
    assert contact([DATED], OFFICE, _at(10), CALENDAR).phone == "phone of 甲"


def test_gaps_are_what_no_shift_covers() -> None:
    shifts = [_shift("乙", 20, 30), _shift("甲", 5, 12), _shift("丙", 10, 15),
              _shift("外", 0, 50, "城管局")]  # fmt: skip
    assert gaps(shifts, "住建局", _at(0), _at(40), CALENDAR) == (
        (_at(0), _at(5)), (_at(15), _at(20)), (_at(30), _at(40)),
    )  # fmt: skip
    assert gaps([*shifts, STANDING], "住建局", _at(0), _at(40), CALENDAR) == ()
    assert gaps([], "住建局", _at(0), _at(1), CALENDAR) == ((_at(0), _at(1)),)
    assert gaps([], "住建局", _at(1), _at(1), CALENDAR) == ()


# --- recurring shifts, substitutes, deputies

NIGHTS = replace(STANDING, person="夜班", daily=(time(17), time(8, 30)))
WORKDAYS = replace(STANDING, person="白班", days="工作日", daily=(time(8, 30), time(17)))
HOLIDAYS = replace(STANDING, person="假日班", days="休息日", daily=(time(8, 30), time(17)))
ALL = [NIGHTS, WORKDAYS, HOLIDAYS]


@pytest.mark.parametrize(
    ("day", "hour", "minute", "person"),
    [
        (4, 8, 29, "夜班"),  # Friday; the night began on Thursday
        (4, 8, 30, "白班"),
        (4, 17, 0, "夜班"),
        (5, 0, 0, "夜班"),  # across midnight
        (5, 12, 0, "假日班"),  # Saturday
        (6, 12, 0, "白班"),  # a Sunday worked (调休)
        (8, 12, 0, "假日班"),  # a holiday on a Tuesday
        (9, 3, 0, "夜班"),
    ],
)
def test_standing_shifts_know_workdays_holidays_and_midnight(
    day: int, hour: int, minute: int, person: str
) -> None:
    found = on_duty(ALL, "住建局", at_shanghai(date(2026, 12, day), hour, minute), CALENDAR)
    assert found is not None and found.person == person


def test_shifts_round_the_clock_leave_no_gap_and_a_missing_one_every_of_its_days() -> None:
    start, end = at_shanghai(date(2026, 12, 4)), at_shanghai(date(2026, 12, 10))
    assert gaps(ALL, "住建局", start, end, CALENDAR) == ()
    assert gaps([NIGHTS, WORKDAYS], "住建局", start, end, CALENDAR) == tuple(
        (at_shanghai(date(2026, 12, day), 8, 30), at_shanghai(date(2026, 12, day), 17))
        for day in (5, 8)
    )
    whole = replace(STANDING, days="休息日")  # without hours: the whole day
    assert gaps([NIGHTS, WORKDAYS, whole], "住建局", start, end, CALENDAR) == ()


def test_a_substitute_wins_while_he_stands_in_and_the_deputy_stays() -> None:
    base = replace(DATED, deputy="备班丁", deputy_phone="0303")
    shifts = [replace(_shift("丙", 12, 14), instead_of="甲"), base]
    for hour, person in ((11, "甲"), (12, "丙"), (14, "甲")):
        assert contact(shifts, OFFICE, _at(hour), CALENDAR).person == person
    assert deputy(shifts, OFFICE, _at(13), CALENDAR).person == "备班丁"
    nobody = deputy([DATED], OFFICE, _at(13), CALENDAR)
    assert (nobody.person, nobody.phone) == ("", "0431-0000-0104")


_SPANS = st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 20)), max_size=8)


@given(_SPANS, st.integers(0, 48))
def test_a_moment_lies_in_a_gap_exactly_when_nobody_is_on_duty(
    spans: list[tuple[int, int]], hour: int
) -> None:
    shifts = [_shift(str(n), start, start + length) for n, (start, length) in enumerate(spans)]
    moment = _at(hour + 0.5)
    found = gaps(shifts, "住建局", _at(0), _at(50), CALENDAR)
    inside = any(start <= moment < end for start, end in found)
    assert inside == (on_duty(shifts, "住建局", moment, CALENDAR) is None)


@given(_SPANS, st.booleans(), st.integers(0, 99))
def test_turns_say_at_every_moment_what_the_roster_says(
    spans: list[tuple[int, int]], nights: bool, half_hours: int
) -> None:
    shifts = [
        replace(_shift(str(n), start, start + length), deputy="备" * (n % 2))
        for n, (start, length) in enumerate(spans)
        if length
    ] + [NIGHTS] * nights
    found, moment = turns(shifts, "住建局", _at(0), _at(50), CALENDAR), _at(half_hours / 2)
    assert [(t.begins, t.ends) for t in found] == list(
        pairwise([_at(0), *(t.begins for t in found[1:]), _at(50)])
    )
    [here] = [turn for turn in found if turn.begins <= moment < turn.ends]
    assert here.shift == on_duty(shifts, "住建局", moment, CALENDAR)
    second = deputy(shifts, OFFICE, moment, CALENDAR).person
    assert (here.second.deputy if here.second else "") == second
    empty = [(t.begins, t.ends) for t in found if t.shift is None]
    assert tuple(empty) == gaps(shifts, "住建局", _at(0), _at(50), CALENDAR)
