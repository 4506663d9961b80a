"""The statutory clock of a registered complaint: what starts and stops it, each step once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from casemaking import REVIEWER, T0, TERMS, a_case, at_state, done, order
from hypothesis import given
from hypothesis import strategies as st

from domain import statutory
from domain.casefold import apply
from domain.errors import IllegalAction
from domain.types import Case, State

DAY = timedelta(days=1)
DUE = timedelta(days=2, hours=7)  # registered at 10:00, until 17:00 two working days later


def registered() -> Case:
    return done(a_case(), order("register", at=T0))


def steps(case: Case, days: Sequence[float]) -> list[tuple[float, str, str]]:
    """(day, action, step) of every step taken when looked at those days."""
    taken = []
    for day in days:
        for event in statutory.chase(case, T0 + day * DAY, TERMS):
            assert event.department == ""
            case = apply(case, event)
            taken.append((day, event.action, str(event.data["step"])))
    return taken


def test_nothing_runs_before_registration() -> None:
    assert statutory.running(a_case()) == []
    assert steps(a_case(), [1, 10, 100]) == []


def test_two_days_to_decide_reminders_then_the_inspection_and_again_every_day() -> None:
    half, most, over = (share * (DUE / DAY) for share in (0.5, 0.8, 1))
    looked = [1.0, half, half + 0.1, most, over - 0.001, over, over + 0.5, over + 1]
    assert steps(registered(), looked) == [
        (half, "remind", "admit:0.5"), (most, "remind", "admit:0.8"),
        (over, "escalate", "admit:1"), (over + 1, "escalate", "admit:1+1"),
    ]  # fmt: skip


def test_sixty_days_to_settle_which_a_decision_to_admit_does_not_stop() -> None:
    admitted = done(registered(), order("admit", actor=REVIEWER, at=T0 + DAY))
    assert admitted.admitted_at == T0 + DAY
    assert steps(admitted, [1, 3, 29, 30, 31, 48, 59.9, 60, 60.5, 61]) == [
        (30, "remind", "settle:0.5"), (48, "remind", "settle:0.8"),
        (60, "escalate", "settle:1"), (61, "escalate", "settle:1+1"),
    ]  # fmt: skip


def test_both_clocks_take_their_own_steps() -> None:
    taken = steps(registered(), [65])
    assert [step for _, _, step in taken] == ["admit:1+62", "settle:1+5"]


def test_a_refusal_stops_both_and_leaves_the_departments_alone() -> None:
    case = registered()
    refused = done(case, order("refuse", at=T0 + DAY))
    assert (refused.refused_at, statutory.running(refused)) == (T0 + DAY, [])
    assert refused.obligations == case.obligations
    assert steps(refused, [3, 70]) == []


def test_it_is_decided_once_and_only_on_what_is_registered() -> None:
    for action in ("admit", "refuse"):
        with pytest.raises(IllegalAction, match="未登记"):
            done(a_case(), order(action))
    admitted = done(registered(), order("admit"))
    for action in ("admit", "refuse"):
        with pytest.raises(IllegalAction, match="已受理"):
            done(admitted, order(action))
    refused = done(registered(), order("refuse"))
    with pytest.raises(IllegalAction, match="不予受理"):
        done(refused, order("admit"))


def test_what_was_refused_may_be_registered_again_with_a_new_clock() -> None:
    case = registered()
    for event in statutory.chase(case, T0 + 3 * DAY, TERMS):
        case = apply(case, event)
    again = done(case, order("refuse", at=T0 + 3 * DAY), order("register", at=T0 + 9 * DAY))
    assert (again.registered_at, again.refused_at) == (T0 + 9 * DAY, None)
    assert again.settlement_due == T0 + 69 * DAY
    assert [s for _, _, s in steps(again, [10, 11, 11.3])] == ["admit:0.8", "admit:1"]


def test_a_closed_case_is_settled_and_a_reopened_one_is_not() -> None:
    case = at_state(State.IN_REVIEW, leads=("住建局",), supports=())
    case = done(case, order("register", at=T0 + DAY), order("accept", "住建局", at=T0 + DAY))
    assert (case.status, statutory.running(case)) == (State.CLOSED, [])
    case = done(case, order("reopen", at=T0 + 70 * DAY))
    assert [clock for clock, _ in statutory.running(case)] == ["admit", "settle"]
    assert ("escalate", "settle:1+9") in [(a, s) for _, a, s in steps(case, [70])]


def test_a_registered_case_is_not_merged_away_with_its_clock() -> None:
    with pytest.raises(IllegalAction, match="已登记为投诉，不能并入他案"):
        done(registered(), order("merge", to="LHS-20261123-0002"))
    refused = done(registered(), order("refuse"))
    assert done(refused, order("merge", to="LHS-20261123-0002")).status is State.MERGED


@given(st.lists(st.integers(1, 5000), max_size=60))
def test_however_often_it_looks_every_step_is_taken_once(waits) -> None:  # type: ignore[no-untyped-def]
    days = [sum(waits[: n + 1]) / (24 * 60) for n in range(len(waits))]
    taken = steps(registered(), days)
    names = [name for _, _, name in taken]
    assert len(names) == len(set(names))
    overdue = [day for day in days if day >= DUE / DAY]
    admit = [name for _, action, name in taken if action == "escalate" and "admit" in name]
    assert len(admit) == len({int(day - DUE / DAY) for day in overdue})
