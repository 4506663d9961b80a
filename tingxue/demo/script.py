"""The demo's script: what happens when, and what the people in it do.

Steps are data (``data/script.jsonl``); this module only reads them and says which commands a
step means for a case. A refused command is an error of the script and must be heard of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from domain.actions import RULES
from domain.commands import Command
from domain.types import Actor, Case, Duty, Obligation, Role
from tingxue.demo import week


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; ``at`` in minutes after the start. By ``do``:

    import   ``files``, in this order
    crawl    the local paper
    act      one person: ``action`` on the case of the mention ``case_of`` (``department``: whose
             obligation), with ``note``, ``to``, ``until`` (minutes) where the action needs them
    shift    routine: every department takes ``action`` on all its obligations that allow it, in
             cases opened more than ``older_than`` minutes ago and not in ``but`` (refs)
    review   宣传部 clears the review list: what is a complaint is confirmed, the rest dismissed
    channel  channel ``name`` goes "down" or "up" (``state``)
    tick     nothing but time
    """

    at: int
    do: str
    files: tuple[str, ...] = ()
    case_of: str = ""
    department: str = ""
    action: str = ""
    actor: str = ""
    role: Role = Role.HANDLER
    note: str = ""
    to: str = ""
    until: int | None = None
    older_than: int = 0
    but: tuple[str, ...] = ()
    name: str = ""
    state: str = ""


@cache
def steps() -> tuple[Step, ...]:
    """All steps in order."""
    return tuple(_step(row) for row in week.rows(week.DATA / "script.jsonl"))


def _step(row: dict[str, Any]) -> Step:
    row = {**row, "but": row.get("except", ())}
    row.pop("except", None)
    row |= {key: tuple(row.get(key, ())) for key in ("files", "but")}
    return Step(**{**row, "role": Role(row.get("role", Role.HANDLER))})


def commands(step: Step, case: Case, start: datetime) -> list[Command]:
    """What the step means for this case; nothing for steps in which nobody acts.

    For a ``shift`` the caller passes every unfinished case except those of ``step.but``; for an
    ``act`` the case of ``step.case_of``. Departments act one after the other, so each command is
    to be decided on the case as the one before left it.
    """
    at = week.moment(start, step.at)
    if step.do == "act":
        return [_command(step, case, step.department, step.actor, start)]
    if step.do == "shift" and case.opened_at <= at - timedelta(minutes=step.older_than):
        return [
            _command(step, case, row.department, _on_duty(step, row), start)
            for row in _concerned(step, case)
        ]
    return []


def _concerned(step: Step, case: Case) -> Iterator[Obligation]:
    rule = RULES[step.action]
    for row in case.obligations:
        owes = row.duty is Duty.LEAD or row.reply_asked or step.action != "reply"
        if row.status in rule.sources and not row.transferred_to and owes:
            yield row


def _on_duty(step: Step, row: Obligation) -> str:
    """Routine work of a department is done by its own person on duty."""
    return f"{row.department}{step.actor}" if step.role is Role.HANDLER else step.actor


def _command(step: Step, case: Case, department: str, name: str, start: datetime) -> Command:
    own = {Role.PUBLICITY: "宣传部", Role.INSPECTION: "督查室"}.get(step.role, department)
    return Command(
        action=step.action,
        actor=Actor(name=name, role=step.role, department=own),
        at=week.moment(start, step.at),
        department=department,
        note=step.note,
        to=step.to,
        until=None if step.until is None else week.moment(start, step.until),
        command_id=f"demo-{case.case_id}-{step.at}-{step.action}-{department}",
    )
