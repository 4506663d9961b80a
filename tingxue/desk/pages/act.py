"""Every action of the table, from a plain form: carried out by ``tingxue.acting``, once.

The form's token is the command's id, so a form sent twice does one thing; its version is what the
person looked at, so nobody acts on what somebody else has just changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.actions import RULES
from domain.attachments import Attachment
from domain.commands import Command
from domain.errors import BadForm, Conflict, IllegalAction
from domain.identity import digest
from domain.types import Case, CaseEvent, Level, Role
from tingxue.acting import act
from tingxue.desk import access, forms, replyfiles, screen
from tingxue.desk.forms import Form
from tingxue.desk.pages.case import choices, visible
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.replyfiles import Upload
from tingxue.desk.signin import Visit
from tingxue.links import fresh_token

ROUTES = APIRouter()
LONGEST_TOKEN, SHORTEST_TOKEN = 64, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form asks for, by whom and of which case in which version."""

    found: Visit
    case_id: str
    command: Command
    version: int
    form: Form


@ROUTES.post("/cases/{case_id}/reply")
def reply_to_case(
    request: Request, case_id: str, upload: Annotated[Upload, Depends(replyfiles.own_upload)]
) -> Response:
    """答复, perhaps with files; a file that cannot be taken leaves the words in the form."""
    try:
        wish = wished(upload.found, case_id, "reply", upload.form, upload.attached)
        if upload.problem:
            return _not_done(request, wish, upload.problem, status=400)
        return _done(request, wish)
    finally:
        upload.settle()


@ROUTES.post("/cases/{case_id}/{action}")
def act_on_case(
    request: Request, case_id: str, action: str, form: OwnForm, found: SignedIn
) -> Response:
    """Carry it out and show the case; a refusal keeps what was typed."""
    return _done(request, wished(found, case_id, action, form))


def _done(request: Request, wish: Wish) -> Response:
    try:
        carried_out(wish)
    except (Conflict, IllegalAction) as error:
        return _not_done(request, wish, str(error), status=409)
    return RedirectResponse(f"/cases/{wish.case_id}?done={wish.command.action}", status_code=303)


def wished(
    found: Visit, case_id: str, action: str, form: Form, attached: Sequence[Attachment] = ()
) -> Wish:
    """What the form asks for. Raises NoSuchCase for a case that the person may not see, and
    BadForm."""
    with found.app.ledger.read() as books:
        visible(books, case_id, found.actor)
    command, version = _command(found, action, form, attached), forms.number(form, "version")
    return Wish(found=found, case_id=case_id, command=command, version=version, form=form)


def carried_out(wish: Wish) -> Case:
    """Do it; the case afterwards. Raises as ``tingxue.acting.act``."""
    return act(wish.found.app, wish.case_id, wish.command, seen=wish.version)


def _command(found: Visit, action: str, form: Form, attached: Sequence[Attachment]) -> Command:
    """Raises BadForm."""
    if action not in RULES:
        raise BadForm("没有这个操作，请返回案件页")
    token = form.get("token", "")
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN or not token.isascii():
        raise BadForm("页面没有传完整，请刷新后再提交")
    level, department = form.get("level", ""), forms.word(form, "department")
    return Command(
        action=action, actor=found.actor, at=found.app.clock(), department=department,
        command_id=f"desk:{digest(token, action, department, length=32)}",
        note=forms.text(form, "note"), to=forms.word(form, "to"), until=forms.moment(form, "until"),
        level=Level(level) if level in list(Level) else None, attached=tuple(attached),
    )  # fmt: skip


def _not_done(request: Request, wish: Wish, said: str, *, status: int) -> Response:
    """What happened meanwhile, and the same form again where it can still be sent."""
    app, actor, command = wish.found.app, wish.found.actor, wish.command
    with app.ledger.read() as books:
        case = visible(books, wish.case_id, actor)
        since = [e for e in books.cases.events(wish.case_id)[wish.version :] if _by_person(e)]
    again = [
        one for one in access.offers(app, case, actor)
        if (one.rule.action, one.department) == (command.action, command.department)
    ]  # fmt: skip
    return screen.page(
        request, "overtaken.html", found=wish.found, status=status, case=case, said=said,
        since=since, again=again, token=fresh_token(), typed=wish.form, rule=RULES[command.action],
        **choices(app, case),
    )  # fmt: skip


def _by_person(event: CaseEvent) -> bool:
    return event.actor.role is not Role.SYSTEM
