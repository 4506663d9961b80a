"""What people do to a case, from the command line now and from the desk later: one door.

Compare-and-set: a command is decided on the case as it stands in the same transaction; the same
command sent twice changes nothing the second time.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.actions import OVER, RULES
from domain.casefold import apply
from domain.casework import link
from domain.commands import Command, decide
from domain.errors import Conflict, IllegalAction
from domain.privacy import mask
from domain.times import on_screen
from domain.types import Case, CaseEvent, Role
from tingxue import notices
from tingxue.app import App
from tingxue.correcting import from_false_alarm


def act(app: App, case_id: str, command: Command, *, seen: int | None = None) -> Case:
    """Carry the command out; the case afterwards.

    Raises NoSuchCase, NotPermitted, IllegalAction or Conflict, in Chinese. What the person typed
    is masked before it is kept. ``seen``: the version of the case that the person looked at; what
    other people did to it since is a Conflict. What the program added since, such as one more
    report, is none: else nobody could sign while reports pour in.
    """
    command = replace(command, note=mask(command.note))
    with app.ledger.write() as books:
        case = books.cases.get(case_id)
        if command.command_id and books.cases.has_command(case_id, command.command_id):
            return case
        if seen is not None and case.version > seen:
            _check_untouched(books.cases.events(case_id)[seen:])
        _check_names(app, command)
        if command.action == "merge":
            _check_target(books.cases.get(command.to))
        events = decide(case, command, app.terms)
        for event in events:
            case = apply(case, event)
        books.cases.append(case, events)
        first = events[0]
        books.attachments.add(case_id, first.no, first.department, command.attached, command.at)
        if command.action == "merge":
            target = books.cases.get(command.to)
            joined = link(target, case_id, command.at)
            books.cases.append(apply(target, joined), [joined])
        if command.action == "false-alarm":
            from_false_alarm(app, books, case.mention_ids, command.actor)
        notices.acted(app, books, case, events[0])
        return case


def _check_untouched(since: Sequence[CaseEvent]) -> None:
    for event in since:
        if event.actor.role is not Role.SYSTEM:
            raise Conflict(f"{event.case_id} {overtaken(event)}")


def overtaken(event: CaseEvent) -> str:
    """``刚刚（11月23日 10:05）被住建局甲签收``: what another person did meanwhile."""
    name = RULES[event.action].name
    who = f"{event.actor.department}{event.actor.name}"
    about = (
        f"（{event.department}）" if event.department not in ("", event.actor.department) else ""
    )
    return f"刚刚（{on_screen(event.at)}）被{who}“{name}”{about}"


def _check_names(app: App, command: Command) -> None:
    if command.action == "transfer" and command.to not in app.plan.departments:
        raise IllegalAction(f"没有“{command.to}”这个部门；现有：{'、'.join(app.plan.departments)}")


def _check_target(target: Case) -> None:
    if target.merged_into:
        raise IllegalAction(f"{target.case_id} 已并入 {target.merged_into}，请改填后者")
    if target.status in OVER:
        raise IllegalAction(
            f"{target.case_id} 现为“{target.status}”，不能并入；请先重启该案，或改填未结案件"
        )
