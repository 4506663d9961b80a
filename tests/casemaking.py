"""Cases and commands as the tests of casework need them, on a plain calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from domain.actions import RULES
from domain.casefold import apply, obligation
from domain.casework import (
    Charge,
    Terms,
    open_case,
)
from domain.commands import Command, decide
from domain.plan import LevelRule, Levels, Limit, Unsigned
from domain.types import Actor, Case, CaseEvent, Duty, Level, Obligation, Role, State

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEADS, SUPPORTS = ("住建局", "交警大队"), ("城管局", "公安分局")
OVER = {State.CLOSED, State.FALSE_ALARM, State.MERGED}
PUBLICITY = Actor(name="宣传员", role=Role.PUBLICITY, department="宣传部")
REVIEWER = Actor(name="审核员", role=Role.REVIEWER, department="宣传部")
INSPECTOR = Actor(name="督查员", role=Role.INSPECTION, department="督查室")


@dataclass(frozen=True)
class PlainCalendar:
    """Every minute is working time; a working day ends at 17:00 in Changchun."""

    def is_workday(self, day: date) -> bool:
        return True

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        return start + timedelta(minutes=minutes)

    def share(self, start: datetime, end: datetime, share: float) -> datetime:
        return start + (end - start) * share

    def add_workdays(self, start: datetime, days: int) -> datetime:
        return start.replace(hour=9, minute=0) + timedelta(days=days)


def a_rule(level: Level, ack: int, reply: int) -> LevelRule:
    return LevelRule(
        level=level, ack=Limit(minutes=ack, working=level is Level.BLUE),
        reply=Limit(minutes=reply, working=False), urgencies=(), reports_24h=0, views=0,
        interactions=0, authors=0, authors_hours=0, first_of=(), receivers=(),
        name_duty_person=False,
    )  # fmt: skip


LEVELS = Levels(
    rules={
        Level.RED: a_rule(Level.RED, 10, 300), Level.ORANGE: a_rule(Level.ORANGE, 15, 1440),
        Level.YELLOW: a_rule(Level.YELLOW, 30, 2880), Level.BLUE: a_rule(Level.BLUE, 120, 2880),
    },
    always_copied=("宣传部",), overdue_to="督查室", life_lead="应急局", life_supports=(),
    event_hours=6, reminders=(0.5, 0.8), repeat_overdue_hours=24,
    statutory_acceptance_workdays=2, statutory_settlement_days=60,
    unsigned=Unsigned(deputy=1.25, head=1.5, inspection=2),
)  # fmt: skip
TERMS = Terms(levels=LEVELS, calendar=PlainCalendar())


def charges(leads: Sequence[str], supports: Sequence[str] = ()) -> list[Charge]:
    first = [Charge(department=d, duty=Duty.LEAD) for d in leads]
    return first + [Charge(department=d, duty=Duty.SUPPORT) for d in supports]


def a_start(
    level: Level = Level.YELLOW,
    leads: Sequence[str] = LEADS,
    supports: Sequence[str] = SUPPORTS,
    limit: datetime | None = None,
) -> CaseEvent:
    owed = [replace(c, reply_due=limit if c.duty is Duty.LEAD else None)
            for c in charges(leads, supports)]  # fmt: skip
    return open_case(
        case_id="LHS-20261123-0001", at=T0, level=level, categories=["taxi_refusal"],
        place="天定山", mention_ids=["m1"], charges=owed, terms=TERMS,
    )  # fmt: skip


def a_case(level: Level = Level.YELLOW, **more: object) -> Case:
    return apply(None, a_start(level, **more))  # type: ignore[arg-type]


def handler(department: str) -> Actor:
    return Actor(name=f"{department}值班员", role=Role.HANDLER, department=department)


def order(
    action: str, department: str = "", actor: Actor | None = None, at: datetime = T0 + HOUR,
    **more: object,
) -> Command:  # fmt: skip
    """A command by somebody who may give it, with all that it needs."""
    rule = RULES[action]
    given: dict[str, object] = {"note": "说明", "to": "城管局", "until": T0 + timedelta(days=30),
                                "level": Level.ORANGE}  # fmt: skip
    needed = {name: given[name] for name in rule.needs}
    who = actor or (handler(department) if rule.own else PUBLICITY)
    return Command(action=action, actor=who, at=at, department=department, **(needed | more))  # type: ignore[arg-type]


def done(case: Case, *commands: Command) -> Case:
    for command in commands:
        for event in decide(case, command, TERMS):
            case = apply(case, event)
    return case


def row(case: Case, department: str = "住建局") -> Obligation:
    return obligation(case, department)


def at_state(state: State, department: str = "住建局", **more: object) -> Case:
    """A case in which that department's obligation stands there."""
    way = {
        State.TO_SIGN: [], State.SIGNED: ["ack"], State.IN_HAND: ["ack", "start"],
        State.IN_REVIEW: ["ack", "start", "reply"], State.NOT_OURS: ["decline"],
        State.CLOSED: ["ack", "reply", "accept"], State.FALSE_ALARM: ["false-alarm"],
        State.MERGED: ["merge"],
    }[state]  # fmt: skip
    if department in SUPPORTS and "reply" in way:
        way.insert(0, "ask-reply")
    extra = {"merge": {"to": "LHS-20261123-0002"}}
    return done(a_case(**more), *(  # type: ignore[arg-type]
        order(action, department, **extra.get(action, {})) for action in way))  # type: ignore[arg-type]  # fmt: skip
