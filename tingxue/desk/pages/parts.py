"""What most pages need of a request: who asks, and a form that is surely theirs."""

from typing import Annotated

from fastapi import Depends, Request

from tingxue.desk import forms, signin
from tingxue.desk.forms import Form
from tingxue.desk.signin import Visit


def signed_at_all(request: Request) -> Visit:
    """Somebody with a session, perhaps still without a password."""
    return signin.visit(request)


def signed_in(request: Request) -> Visit:
    """Somebody who may work here."""
    return signin.settled(request)


def own_form(
    form: Annotated[Form, Depends(forms.posted)], found: Annotated[Visit, Depends(signed_in)]
) -> Form:
    """A form that was made for this session."""
    forms.check_token(form, found.session.csrf)
    return form


SignedIn = Annotated[Visit, Depends(signed_in)]
OwnForm = Annotated[Form, Depends(own_form)]
