"""The statutory clock of a registered complaint: what it runs for, and its reminders.

旅游投诉处理办法 (文旅部令第14号, in force 2026-03-15): 2 working days to decide whether the
complaint is admitted (受理), 60 days to settle it; both from registration
(docs/decisions/0015-the-statutory-clock.md). The clock is the case's own: its steps are events that
name no department, beside the departments' two clocks.
"""

from datetime import datetime

from domain.actions import OVER
from domain.casefold import apply
from domain.casework import SYSTEM, Terms, new_event, step_reached
from domain.times import on_screen
from domain.types import Case, CaseEvent

ADMIT, SETTLE = "admit", "settle"
NAMES = {ADMIT: "决定是否受理", SETTLE: "办结"}


def running(case: Case) -> list[tuple[str, datetime]]:
    """The clocks that run now, each with its end. Whoever closes a case has settled it; a refused
    complaint owes nothing, and a decision stops the first clock for good."""
    if case.registered_at is None or case.refused_at or case.status in OVER:
        return []
    assert case.acceptance_due is not None and case.settlement_due is not None  # noqa: S101
    clocks = [] if case.admitted_at else [(ADMIT, case.acceptance_due)]
    return [*clocks, (SETTLE, case.settlement_due)]


def chase(case: Case, now: datetime, terms: Terms) -> list[CaseEvent]:
    """As ``casework.chase``: the latest step of each clock that is due and was not taken, one event
    each. 督查室 hears of it at 100 % and every 24 hours after."""
    events: list[CaseEvent] = []
    for clock, until in running(case):
        assert case.registered_at is not None  # noqa: S101 -- or nothing would run
        step = step_reached(clock, case.registered_at, until, now, terms)
        if step is None or step in case.chased:
            continue
        action = "escalate" if step.partition(":")[2].startswith("1") else "remind"
        note = f"法定时限：{on_screen(until)} 前{NAMES[clock]}"
        data: dict[str, object] = {"step": step, "due": until.isoformat()}
        events.append(new_event(case, action, now, SYSTEM, note=note, data=data))
        case = apply(case, events[-1])
    return events
