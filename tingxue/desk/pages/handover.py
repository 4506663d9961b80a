"""交接班: what one shift tells the next, on one sheet of paper. Nothing of it is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from alerts.roster import Turn, on_duty, turns
from domain.errors import BadForm
from domain.types import Level
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.now import mutes, unheard
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
USUAL = timedelta(hours=12)
LONGEST = timedelta(days=7)
_JUST_NOW = timedelta(hours=1)
"""Who has just come on duty wants the sheet of the shift before."""
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
        silent = list(mutes(app, books)) if access.sees_sources(actor) else None
    missed = unheard(app, found)
    return screen.page(
        request, "handover.html", found=found, since=since, until=until, said=said,
        levels=[(level, levels.get(level, 0)) for level in Level], opened=opened,
        pending=pending, waiting=waiting, counted=counted, done=done, reviews=reviews,
        silent=silent, missed=missed, few=_FEW, office=mine or "全区", people=_people(app, found),
        hours={n: app.clock() - timedelta(hours=n) for n in (8, 12, 24)},
    )  # fmt: skip


def _period(app: App, found: Visit, request: Request) -> tuple[datetime, datetime, str]:
    """[since, until), and what is wrong with what was asked for."""
    now, asked = app.clock(), request.query_params
    try:
        since = forms.moment(asked, "from") or _shift_began(app, found, now)
        until = forms.moment(asked, "to") or now
    except BadForm as error:
        return _shift_began(app, found, now), now, str(error)
    if not since < until:
        return _shift_began(app, found, now), now, "“从”要早于“到”，已改回本班"
    if until - since > LONGEST:
        return until - LONGEST, until, "最长 7 天，已从“到”往前数 7 天"
    return since, until, ""


def _shift_began(app: App, found: Visit, now: datetime) -> datetime:
    """The last change of shift in the person's department, of those an hour ago or more; where
    there was none in the last two days, twelve hours ago."""
    before = _turns(app, found.actor.department, now - timedelta(days=2), now)
    begun = [turn.begins for turn in before[1:] if turn.begins <= now - _JUST_NOW]
    return begun[-1] if begun else now - USUAL


def _turns(app: App, department: str, since: datetime, until: datetime) -> Sequence[Turn]:
    shifts, calendar = app.roster().shifts, app.terms.calendar
    return turns(shifts, department, since, until, calendar)


def _people(app: App, found: Visit) -> tuple[str, str]:
    """Who is on duty for the person's department, and who comes next by the roster."""
    now, department = app.clock(), found.actor.department
    here = on_duty(app.roster().shifts, department, now, app.terms.calendar)
    coming = [t.shift for t in _turns(app, department, now, now + timedelta(days=2))[1:] if t.shift]
    return here.person if here else "", coming[0].person if coming else ""
