"""值班表 / 一班: one shift entered, changed or removed, instead of a whole table."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.models import ShiftEntry
from domain.errors import BadForm, Conflict, InputError, NotPermitted
from domain.plan import Shift
from domain.times import shanghai
from tingxue import rostering, rostershifts
from tingxue.desk import access, forms, screen
from tingxue.desk.forms import Form
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
_TEXTS = ("department", "person", "phone", "deputy", "deputy_phone", "instead_of")
_DONE = "/roster?shift=1"


@ROUTES.get("/roster/shift")
def show_empty_shift(request: Request, found: SignedIn) -> Response:
    """The form of one more; ``department``: of which."""
    _check(found)
    asked = forms.clean(request.query_params.get("department", ""))
    return _page(request, found, "", {"department": asked})


@ROUTES.get("/roster/shift/{key}")
def show_shift(request: Request, key: str, found: SignedIn) -> Response:
    """The form of one that is there."""
    _check(found)
    shift = rostershifts.find(found.app, key)
    if shift is None:
        raise BadForm("值班表里没有这一班（可能刚刚被改过或已经过去），请回到值班表看现在的")
    return _page(request, found, key, _as_form(shift))


@ROUTES.post("/roster/shift")
def add_shift(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """One more."""
    _check(found)
    return _put(request, found, form, "")


@ROUTES.post("/roster/shift/{key}")
def change_shift(request: Request, key: str, form: OwnForm, found: SignedIn) -> Response:
    """Another one in its place."""
    _check(found)
    return _put(request, found, form, key)


@ROUTES.post("/roster/shift/{key}/remove")
def remove_shift(request: Request, key: str, form: OwnForm, found: SignedIn) -> Response:
    """One less."""
    _check(found)
    shift = rostershifts.find(found.app, key)
    try:
        rostershifts.put(found.app, found.actor, None, old=key)
    except InputError as error:
        typed = _as_form(shift) if shift else form
        return _page(request, found, key, typed, said=str(error), status=400)
    return RedirectResponse(_DONE, status_code=303)


def _put(request: Request, found: Visit, form: Form, key: str) -> Response:
    """What does not fit is said above the form, which keeps what was typed."""
    try:
        rostershifts.put(found.app, found.actor, _read(found, form), old=key)
    except (BadForm, Conflict, InputError) as error:
        status = 409 if isinstance(error, Conflict) else 400
        return _page(request, found, key, form, said=str(error), status=status)
    return RedirectResponse(_DONE, status_code=303)


def _read(found: Visit, form: Form) -> ShiftEntry:
    """Raises BadForm or InputError."""
    raw = {name: forms.word(form, name) for name in _TEXTS}
    start, end = forms.moment(form, "from"), forms.moment(form, "to")
    if start is None or end is None:
        raise BadForm("请填开始和结束，写成 2026-11-23 17:00 这样")
    return rostershifts.made(found.app, raw, start, end)


def _check(found: Visit) -> None:
    if not access.keeps_rosters(found.actor):
        raise NotPermitted("只有宣传部和管理员可以改值班表")


def _as_form(shift: Shift) -> Form:
    return {name: getattr(shift, name) for name in _TEXTS} | {
        "from": f"{shanghai(shift.start):%Y-%m-%dT%H:%M}",
        "to": f"{shanghai(shift.end):%Y-%m-%dT%H:%M}",
    }


def _page(
    request: Request, found: Visit, key: str, typed: Form, *, said: str = "", status: int = 200
) -> Response:
    return screen.page(
        request, "shift.html", found=found, status=status, key=key, typed=typed, said=said,
        departments=rostering.on_rosters(found.app.plan),
    )  # fmt: skip
