"""Set a password: the first one after a one-time code, or another one."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, TooManyTries
from tingxue.desk import forms, passwords, screen, signin
from tingxue.desk.forms import Form
from tingxue.desk.pages.login import local
from tingxue.desk.pages.parts import signed_at_all
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
_Somebody = Annotated[Visit, Depends(signed_at_all)]


@ROUTES.get("/password")
def show_password(request: Request, found: _Somebody) -> Response:
    """The form; whoever came with a code is asked for no old one."""
    return _form(request, found, there=local(request.query_params.get("next", "")))


@ROUTES.post("/password")
def change_password(
    request: Request, form: Annotated[Form, Depends(forms.posted)], found: _Somebody
) -> Response:
    """Every session of the account ends, and this one begins anew."""
    forms.check_token(form, found.session.csrf)
    there = local(form.get("next", ""))
    try:
        sid = signin.change_password(
            found, form.get("old", ""), form.get("password", ""), form.get("again", "")
        )
    except (BadForm, TooManyTries) as error:
        status = 429 if isinstance(error, TooManyTries) else 400
        return _form(request, found, there=there, said=str(error), status=status)
    response = RedirectResponse(there, status_code=303)
    signin.hand_over(request, response, sid)
    return response


def _form(
    request: Request, found: Visit, *, there: str, said: str = "", status: int = 200
) -> Response:
    return screen.page(
        request, "password.html", found=found, status=status, next=there, said=said,
        shortest=passwords.SHORTEST,
    )  # fmt: skip
