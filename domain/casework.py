"""Casework, pure: what the program itself does to a case, and how the clocks run.

A case is the fold of its events (``casefold``); what people do stands in ``commands``, and what
they may do in ``actions``.
Nothing here reads a clock or a store: the moment is given, and so is the calendar.

Clocks. An obligation has two: sign (``ack_due``) and reply (``reply_due``).
* Neither ever lies before the case was opened, and sign never lies after reply; but for a limit
  that the source set itself (a worksheet's), which stands as it is, even when it is over already.
* A higher level may only tighten them; a lower one (a person's decision) leaves them alone.
* Review stops the reply clock: sent back, it gets the time spent in review added.
* An extension only ever moves the reply clock later.

A limit for signing that has passed is a ladder: the department is reminded once more, then its
deputy, then its head is told, then 督查室; each step is an event. A reply that is late goes to
督查室 and the head at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.actions import ENDED, UNANSWERED
from domain.casefold import apply, sealed
from domain.errors import IllegalAction
from domain.plan import Levels, Limit
from domain.ports import WorkCalendar
from domain.types import Actor, Case, CaseEvent, Duty, Level, Obligation, Role, State

SYSTEM = Actor(name="系统", role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A department and what it owes; ``reply_due`` set when the source brought its own limit."""

    department: str
    duty: Duty
    reply_due: datetime | None = None


