"""The door: sign in, and out."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, TooManyTries
from tingxue.desk import forms, screen, signin
from tingxue.desk.forms import Form
from tingxue.desk.pages.parts import signed_at_all
from tingxue.desk.signin import Visit

ROUTES = APIRouter()


@ROUTES.get("/login")
def show_login(request: Request) -> Response:
    """The form."""
    return screen.page(
        request, "login.html", next=local(request.query_params.get("next", "")), said="", name=""
    )


@ROUTES.post("/login")
def sign_in(request: Request, form: Annotated[Form, Depends(forms.posted)]) -> Response:
    """With a password, or a one-time code."""
    there, name = local(form.get("next", "")), forms.word(form, "name")
    address = request.client.host if request.client else ""
    app, phone = request.app.state.desk.app, form.get("phone") == "1"
    try:
        sid = signin.sign_in(
            app, name, form.get("password", ""), address=address, phone=phone,
            before=request.cookies.get(signin.cookie_name(request), ""),
        )  # fmt: skip
    except (BadForm, TooManyTries) as error:
        status = 429 if isinstance(error, TooManyTries) else 403
        return screen.page(
            request, "login.html", status=status, next=there, said=str(error), name=name
        )
    response = RedirectResponse(there, status_code=303)
    signin.hand_over(request, response, sid)
    return response


@ROUTES.post("/logout")
def sign_out(
    request: Request, form: Annotated[Form, Depends(forms.posted)],
    found: Annotated[Visit, Depends(signed_at_all)],
) -> Response:  # fmt: skip
    """The session ends in the ledger, not only in the browser."""
    forms.check_token(form, found.session.csrf)
    signin.sign_out(found)
    response = RedirectResponse("/login", status_code=303)
    signin.take_back(request, response)
    return response


def local(there: str) -> str:
    """A path of our own to go on to; "/" for anything else."""
    plain = there.startswith("/") and not there.startswith(("//", "/\\"))
    return there if plain and there.isprintable() and len(there) < forms.LONGEST_WORD else "/"
