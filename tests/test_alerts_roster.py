"""The roster: who is on duty, and where nobody is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.roster import contact, gaps, on_duty
from domain.plan import Department, Shift

START = datetime(2026, 12, 5, 0, 0, tzinfo=UTC)
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
    assert on_duty([DATED], "住建局", _at(9)) == DATED
    assert on_duty([DATED], "住建局", _at(32.999)) == DATED
    assert on_duty([DATED], "住建局", _at(33)) is None
    assert on_duty([DATED], "城管局", _at(10)) is None


def test_a_dated_shift_wins_over_a_standing_one() -> None:
    shifts = [DATED, STANDING]
    assert on_duty(shifts, "住建局", _at(10)) == DATED
    assert on_duty(shifts, "住建局", _at(40)) == STANDING


def test_without_a_person_the_duty_phone_stands_in() -> None:
    nobody = contact([], OFFICE, _at(0))
    assert (nobody.person, nobody.phone) == ("", "0431-0000-0104")
    assert contact([DATED], OFFICE, _at(10)).phone == "phone of 甲"


def test_gaps_are_what_no_shift_covers() -> None:
    shifts = [_shift("乙", 20, 30), _shift("甲", 5, 12), _shift("丙", 10, 15),
              _shift("外", 0, 50, "城管局")]  # fmt: skip
    assert gaps(shifts, "住建局", _at(0), _at(40)) == (
        (_at(0), _at(5)), (_at(15), _at(20)), (_at(30), _at(40)),
    )  # fmt: skip
    assert gaps([*shifts, STANDING], "住建局", _at(0), _at(40)) == ()
    assert gaps([], "住建局", _at(0), _at(1)) == ((_at(0), _at(1)),)
    assert gaps([], "住建局", _at(1), _at(1)) == ()


_SPANS = st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 20)), max_size=8)


@given(_SPANS, st.integers(0, 48))
def test_a_moment_lies_in_a_gap_exactly_when_nobody_is_on_duty(
    spans: list[tuple[int, int]], hour: int
) -> None:
    shifts = [_shift(str(n), start, start + length) for n, (start, length) in enumerate(spans)]
    moment = _at(hour + 0.5)
    found = gaps(shifts, "住建局", _at(0), _at(50))
    inside = any(start <= moment < end for start, end in found)
    assert inside == (on_duty(shifts, "住建局", moment) is None)