def due(limit: Limit, start: datetime, calendar: WorkCalendar) -> datetime:
    """The moment a limit runs out, in real or in working minutes, or after working days."""
    if limit.workdays:
        return calendar.add_workdays(start, limit.workdays)
    if limit.working:
        return calendar.add_minutes(start, limit.minutes)
    return start + timedelta(minutes=limit.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The levels and the calendar that clocks are set by."""

    levels: Levels
    calendar: WorkCalendar

    def rows(self, charges: Sequence[Charge], level: Level, start: datetime) -> list[object]:
        """Obligations as event data; never due before ``start``, but for a charge's own limit."""
        out: list[object] = []
        for charge in charges:
            ack, reply = self.dues(level, start)
            if charge.reply_due is not None:
                reply = charge.reply_due
                ack = min(ack, reply) if reply > start else ack
            out.append(
                {
                    "department": charge.department,
                    "duty": str(charge.duty),
                    "ack_due": ack.isoformat(),
                    "reply_due": reply.isoformat(),
                    "own_limit": charge.reply_due is not None,
                }
            )
        return out

    def dues(self, level: Level, start: datetime) -> tuple[datetime, datetime]:
        """(sign by, reply by) of a level's own limits; sign never after reply."""
        rule = self.levels.rules[level]
        reply = due(rule.reply, start, self.calendar)
        return min(due(rule.ack, start, self.calendar), reply), reply


def open_case(
    *,
    case_id: str,
    at: datetime,
    level: Level,
    categories: Sequence[str],
    place: str | None,
    mention_ids: Sequence[str],
    charges: Sequence[Charge],
    terms: Terms,
    linked: Sequence[str] = (),
    recurs: str | None = None,
    unverified: bool = False,
) -> CaseEvent:
    """The first event of a case. Every charge gets its own clocks from ``at``. unverified: nobody
    has confirmed yet how urgent it is."""
    data: dict[str, object] = {
        "categories": list(categories),
        "place": place,
        "level": str(level),
        "mention_ids": list(mention_ids),
        "linked": list(linked),
        "recurs": recurs,
        "obligations": terms.rows(charges, level, at),
        **_mark(unverified),
    }
    event = CaseEvent(
        case_id=case_id, no=1, at=at, actor=SYSTEM, action="open", to_state=State.TO_SIGN, data=data
    )
    return sealed(event, "")


def _mark(unverified: bool) -> dict[str, object]:
    """Said only where it holds: histories written before it existed stay as they are."""
    return {"unverified": True} if unverified else {}


def add_report(
    case: Case,
    *,
    at: datetime,
    mention_ids: Sequence[str],
    categories: Sequence[str],
    charges: Sequence[Charge],
    terms: Terms,
) -> CaseEvent:
    """More reports of one event; departments not yet concerned get an obligation of their own, and
    a support that leads one of the new categories becomes a lead."""
    data: dict[str, object] = {
        "mention_ids": list(mention_ids),
        "categories": list(categories),
        "obligations": terms.rows(more_charges(case, charges), case.level, at),
    }
    return new_event(case, "report", at, SYSTEM, data=data)


def more_charges(case: Case, charges: Sequence[Charge]) -> list[Charge]:
    """Those of the charges that ask more of somebody than the case does already."""
    known = {o.department: o for o in case.obligations}
    return [c for c in charges if _charges_more(known.get(c.department), c)]


def _charges_more(row: Obligation | None, charge: Charge) -> bool:
    if row is None:
        return True
    promoted = charge.duty is Duty.LEAD and row.duty is Duty.SUPPORT
    return promoted and not row.transferred_to


def raise_level(
    case: Case, level: Level, at: datetime, terms: Terms, note: str, *, unverified: bool = False
) -> CaseEvent:
    """The program's own change of level: only upwards. unverified: as in ``open_case``."""
    if level.rank <= case.level.rank:
        raise IllegalAction(f"{case.case_id} 已是{case.level}级，系统不降级")
    event = level_event(case, "raise", level, at, terms, SYSTEM, note)
    return replace(event, data=event.data | _mark(unverified))


def wake(case: Case, at: datetime, terms: Terms, note: str) -> CaseEvent:
    """The program's own: the text of a report was changed after the case was over."""
    data: dict[str, object] = {"dues": reopened_dues(case, at, terms)}
    return new_event(
        case, "wake", at, SYSTEM, note=note, data=data, states=(case.status, case.status)
    )


def reopened_dues(case: Case, at: datetime, terms: Terms) -> dict[str, object]:
    """department -> its new clocks, for every lead that had ended."""
    ack, reply = terms.dues(case.level, at)
    return {
        o.department: [max(ack, o.ack_due).isoformat(), max(reply, o.reply_due).isoformat()]
        for o in case.obligations
        if o.duty is Duty.LEAD and o.status in ENDED and not o.transferred_to
    }


def link(case: Case, other: str, at: datetime) -> CaseEvent:
    """Marks two cases as probably one event without merging them."""
    return new_event(case, "link", at, SYSTEM, data={"to": other})


def level_event(
    case: Case, action: str, level: Level, at: datetime, terms: Terms, actor: Actor, note: str
) -> CaseEvent:
    """A change of level, up or down; upwards it tightens the clocks that still run."""
    dues: dict[str, object] = {}
    if level.rank > case.level.rank:
        ack, reply = terms.dues(level, at)
        for row in case.obligations:
            if row.status in UNANSWERED:
                new_reply = row.reply_due if row.own_limit else min(row.reply_due, reply)
                runs = row.status is State.TO_SIGN
                new_ack = min(row.ack_due, ack if runs else new_reply)
                dues[row.department] = [new_ack.isoformat(), new_reply.isoformat()]
    return new_event(
        case, action, at, actor, note=note, data={"dues": dues}, states=(case.level, level)
    )


def chase(case: Case, now: datetime, terms: Terms) -> list[CaseEvent]:
    """Reminders and escalations that are due and not yet made: the latest step of each clock, one
    event each. Steps overtaken by a later one (after an outage) are not made up for."""
    events: list[CaseEvent] = []
    for row in case.obligations:
        for clock, until in _running(row):
            step = _step(row, clock, until, now, terms, case.level)
            if step is None:
                continue
            event = new_event(
                case,
                _action(step),
                now,
                SYSTEM,
                department=row.department,
                data={"step": step, "due": until.isoformat()},
            )
            events.append(event)
            case = apply(case, event)
    return events


def overripe(row: Obligation, level: Level, now: datetime, terms: Terms) -> bool:
    """Whether ``chase`` would take a step for this obligation of a case of that level now."""
    return any(_step(row, clock, until, now, terms, level) for clock, until in _running(row))


def _running(row: Obligation) -> list[tuple[str, datetime]]:
    """Clocks that run now. A support department owes a reply only when asked for one."""
    if row.status is State.TO_SIGN:
        return [("ack", row.ack_due)]
    owes_reply = row.duty is Duty.LEAD or row.reply_asked
    if row.status in {State.SIGNED, State.IN_HAND} and owes_reply:
        return [("reply", row.reply_due)]
    return []


_RUNGS = {"over": "remind", "deputy": "deputy", "head": "head"}
"""Steps of an unsigned case after its limit, in order, and their actions; then 督查室."""


def _action(step: str) -> str:
    name = step.partition(":")[2]
    return "escalate" if name.startswith("1") else _RUNGS.get(name, "remind")


def _step(
    row: Obligation, clock: str, until: datetime, now: datetime, terms: Terms, level: Level
) -> str | None:
    """The latest step reached, or None when it, or a later one, was made before."""
    if clock == "ack" and now >= until:
        step = _unsigned(until, now, terms, level)
        taken = max(map(_rung, row.chased), default=-1)
        return step if _rung(step) > taken else None  # a lowered level makes steps late, not new
    reached = step_reached(clock, row.clock_from, until, now, terms)
    return None if reached in row.chased else reached


def _unsigned(until: datetime, now: datetime, terms: Terms, level: Level) -> str:
    """The rung that a limit for signing has reached, which is over."""
    limit, after = terms.levels.rules[level].ack, terms.levels.unsigned
    watched = _beyond(limit, until, after.inspection, terms.calendar)
    if now >= watched:
        rounds = int((now - watched) / timedelta(hours=terms.levels.repeat_overdue_hours))
        return f"ack:1+{rounds}" if rounds else "ack:1"
    for name, share in (("head", after.head), ("deputy", after.deputy)):
        if now >= _beyond(limit, until, share, terms.calendar):
            return f"ack:{name}"
    return "ack:over"


def _beyond(limit: Limit, until: datetime, share: float, calendar: WorkCalendar) -> datetime:
    """When that multiple (above 1) of a limit that ends at ``until`` has passed."""
    minutes = limit.minutes * (share - 1)
    if limit.working:
        return calendar.add_minutes(until, round(minutes))
    return until + timedelta(minutes=minutes)


def _rung(step: str) -> int:
    """How high a step after the limit for signing stands; -1 for any other."""
    clock, _, name = step.partition(":")
    if clock != "ack" or name.startswith("0"):
        return -1
    rounds = name.partition("+")[2]
    return list(_RUNGS).index(name) if name in _RUNGS else len(_RUNGS) + int(rounds or 0)


def step_reached(
    clock: str, start: datetime, until: datetime, now: datetime, terms: Terms
) -> str | None:
    """The latest step of a clock: "reply:0.5" at a reminder, "reply:1" when it is over, "reply:1+2"
    at the second repeat; None before the first."""
    if now >= until:
        rounds = int((now - until) / timedelta(hours=terms.levels.repeat_overdue_hours))
        return f"{clock}:1+{rounds}" if rounds else f"{clock}:1"
    for share in sorted(terms.levels.reminders, reverse=True):
        if now >= terms.calendar.share(start, until, share):
            return f"{clock}:{share}"
    return None


def next_step(start: datetime, until: datetime, now: datetime, terms: Terms) -> datetime:
    """When the step after those that ``step_reached`` knows by now is due."""
    steps = [terms.calendar.share(start, until, share) for share in terms.levels.reminders]
    for moment in sorted([*steps, until]):
        if moment > now:
            return moment
    repeat = timedelta(hours=terms.levels.repeat_overdue_hours)
    return until + ((now - until) // repeat + 1) * repeat


def new_event(
    case: Case,
    action: str,
    at: datetime,
    actor: Actor,
    *,
    department: str = "",
    note: str = "",
    data: dict[str, object] | None = None,
    states: tuple[str, str] = ("", ""),
) -> CaseEvent:
    """An unsealed event: the ledger seals it when it knows the hash before it."""
    return CaseEvent(
        case_id=case.case_id,
        no=case.version + 1,
        at=at,
        actor=actor,
        action=action,
        department=department,
        from_state=str(states[0]),
        to_state=str(states[1]),
        note=note,
        data=data or {},
    )
