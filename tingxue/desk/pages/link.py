"""A link from a message: what it asks on one page, and the signature on behalf of who is on duty.

Looking changes nothing, for chats and mail scanners open every link they carry. Only a summary is
shown: no visitor's word to somebody who has not signed in.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from alerts.roster import contact, deputy
from domain.actions import OVER
from domain.casefold import obligation
from domain.commands import Command
from domain.errors import BadLink, Conflict, IllegalAction, NoSuchCase, TooManyTries
from domain.types import Actor, Case, Obligation, Role, State
from tingxue import links
from tingxue.acting import act
from tingxue.app import App
from tingxue.desk import forms, screen
from tingxue.desk.forms import Form
from tingxue.desk.signin import DESK, MOST_PER_ADDRESS, WINDOW, digest_of
from tingxue.links import Link
from tingxue.notices import department

ROUTES = APIRouter()
_WHY = {"forged": "伪造或残缺", "expired": "已过期", "used": "已用过"}


@ROUTES.get("/l/{token}")
def show_link(request: Request, token: str) -> Response:
    """The summary and one button."""
    app, link = request.app.state.desk.app, _link(request, token)
    case, row = _matter(app, link)
    wanted = row.status is State.TO_SIGN and not row.transferred_to and case.status not in OVER
    return _page(request, link, case, row, "ask" if wanted else "past")


@ROUTES.post("/l/{token}")
def sign_link(
    request: Request, token: str, form: Annotated[Form, Depends(forms.posted)]
) -> Response:
    """Sign; the link has then done its work."""
    app, link = request.app.state.desk.app, _link(request, token)
    used = links.nonce(token)
    actor = Actor(name=signer(app, link), role=Role.HANDLER, department=link.department)
    command = Command(
        action=link.action, actor=actor, at=app.clock(), department=link.department,
        note="经消息链接签收", command_id=f"link:{used[:32]}",
    )  # fmt: skip
    try:
        case = act(app, link.case_id, command, seen=forms.number(form, "version"))
    except (Conflict, IllegalAction):
        case, row = _matter(app, link)
        return _page(request, link, case, row, "past", status=409)
    with app.ledger.write() as books:
        if books.signins.use(used, app.clock(), link.until):
            books.audit.write(app.clock(), actor, "link", link.case_id, "经消息链接签收")
    return _page(request, link, case, obligation(case, link.department), "done")


def signer(app: App, link: Link) -> str:
    """In whose name the link signs: the roster's, at this moment."""
    ours, calendar = department(app, link.department), app.terms.calendar
    shifts, now = app.roster().shifts, app.clock()
    found = (deputy if link.who == "deputy" else contact)(shifts, ours, now, calendar)
    return found.person or f"{link.department}值班员"


def _link(request: Request, token: str) -> Link:
    """What the link is good for. Raises BadLink, which is audited, and TooManyTries."""
    app: App = request.app.state.desk.app
    try:
        link = links.read(token, links.key(app.home), app.clock())
        with app.ledger.read() as books:
            if books.signins.used(links.nonce(token)):
                raise BadLink("used", "这个链接已经用过，案件已签收；后续请登录值守台办理")
    except BadLink as error:
        _note(request, app, error)
        raise
    return link


def _note(request: Request, app: App, error: BadLink) -> None:
    """Into the audit; but a stranger who tries thousands fills it with no more than a few."""
    now = app.clock()
    keys = {"link": digest_of(request.client.host if request.client else "")}
    with app.ledger.write() as books:
        many = books.signins.failed_since(keys, now - WINDOW)["link"] >= MOST_PER_ADDRESS
        if not many:
            books.signins.attempt(links.nonce(links.fresh_token())[:32], keys, now)
            books.audit.write(now, DESK, "link-refused", "消息链接", _WHY[error.why])
    if many:
        raise TooManyTries("打不开的链接试得太多，请 15 分钟后再试，或登录值守台办理") from error


def _matter(app: App, link: Link) -> tuple[Case, Obligation]:
    with app.ledger.read() as books:
        case = books.cases.get(link.case_id)
    if link.department not in {o.department for o in case.obligations}:
        raise NoSuchCase("这个案件已不由该部门办理，请登录值守台查看")
    return case, obligation(case, link.department)


def _page(
    request: Request, link: Link, case: Case, row: Obligation, state: str, status: int = 200
) -> Response:
    app = request.app.state.desk.app
    return screen.page(
        request, "link.html", status=status, link=link, case=case, row=row, state=state,
        signer=signer(app, link),
    )  # fmt: skip
