"""线索: every mention, the newest first, what was read from it and why, and a person's word on it.

Also what no department hears of: what is not about the resort, and what is no complaint.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import IllegalAction, NoSuchMention, NotPermitted, SearchUnavailable
from domain.reviews import Correction
from domain.search import SearchQuery
from domain.types import Polarity, Verdict
from ledger.books import Books
from ledger.leads import LeadPage, LeadQuery, Place, Read, Stage
from tingxue import correcting
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.casefile import Text, texts
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit
from tingxue.explaining import left_out
from tingxue.names import POLARITIES

ROUTES = APIRouter()
PER_PAGE = 20
_MOST_HITS = 300
_MOST_WORDS = 8
_FIELDS = ("q", "platform", "polarity", "category", "place", "read", "stage", "since", "until")
READS = {Read.COMPLAINT: "投诉", Read.NONE: "有关，不是投诉", Read.FOREIGN: "与度假区无关",
         Read.UNREAD: "还没有判读"}  # fmt: skip
STAGES = {Stage.CASE: "在案件里", Stage.WAITING: "待研判", Stage.NOWHERE: "都不在"}
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_AFTER = re.compile(r"(\d{1,17})-([0-9a-f]{24})", re.ASCII)
_LATEST = 10**17  # microseconds: the year 5138


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One mention as it is listed. review: the item it waits in. word: what a person last said of
    these very words. judged: day of the correction that it follows."""

    text: Text
    read: Read
    case_id: str
    review: str
    word: Correction | None
    judged: str


@ROUTES.get("/leads")
def list_leads(request: Request, found: SignedIn) -> Response:
    """One page of the list."""
    _check_sees(found)
    asked = {name: forms.clean(request.query_params.get(name, ""))[:100] for name in _FIELDS}
    after = _place(request.query_params.get("after", ""))
    with found.app.ledger.read() as books:
        page, notice = _found(found.app, books, asked, after)
        leads = list(_leads(books, page.ids))
    rest = {name: value for name, value in asked.items() if value}
    return screen.page(
        request, "leads.html", found=found, asked=asked, leads=leads, page=page, notice=notice,
        onward=urlencode(rest | {"after": _said(page.end)}) if page.end else "",
        first=urlencode(rest) if after else None, choices=_choices(found.app),
        **_judging(found),
    )  # fmt: skip


@ROUTES.get("/leads/{mention_id}")
def show_lead(request: Request, mention_id: str, found: SignedIn) -> Response:
    """One mention, with every find of the rules that did not count."""
    _check_sees(found)
    done = request.query_params.get("done", "")
    with found.app.ledger.read() as books:
        [lead] = _leads(books, [_checked(books, mention_id)])
        verdict = books.mentions.verdicts([mention_id]).get(mention_id)
    return screen.page(
        request, "lead.html", found=found, lead=lead, done=done if done in _DONE else "",
        missed=_missed(found.app, lead, verdict), said=_DONE, **_judging(found),
    )  # fmt: skip


@ROUTES.post("/leads/{mention_id}/correct")
def correct_lead(request: Request, mention_id: str, form: OwnForm, found: SignedIn) -> Response:
    """The person's word on it: a complaint of these categories, or none."""
    _check_sees(found)
    with found.app.ledger.read() as books:
        _checked(books, mention_id)
    complaint = form.get("complaint") == "1"
    category = forms.word(form, "category")
    if complaint and not category:
        raise IllegalAction("是投诉的须选一个类别，请返回选好再提交")
    correcting.correct(
        found.app, mention_id, actor=found.actor, complaint=complaint,
        categories=[category] if complaint else [],
    )  # fmt: skip
    done = "complaint" if complaint else "none"
    return RedirectResponse(f"/leads/{mention_id}?done={done}", status_code=303)


_DONE = {"complaint": "已记录：这条是投诉", "none": "已记录：这条不是投诉"}


def _check_sees(found: Visit) -> None:
    if not access.sees_everything(found.actor):
        raise NotPermitted("线索只对宣传部、审核员、督查室和管理员开放")


def _checked(books: Books, mention_id: str) -> str:
    """The id, if there is such a mention. Raises NoSuchMention."""
    if _ID.fullmatch(mention_id) is None or books.mentions.get(mention_id) is None:
        raise NoSuchMention("没有这条反映，或者已到期清除")
    return mention_id


