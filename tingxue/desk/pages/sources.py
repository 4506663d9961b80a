"""来源: how each source and platform stands, what a person must do, and posts to open by hand."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.collection import holding
from domain.errors import BadForm, NotPermitted
from tingxue import pausing, refresh, sourcing
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit
from tingxue.names import MODES, OUTCOMES
from tingxue.sourcing import Standing

ROUTES = APIRouter()
_MOST_LINKS = 50
_OPENABLE = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: list[Standing]


@ROUTES.get("/sources")
def list_sources(request: Request, found: SignedIn) -> Response:
    """What asks for a person comes first."""
    _check_sees(found)
    rows = sourcing.standings(found.app)
    done = request.query_params.get("done", "")
    return screen.page(
        request, "sources.html", found=found, groups=_groups(rows), modes=MODES, outcomes=OUTCOMES,
        resumes=access.resumes(found.actor), paused=_paused(found),
        done=next((row.title for row in rows if row.name == done), ""),
    )  # fmt: skip


@ROUTES.post("/sources/{name}/resume")
def resume_source(name: str, form: OwnForm, found: SignedIn) -> Response:
    """Let the program ask this source's site again at once."""
    _check_sees(found)
    if not access.resumes(found.actor):
        raise NotPermitted("恢复采集由宣传部或管理员决定，请联系宣传部")
    if name not in {spec.name for spec in found.app.plan.sources}:
        raise BadForm("没有这个来源，请返回来源页")
    reason = forms.text(form, "note", forms.LONGEST_WORD)
    if not reason:
        raise BadForm("恢复采集须写明是怎么处理的（登录了、验证了、放慢了），请返回填写")
    pausing.resume(found.app, name, found.actor, reason)
    return RedirectResponse(f"/sources?done={name}", status_code=303)


@ROUTES.get("/sources/links")
def list_links(request: Request, found: SignedIn) -> Response:
    """Hot posts that the program may not open: a person's look shows how far they have spread."""
    _check_sees(found)
    app = found.app
    due = [d for d in refresh.for_people(app) if d.post.url.startswith(_OPENABLE)]
    shown = refresh.links(app, due[:_MOST_LINKS])
    return screen.page(request, "links.html", found=found, links=shown, total=len(due))


def _check_sees(found: Visit) -> None:
    if not access.sees_sources(found.actor):
        raise NotPermitted("来源只对宣传部、审核员、督查室和管理员开放")


def _paused(found: Visit) -> set[str]:
    """Names of sources that a person may let go on: those with a pause of their site."""
    app = found.app
    with app.ledger.read() as books:
        pauses = books.pauses.at(app.clock())
    return {spec.name for spec in app.plan.sources if holding(spec, pauses) is not None}


def _groups(rows: list[Standing]) -> list[Group]:
    asked = [row for row in rows if row.enabled and (row.task or row.paused)]
    well = [row for row in rows if row.enabled and row not in asked]
    off = [row for row in rows if not row.enabled]
    groups = (("要人处理", asked), ("正常", well), ("未启用", off))
    return [Group(title=title, rows=some) for title, some in groups if some]
