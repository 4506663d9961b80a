"""The addresses under /api. Each does what the page of the same name does, and answers in JSON."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from domain.actions import RULES
from domain.errors import BadForm, NoSuchMention
from domain.types import Case
from ledger.books import Books
from tingxue import correcting
from tingxue.desk import access, forms, replyfiles
from tingxue.desk.api import shapes, shaping
from tingxue.desk.api.bodies import (
    ActionBody,
    ConfirmBody,
    CorrectBody,
    DismissBody,
    described,
    described_with_files,
    own_body,
)
from tingxue.desk.api.problems import answers
from tingxue.desk.casefile import casefile, texts
from tingxue.desk.pages import cases as listed
from tingxue.desk.pages import reviews as judged
from tingxue.desk.pages.act import carried_out, wished
from tingxue.desk.pages.case import visible
from tingxue.desk.pages.now import standing
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.replyfiles import Upload
from tingxue.desk.signin import Visit

ROUTES = APIRouter(prefix="/api", responses=answers(401))
_READ = answers(403, 404, 422)
_CHANGE = answers(400, 403, 404, 409, 422)
Action = StrEnum("Action", {name: name for name in RULES})  # type: ignore[misc]
Short = Annotated[str, Query(max_length=100)]


@ROUTES.get("/openapi.json", include_in_schema=False)
def describe_api(found: SignedIn) -> Response:
    """What there is, for somebody who is signed in."""
    del found
    return JSONResponse(get_openapi(title="听雪值守台", version="1", routes=ROUTES.routes))


@ROUTES.get("/me")
def show_me(found: SignedIn) -> shapes.Me:
    """Who is signed in, and the token that goes with every change."""
    actor = found.actor
    return shapes.Me(
        name=actor.name, role=actor.role, department=actor.department, csrf=found.session.csrf,
        judges=access.judges(actor), sees_reviews=access.sees_reviews(actor),
        sees_everything=access.sees_everything(actor),
    )  # fmt: skip


@ROUTES.get("/now")
def show_now(found: SignedIn) -> shapes.Now:
    """现在."""
    values = standing(found)
    return shapes.Now(
        at=found.app.clock(), waiting=values["waiting"],
        sections=list(map(shaping.section, values["sections"])),
        reviews=values["reviews"][0] if values["reviews"] else None,
        mutes=[shapes.Mute(title=m.title, why=m.why, since=m.since) for m in values["mutes"]],
        unheard=[
            shapes.Unheard(case_id=u.case_id, receiver=u.receiver, title=u.title)
            for u in values["unheard"]
        ],
    )  # fmt: skip


@ROUTES.get("/cases", responses=answers(422))
def list_cases(
    found: SignedIn, q: Short = "", level: Short = "", status: Short = "", department: Short = "",
    category: Short = "", place: Short = "", since: Short = "", until: Short = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> shapes.Lines:  # fmt: skip
    """案件, the newest first; filters as on the page."""
    given = (q, level, status, department, category, place, since, until)
    asked = dict(zip(listed.FIELDS, map(forms.clean, given), strict=True))
    lines, total, notice = listed.matching(found.app, found, asked, page)
    return shapes.Lines(
        total=total, page=page, per_page=listed.PER_PAGE, notice=notice,
        cases=list(map(shaping.line, lines)),
    )  # fmt: skip


@ROUTES.get("/cases/{case_id}", responses=_READ)
def show_case(case_id: str, found: SignedIn) -> shapes.Whole:
    """One case, with the actions that the person may take now."""
    return _case(found, case_id)


@ROUTES.post("/cases/{case_id}/{action}", responses=_CHANGE, openapi_extra=described(ActionBody))
def act_on_case(
    case_id: str, action: Action, found: SignedIn,
    body: Annotated[ActionBody, Depends(own_body(ActionBody))],
) -> shapes.Whole:  # fmt: skip
    """An action of the table; the case afterwards."""
    carried_out(wished(found, case_id, str(action), body.form()))
    return _case(found, case_id)


@ROUTES.post(
    "/cases/{case_id}/reply/files", responses=_CHANGE, openapi_extra=described_with_files()
)
def reply_with_files(
    case_id: str, upload: Annotated[Upload, Depends(replyfiles.own_upload)]
) -> shapes.Whole:
    """答复 with files, as the page's form sends it; one that is not taken stops the reply."""
    try:
        wish = wished(upload.found, case_id, "reply", upload.form, upload.attached)
        if upload.problem:
            raise BadForm(upload.problem)
        carried_out(wish)
    finally:
        upload.settle()
    return _case(upload.found, case_id)


