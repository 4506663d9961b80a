"""设置 / 账号: who may sign in, as what; one-time codes are shown once and kept nowhere."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, InputError, NotPermitted
from domain.types import Role
from tingxue.desk import access, accounts, forms, screen
from tingxue.desk.forms import Form
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
_DONE = {"disable": "已停用，所有登录都已退出", "move": "已改"}
_ASSIGNABLE = [role for role in Role if role is not Role.SYSTEM]


@ROUTES.get("/settings/users")
def list_users(request: Request, found: SignedIn) -> Response:
    """All accounts; ``name``: the one to be changed."""
    _check(found)
    asked = request.query_params
    return _page(request, found, name=asked.get("name", ""), done=_DONE.get(asked.get("done", "")))


@ROUTES.post("/settings/users/add")
def add_user(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """A new account; its one-time code, shown by this answer alone."""
    _check(found)
    app, name = found.app, forms.word(form, "name")
    try:
        new = accounts.checked(app, name, _role(form), forms.word(form, "department"))
        code = accounts.add(app, new, found.actor)
    except InputError as error:
        return _page(request, found, said=str(error), typed=form, status=400)
    return _page(request, found, code=code, of=new.name)


@ROUTES.post("/settings/users/reset")
def reset_user(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """A new one-time code; the password and all sessions are void."""
    name = _other(found, form)
    try:
        code = accounts.reset(found.app, name, found.actor)
    except InputError as error:
        return _page(request, found, said=str(error), status=400)
    return _page(request, found, code=code, of=name)


@ROUTES.post("/settings/users/disable")
def disable_user(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """Nothing opens the account any more."""
    name = _other(found, form)
    try:
        accounts.disable(found.app, name, found.actor)
    except InputError as error:
        return _page(request, found, said=str(error), status=400)
    return RedirectResponse("/settings/users?done=disable", status_code=303)


@ROUTES.post("/settings/users/move")
def move_user(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """Another role or department."""
    name = _other(found, form)
    try:
        accounts.move(found.app, name, _role(form), forms.word(form, "department"), found.actor)
    except InputError as error:
        return _page(request, found, name=name, said=str(error), status=400)
    return RedirectResponse("/settings/users?done=move", status_code=303)


def _check(found: Visit) -> None:
    if not access.keeps_accounts(found.actor):
        raise NotPermitted("账号由管理员管理")


def _other(found: Visit, form: Form) -> str:
    """Whose account is meant. Raises BadForm for one's own: nobody locks themselves out."""
    _check(found)
    name = forms.text(form, "name", forms.LONGEST_WORD)
    if name == found.actor.name:
        raise BadForm("不能停用、重置或改动自己的账号；请另一位管理员来做，密码在“改密码”里换")
    return name


def _role(form: Form) -> Role:
    """Raises InputError."""
    given = form.get("role", "")
    if given not in list(_ASSIGNABLE):
        raise InputError("请选择身份")
    return Role(given)


def _page(
    request: Request, found: Visit, *, name: str = "", said: str = "", done: str | None = None,
    code: str = "", of: str = "", typed: Form | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with found.app.ledger.read() as books:
        users = books.users.all()
    chosen = next((one for one in users if one.name == name != found.actor.name), None)
    return screen.page(
        request, "users.html", found=found, status=status, users=users, chosen=chosen, said=said,
        done=done or "", code=code, of=of, typed=typed or {}, roles=_ASSIGNABLE,
        departments=list(found.app.plan.departments),
    )  # fmt: skip
