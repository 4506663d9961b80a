"""案件: one case, with everything known of it and every action the person may take."""

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.actions import RULES
from domain.errors import NoSuchCase
from domain.types import Actor, Case
from ledger.books import Books
from tingxue.app import App
from tingxue.desk import access, screen
from tingxue.desk.casefile import TEXTS, casefile
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit
from tingxue.links import fresh_token

ROUTES = APIRouter()
_NUMBER = re.compile(r"[A-Z]{2,6}-\d{8}-\d{4,8}", re.ASCII)


@ROUTES.get("/cases/{case_id}")
def show_case(request: Request, case_id: str, found: SignedIn) -> Response:
    """The page; ``done``: the action that has just led here."""
    done = request.query_params.get("done", "")
    offset = _offset(request.query_params.get("from", ""))
    return case_page(request, found, case_id, done=done if done in RULES else "", offset=offset)


def case_page(
    request: Request, found: Visit, case_id: str, *, done: str = "", offset: int = 0,
    status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """The page of a case that the person may see. Raises NoSuchCase."""
    with found.app.ledger.read() as books:
        case = visible(books, case_id, found.actor)
        file = casefile(found.app, books, case, found, offset)
    return screen.page(
        request, "case.html", found=found, status=status, file=file, case=case, done=done,
        token=fresh_token(), typed={}, per_page=TEXTS, **choices(found.app, case),
    )  # fmt: skip


def visible(books: Books, case_id: str, actor: Actor) -> Case:
    """The case, if the person may see it. Raises NoSuchCase."""
    if _NUMBER.fullmatch(case_id) is None:
        raise NoSuchCase("没有这个编号的案件；编号形如 LHS-20261123-0012")
    case = books.cases.get(case_id)
    access.check_sees(actor, case)
    return case


def choices(app: App, case: Case) -> dict[str, object]:
    """What forms on the case offer."""
    return {"departments": list(app.plan.departments), "needs_of": FIELDS, "level_now": case.level}


FIELDS = {
    "transfer": "department", "assign": "person", "merge": "case",
}  # fmt: skip
"""What ``to`` of an action names."""


def _offset(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
