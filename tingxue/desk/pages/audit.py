"""审计: who did what and when, the newest first; and when the chains were last held to be whole."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import NotPermitted
from ledger.audit import AuditQuery
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.names import AUDITED, HOLDS, VERIFIED

ROUTES = APIRouter()
PER_PAGE = 50
_FIELDS = ("action", "person", "since", "until")


@ROUTES.get("/audit")
def list_audit(request: Request, found: SignedIn) -> Response:
    """One page of it."""
    if not access.sees_audit(found.actor):
        raise NotPermitted("审计只对督查室、宣传部和管理员开放")
    asked = {name: forms.clean(request.query_params.get(name, ""))[:100] for name in _FIELDS}
    before = _number(request.query_params.get("before", ""))
    with found.app.ledger.read() as books:
        lines = books.audit.page(_query(asked, before), PER_PAGE + 1)
        verified = next(iter(books.audit.page(AuditQuery(action=VERIFIED), 1)), None)
    shown, rest = lines[:PER_PAGE], {name: value for name, value in asked.items() if value}
    more = len(lines) > PER_PAGE
    return screen.page(
        request, "audit.html", found=found, lines=shown, asked=asked, verified=verified,
        holds=bool(verified and verified.subject == HOLDS), actions=AUDITED,
        onward=urlencode(rest | {"before": str(shown[-1].no)}) if more else "",
        first=urlencode(rest) if before else None,
    )  # fmt: skip


def _query(asked: Mapping[str, str], before: int | None) -> AuditQuery:
    return AuditQuery(
        action=asked["action"], actor=asked["person"], since=forms.day(asked["since"]),
        until=forms.day_after(asked["until"]), before=before,
    )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
