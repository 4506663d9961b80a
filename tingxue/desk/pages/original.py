"""The words as the visitor wrote them: for a typed reason, through the one door, on record."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tingxue import door
from tingxue.desk import forms, screen
from tingxue.desk.pages.case import visible
from tingxue.desk.pages.parts import OwnForm, SignedIn

ROUTES = APIRouter()


@ROUTES.post("/cases/{case_id}/original")
def open_original(request: Request, case_id: str, form: OwnForm, found: SignedIn) -> Response:
    """The originals, once; going back and forth asks for a reason again."""
    with found.app.ledger.read() as books:
        visible(books, case_id, found.actor)
    reason = forms.text(form, "note")
    shown = door.originals(found.app, case_id, found.actor, reason)
    return screen.page(request, "original.html", found=found, case_id=case_id, originals=shown)
