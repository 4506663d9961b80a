"""Reminders and the ladder of an unsigned case, each step once, by example and by property."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from casemaking import (
    LEVELS,
    OVER,
    T0,
    TERMS,
    PlainCalendar,
    a_case,
    a_start,
    at_state,
    done,
    order,
    row,
)
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import UNANSWERED
from domain.casefold import apply, fold
from domain.casework import (
    Terms,
    chase,
    overripe,
)
from domain.types import Case, Level, State


def one_lead(level: Level = Level.YELLOW) -> Case:
    return a_case(level, leads=("住建局",), supports=())


def steps(case: Case, minutes: Sequence[float]) -> list[tuple[float, str, str]]:
    """(minute, action, step) of every step taken when looked at those minutes."""
    taken = []
    for minute in minutes:
        for event in chase(case, T0 + timedelta(minutes=minute), TERMS):
            case = apply(case, event)
            taken.append((minute, event.action, str(event.data["step"])))
    return taken


def test_nobody_signs_reminders_then_the_deputy_the_head_and_the_inspection_each_once() -> None:
    looked = [*range(30), 29.99, 30, 31, 37, 37.5, 44.9, 45, 59.9, 60, 61]
    assert steps(one_lead(), looked) == [
        (15, "remind", "ack:0.5"), (24, "remind", "ack:0.8"), (30, "remind", "ack:over"),
        (37.5, "deputy", "ack:deputy"), (45, "head", "ack:head"), (60, "escalate", "ack:1"),
    ]  # fmt: skip


def test_a_limit_in_working_time_goes_on_in_working_time() -> None:
    class Nights(PlainCalendar):
        """The office opens again twelve hours after every moment."""

        def add_minutes(self, start: datetime, minutes: int) -> datetime:
            return start + timedelta(hours=12, minutes=minutes)

    terms = Terms(levels=LEVELS, calendar=Nights())
    case = one_lead(Level.BLUE)  # two working hours, until T0 + 2 h
    found = [
        [str(e.data["step"]) for e in chase(case, T0 + timedelta(hours=hours), terms)]
        for hours in (2, 14.4, 14.5, 15, 16)
    ]
    assert found == [["ack:over"], ["ack:over"], ["ack:deputy"], ["ack:head"], ["ack:1"]]


def test_a_step_is_not_taken_back_when_a_lowered_level_makes_it_late() -> None:
    case = one_lead(Level.RED)
    for minute in (15, 20):
        [event] = chase(case, T0 + timedelta(minutes=minute), TERMS)
        case = apply(case, event)
    assert row(case).chased == {"ack:head", "ack:1"}
    case = done(case, order("level", at=T0 + timedelta(minutes=21), level=Level.BLUE))
    for minute in range(21, 129):  # blue: 督查室 only two hours after the limit
        assert chase(case, T0 + timedelta(minutes=minute), TERMS) == []


def test_an_unanswered_case_goes_to_the_inspection_at_once() -> None:
    case = done(one_lead(), order("ack", "住建局", at=T0))
    [event] = chase(case, row(case).reply_due, TERMS)
    assert (event.action, event.data["step"]) == ("escalate", "reply:1")


def test_what_is_overdue_is_reported_again_every_24_hours() -> None:
    day = 24 * 60
    looked = [60, 61, day, day + 59, day + 60, day + 61, 2 * day + 60]
    assert [(m, s) for m, _, s in steps(one_lead(), looked)] == [
        (60, "ack:1"), (day + 60, "ack:1+1"), (2 * day + 60, "ack:1+2")
    ]  # fmt: skip


def test_steps_missed_in_an_outage_are_not_made_up_for() -> None:
    assert steps(one_lead(), [28, 28]) == [(28, "remind", "ack:0.8")]
    assert steps(one_lead(), [5 * 24 * 60 + 70, 5 * 24 * 60 + 71]) == [
        (5 * 24 * 60 + 70, "escalate", "ack:1+5")
    ]


def test_nothing_is_chased_that_is_closed_declined_or_in_review() -> None:
    for state in (*OVER, State.NOT_OURS, State.IN_REVIEW):
        case = at_state(state, leads=("住建局",), supports=())
        assert chase(case, T0 + timedelta(days=30), TERMS) == []


def test_a_signed_support_that_nobody_asked_is_left_alone() -> None:
    case = done(a_case(leads=("住建局",), supports=("城管局",)), order("ack", "城管局"))
    found = chase(case, T0 + timedelta(days=30), TERMS)
    assert {e.department for e in found} == {"住建局"}


def test_overripe_says_whether_a_step_is_due() -> None:
    case = one_lead()
    assert not overripe(row(case), case.level, T0 + timedelta(minutes=14), TERMS)
    assert overripe(row(case), case.level, T0 + timedelta(minutes=15), TERMS)
    chased = fold([a_start(leads=("住建局",), supports=()),
                   *chase(case, T0 + timedelta(minutes=15), TERMS)])  # fmt: skip
    assert not overripe(row(chased), case.level, T0 + timedelta(minutes=16), TERMS)


@given(st.lists(st.integers(1, 4000), max_size=40))
def test_however_often_it_looks_every_step_is_taken_once(waits) -> None:  # type: ignore[no-untyped-def]
    minutes = [sum(waits[: n + 1]) for n in range(len(waits))]
    taken = steps(one_lead(), minutes)
    names = [name for _, _, name in taken]
    assert len(names) == len(set(names))
    assert all(row(one_lead()).status in UNANSWERED for _ in names)
    overdue = [m for m in minutes if m >= 60]
    assert sum(action == "escalate" for _, action, _ in taken) == len(
        {(m - 60) // (24 * 60) for m in overdue}
    )
    rungs = [name for name in names if name in ("ack:over", "ack:deputy", "ack:head")]
    assert rungs == sorted(rungs, key=("ack:over", "ack:deputy", "ack:head").index)
