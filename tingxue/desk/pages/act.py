"""Every action of the table, from a plain form: carried out by ``tingxue.acting``, once.

The form's token is the command's id, so a form sent twice does one thing; its version is what the
person looked at, so nobody acts on what somebody else has just changed.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.actions import RULES
from domain.commands import Command
from domain.errors import BadForm, Conflict, IllegalAction
from domain.identity import digest
from domain.types import CaseEvent, Level, Role
from tingxue.acting import act
from tingxue.desk import access, forms, screen
from tingxue.desk.forms import Form
from tingxue.desk.pages.case import choices, visible
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit
from tingxue.links import fresh_token

ROUTES = APIRouter()
_LONGEST_TOKEN, _SHORTEST_TOKEN = 64, 16


@ROUTES.post("/cases/{case_id}/{action}")
def act_on_case(
    request: Request, case_id: str, action: str, form: OwnForm, found: SignedIn
) -> Response:
    """Carry it out and show the case; a refusal keeps what was typed."""
    with found.app.ledger.read() as books:
        visible(books, case_id, found.actor)
    command, version = _command(found, action, form), forms.number(form, "version")
    try:
        act(found.app, case_id, command, seen=version)
    except (Conflict, IllegalAction) as error:
        return _not_done(request, found, case_id, command, version, form, str(error))
    return RedirectResponse(f"/cases/{case_id}?done={action}", status_code=303)


def _command(found: Visit, action: str, form: Form) -> Command:
    """Raises BadForm."""
    if action not in RULES:
        raise BadForm("没有这个操作，请返回案件页")
    token = form.get("token", "")
    if not _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN or not token.isascii():
        raise BadForm("页面没有传完整，请刷新后再提交")
    level, department = form.get("level", ""), forms.word(form, "department")
    return Command(
        action=action, actor=found.actor, at=found.app.clock(), department=department,
        command_id=f"desk:{digest(token, action, department, length=32)}",
        note=forms.text(form, "note"), to=forms.word(form, "to"), until=forms.moment(form, "until"),
        level=Level(level) if level in list(Level) else None,
    )  # fmt: skip


def _not_done(
    request: Request, found: Visit, case_id: str, command: Command, version: int, form: Form,
    said: str,
) -> Response:  # fmt: skip
    """What happened meanwhile, and the same form again where it can still be sent."""
    with found.app.ledger.read() as books:
        case = visible(books, case_id, found.actor)
        since = [e for e in books.cases.events(case_id)[version:] if _by_person(e)]
    offers = access.offers(found.app, case, found.actor)
    again = [
        one for one in offers
        if (one.rule.action, one.department) == (command.action, command.department)
    ]  # fmt: skip
    return screen.page(
        request, "overtaken.html", found=found, status=409, case=case, said=said, since=since,
        again=again, token=fresh_token(), typed=form, rule=RULES[command.action],
        **choices(found.app, case),
    )  # fmt: skip


def _by_person(event: CaseEvent) -> bool:
    return event.actor.role is not Role.SYSTEM
