"""案件: the list, by level, state, department, category, place, period and words."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import SearchUnavailable
from domain.search import SearchQuery
from domain.types import Level, State
from ledger.worklists import CaseLine, CaseQuery
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
PER_PAGE = 30
_MOST_PAGES = 10_000
_MOST_HITS = 300
_MOST_WORDS = 8
FIELDS = ("q", "level", "status", "department", "category", "place", "since", "until")


@ROUTES.get("/cases")
def list_cases(request: Request, found: SignedIn) -> Response:
    """One page of the list."""
    app = found.app
    asked = {name: forms.clean(request.query_params.get(name, ""))[:100] for name in FIELDS}
    number = _number(request.query_params.get("page", ""))
    lines, total, notice = matching(app, found, asked, number)
    pages = max(1, -(-total // PER_PAGE))
    return screen.page(
        request, "cases.html", found=found, asked=asked, lines=lines, total=total, page=number,
        pages=pages, notice=notice, rest=urlencode({k: v for k, v in asked.items() if v}),
        choices=_choices(app, found),
    )  # fmt: skip


def matching(
    app: App, found: Visit, asked: Mapping[str, str], page: int
) -> tuple[list[CaseLine], int, str]:
    """The lines of one page, how many in all, and what the person must know of them."""
    ids, notice = None, ""
    with app.ledger.read() as books:
        words = asked["q"].split()[:_MOST_WORDS]
        if words:
            try:
                hits = app.index().search(_search(found, words))
            except SearchUnavailable:
                return [], 0, "检索暂时不可用（索引打不开），请先用其他条件筛选，并告诉管理员"
            by_mention = books.cases.by_mention([hit.doc.mention.mention_id for hit in hits.hits])
            ids = list(dict.fromkeys(by_mention.values()))
            if hits.total > _MOST_HITS:
                notice = f"相符的反映超过 {_MOST_HITS} 条，只列出最相近的；请再加一个词"
        if asked["q"].upper().startswith(f"{app.plan.case_prefix}-"):
            ids, notice = [asked["q"].upper()], ""
        query = CaseQuery(
            ids=ids, since=forms.day(asked["since"]), until=forms.day_after(asked["until"]),
            **{name: asked[name] for name in FIELDS[1:6]},
        )  # fmt: skip
        offset = (page - 1) * PER_PAGE
        seen = access.rows(found.actor)
        lines, total = books.worklists.cases(query, seen, limit=PER_PAGE, offset=offset)
    return lines, total, notice


def _search(found: Visit, words: Sequence[str]) -> SearchQuery:
    """A department looks among its own, so that others' hits do not crowd them out."""
    mine = access.mine(found.actor)
    return SearchQuery(
        words=tuple(words), departments=() if mine is None else (mine,), limit=_MOST_HITS
    )


def _choices(app: App, found: Visit) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: value and name."""
    names = [(name, name) for name in app.plan.departments]
    mine = access.mine(found.actor)
    return {
        "level": [(str(one), f"{one}色") for one in Level],
        "status": [(str(one), str(one)) for one in State],
        "department": [] if mine is not None else names,
        "category": [(code, one.name) for code, one in app.plan.categories.items()],
        "place": [(one.name, one.name) for one in app.plan.places],
    }


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), _MOST_PAGES)
