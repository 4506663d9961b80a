"""交接班: what one shift tells the next, on one sheet of paper. Nothing of it is stored."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import BadForm
from domain.types import Level
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.now import unheard
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit
from tingxue.shifts import LONGEST, began, people, unwell

ROUTES = APIRouter()
_LINES, _DONE, _FEW = 10, 8, 6
"""Lines of each list: as many as go on one sheet of A4."""


@ROUTES.get("/handover")
def show_handover(request: Request, found: SignedIn) -> Response:
    """The sheet of the time asked for; without any, of the shift that ends now."""
    app, actor = found.app, found.actor
    since, until, said = _period(app, found, request)
    seen, mine = access.rows(actor), access.mine(actor)
    owed = access.owed_rows(actor)
    with app.ledger.read() as books:
        lists = books.handovers
        pending, waiting = lists.pending(owed, mine=mine, limit=_LINES)
        counted, done = lists.done(seen, since, until, mine=mine, limit=_DONE)
        levels, opened = lists.levels(owed, mine=mine), lists.opened(seen, since, until)
        reviews = books.worklists.reviews(app.clock()) if access.sees_reviews(actor) else None
        silent = unwell(app, books, since, until) if access.sees_sources(actor) else None
    missed = unheard(app, found)
    return screen.page(
        request, "handover.html", found=found, since=since, until=until, said=said,
        levels=[(level, levels.get(level, 0)) for level in Level], opened=opened,
        pending=pending, waiting=waiting, counted=counted, done=done, reviews=reviews,
        silent=silent, missed=missed, few=_FEW, office=mine or "全区",
        people=people(app, actor.department, until),
        hours={n: app.clock() - timedelta(hours=n) for n in (8, 12, 24)},
    )  # fmt: skip


def _period(app: App, found: Visit, request: Request) -> tuple[datetime, datetime, str]:
    """[since, until), and what is wrong with what was asked for."""
    now, asked = app.clock(), request.query_params
    try:
        since = forms.moment(asked, "from") or began(app, found.actor.department, now)
        until = forms.moment(asked, "to") or now
    except BadForm as error:
        return began(app, found.actor.department, now), now, str(error)
    if not since < until:
        return began(app, found.actor.department, now), now, "“从”要早于“到”，已改回本班"
    if until - since > LONGEST:
        return until - LONGEST, until, "最长 7 天，已从“到”往前数 7 天"
    return since, until, ""
