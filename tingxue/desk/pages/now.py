"""现在: what must be done at this moment, on one page that renews itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ledger.books import Books
from ledger.outbox import Unreached
from ledger.worklists import OwedLine
from tingxue.app import App
from tingxue.desk import access, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit
from tingxue.shifts import mutes
from tingxue.unheard import still_unheard

ROUTES = APIRouter()
SOON = timedelta(hours=2)
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One list of the page. clock: what its times are limits of; "" for none that counts."""

    key: str
    title: str
    lines: list[OwedLine]
    total: int
    clock: str = ""


@ROUTES.get("/")
def show_now(request: Request, found: SignedIn) -> Response:
    """The whole page."""
    return screen.page(request, "now.html", found=found, **standing(found))


@ROUTES.get("/now/fragment")
def poll_now(request: Request, found: SignedIn) -> Response:
    """Only what changes, for the page's script."""
    return screen.page(request, "now_fragment.html", found=found, **standing(found))


def standing(found: Visit) -> dict[str, Any]:
    """What the page shows, also to the API."""
    app, actor = found.app, found.actor
    with app.ledger.read() as books:
        sections = list(_sections(app, books, found))
        reviews = books.worklists.reviews(app.clock()) if access.sees_reviews(actor) else None
        silent = list(mutes(app, books)) if access.sees_sources(actor) else []
    counted = [s.total for s in sections if s.key in ("overdue", "unsigned")]
    return {
        "sections": sections, "reviews": reviews, "mutes": silent, "waiting": sum(counted),
        "unheard": unheard(app, found)[-_MOST:], "phones": _phones(app),
    }  # fmt: skip


def _sections(app: App, books: Books, found: Visit) -> Iterator[Section]:
    actor, now, lists = found.actor, app.clock(), books.worklists
    seen, mine = access.owed_rows(actor), access.mine(actor)
    lines, total = lists.overdue(seen, now, mine=mine, limit=_MOST)
    yield Section(key="overdue", title="已超时", lines=lines, total=total, clock="应于")
    lines, total = lists.unsigned(seen, now, mine=mine, limit=_MOST)
    yield Section(key="unsigned", title="待签收", lines=lines, total=total, clock="签收时限")
    lines, total = lists.soon(seen, now, SOON, mine=mine, limit=_MOST)
    yield Section(key="soon", title="2 小时内应答复", lines=lines, total=total, clock="答复时限")
    if access.judges(actor):
        lines, total = lists.to_judge(seen, limit=_MOST)
        title = "待审核、待决定（答复、退回、申请延期）"
        yield Section(key="judge", title=title, lines=lines, total=total)


def unheard(app: App, found: Visit) -> list[Unreached]:
    """What reached nobody, as far as the person is to know of it."""
    missed = still_unheard(app)
    if access.sees_sources(found.actor):
        return missed
    return [one for one in missed if one.receiver == found.actor.department]


def _phones(app: App) -> dict[str, str]:
    return {name: one.duty_phone for name, one in app.plan.departments.items()}