def _judging(found: Visit) -> dict[str, Any]:
    named = [(code, one.name) for code, one in found.app.plan.categories.items()]
    return {"judges": access.judges(found.actor), "all_categories": named, "reads": READS}


# --- which


def _found(
    app: App, books: Books, asked: Mapping[str, str], after: Place | None
) -> tuple[LeadPage, str]:
    """The page, and what the person must know of it."""
    query, notice = _query(asked, after), ""
    ids = None
    if words := asked["q"].split()[:_MOST_WORDS]:
        try:
            hits = app.index().search(_search(query, words))
        except SearchUnavailable:
            said = "检索暂时不可用（索引打不开），请先用其他条件筛选，并告诉管理员"
            return LeadPage(ids=[], end=None, cut=False), said
        ids = [hit.doc.mention.mention_id for hit in hits.hits]
        if hits.total > _MOST_HITS:
            notice = f"相符的超过 {_MOST_HITS} 条，只列出最相近的；请再加一个词或条件"
    return books.leads.page(_query(asked, after, ids), limit=PER_PAGE), notice


def _query(
    asked: Mapping[str, str], after: Place | None, ids: Sequence[str] | None = None
) -> LeadQuery:
    return LeadQuery(
        platform=asked["platform"], category=asked["category"], place=asked["place"],
        polarity=asked["polarity"] if asked["polarity"] in list(Polarity) else "",
        read=Read(asked["read"]) if asked["read"] in list(Read) else None,
        stage=Stage(asked["stage"]) if asked["stage"] in list(Stage) else None,
        since=forms.day(asked["since"]), until=forms.day_after(asked["until"]),
        ids=ids, after=after,
    )  # fmt: skip


def _search(query: LeadQuery, words: Sequence[str]) -> SearchQuery:
    """As much of it as the index knows, so that the best hits are of those asked for."""
    relevant = {Read.COMPLAINT: True, Read.NONE: True, Read.FOREIGN: False}
    return SearchQuery(
        words=tuple(words), since=query.since, until=query.until, limit=_MOST_HITS,
        platforms=_one(query.platform), categories=_one(query.category), places=_one(query.place),
        polarity=Polarity(query.polarity) if query.polarity else None,
        relevant=relevant.get(query.read) if query.read else None,
    )  # fmt: skip


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _place(text: str) -> Place | None:
    """Where to go on; None for what is no place."""
    found = _AFTER.fullmatch(text)
    if found is None or int(found[1]) > _LATEST:
        return None
    seconds, rest = divmod(int(found[1]), 10**6)
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    return Place(seen_at=at, mention_id=found[2])


def _said(place: Place) -> str:
    """The same as text: microseconds, so that it holds in an address."""
    at = place.seen_at
    return (
        f"{int(at.replace(microsecond=0).timestamp()) * 10**6 + at.microsecond}-{place.mention_id}"
    )


# --- what is shown


def _leads(books: Books, ids: Sequence[str]) -> Iterator[Lead]:
    cases, waiting = books.cases.by_mention(ids), books.leads.waiting(ids)
    verdicts, words = books.mentions.verdicts(ids), books.corrections.of(ids)
    shown = {one.mention.mention_id: one for one in texts(books, ids)}
    for one in ids:
        verdict = verdicts.get(one)
        yield Lead(
            text=shown[one], read=_read(verdict), case_id=cases.get(one, ""),
            review=waiting.get(one, ""), word=words.get(one),
            judged=correcting.said_by(verdict.version) if verdict else "",
        )  # fmt: skip


def _read(verdict: Verdict | None) -> Read:
    if verdict is None:
        return Read.UNREAD
    if not verdict.relevant:
        return Read.FOREIGN
    return Read.COMPLAINT if verdict.complaints else Read.NONE


def _missed(app: App, lead: Lead, verdict: Verdict | None) -> list[str]:
    return list(left_out(lead.text.mention, verdict, app.plan)) if verdict else []


def _choices(app: App) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: value and name."""
    return {
        "read": [(str(one), name) for one, name in READS.items()],
        "stage": [(str(one), name) for one, name in STAGES.items()],
        "platform": list(app.plan.platform_names.items()),
        "polarity": [(str(one), name) for one, name in POLARITIES.items()],
        "category": [(code, one.name) for code, one in app.plan.categories.items()],
        "place": [(one.name, one.name) for one in app.plan.places],
    }