def _case(found: Visit, case_id: str) -> shapes.Whole:
    with found.app.ledger.read() as books:
        case = visible(books, case_id, found.actor)
        file = casefile(found.app, books, case, found, 0)
        verdicts = books.mentions.verdicts([one.mention.mention_id for one in file.texts])
    return shaping.whole(file, verdicts)


@ROUTES.get("/reviews", responses=answers(403))
def list_reviews(found: SignedIn) -> shapes.Reviews:
    """待研判, the oldest first."""
    items, total = judged.waiting(found)
    shown = [text.mention.mention_id for item in items for text in item.texts]
    with found.app.ledger.read() as books:
        verdicts = books.mentions.verdicts(shown)
    return shapes.Reviews(total=total, items=[shaping.waiting(one, verdicts) for one in items])


@ROUTES.post(
    "/reviews/{review_id}/confirm", responses=_CHANGE, openapi_extra=described(ConfirmBody)
)
def confirm_review(
    review_id: str, found: SignedIn, body: Annotated[ConfirmBody, Depends(own_body(ConfirmBody))]
) -> shapes.Decided:
    """It is a complaint: a case is opened."""
    judged.confirm(found, review_id, body.form())
    return _decided(found, review_id)


@ROUTES.post(
    "/reviews/{review_id}/dismiss", responses=_CHANGE, openapi_extra=described(DismissBody)
)
def dismiss_review(
    review_id: str, found: SignedIn, body: Annotated[DismissBody, Depends(own_body(DismissBody))]
) -> shapes.Decided:
    """It is none."""
    judged.dismiss(found, review_id, body.form())
    return _decided(found, review_id)


def _decided(found: Visit, review_id: str) -> shapes.Decided:
    with found.app.ledger.read() as books:
        item = books.reviews.get(review_id)
    return shapes.Decided(review_id=review_id, state=str(item.state), case_id=item.case_id)


@ROUTES.get("/mentions/{mention_id}", responses=_READ)
def show_mention(mention_id: str, found: SignedIn) -> shapes.Report:
    """One mention, masked, with what was read from it."""
    return _mention(found, mention_id)


@ROUTES.post(
    "/mentions/{mention_id}/correct", responses=_CHANGE, openapi_extra=described(CorrectBody)
)
def correct_mention(
    mention_id: str, found: SignedIn, body: Annotated[CorrectBody, Depends(own_body(CorrectBody))]
) -> shapes.Report:
    """A person's word on it: a complaint of these categories, or none."""
    _mention(found, mention_id)  # what one may not see, one may not judge
    categories = [forms.clean(one) for one in body.categories]
    correcting.correct(
        found.app, mention_id, actor=found.actor, complaint=body.complaint, categories=categories
    )
    return _mention(found, mention_id)


def _mention(found: Visit, mention_id: str) -> shapes.Report:
    with found.app.ledger.read() as books:
        case = _case_of(books, mention_id)
        if not access.sees_mention(found.actor, case) or not (
            shown := list(texts(books, [mention_id]))
        ):
            raise NoSuchMention("没有这条反映，或者已到期清除")
        verdict = books.mentions.verdicts([mention_id]).get(mention_id)
    return shaping.report(shown[0], verdict, case.case_id if case else None)


def _case_of(books: Books, mention_id: str) -> Case | None:
    case_id = books.cases.by_mention([mention_id]).get(mention_id)
    return books.cases.get(case_id) if case_id else None
