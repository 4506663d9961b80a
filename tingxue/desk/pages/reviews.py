"""待研判: what the program is not sure of, judged with one tap each."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import Conflict, NotPermitted
from domain.reviews import Review, ReviewState
from domain.types import Urgency
from ledger.books import Books
from nlp.limits import likelihood
from tingxue import reviewing
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.casefile import Text, texts
from tingxue.desk.forms import Form
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
PER_PAGE = 20
_MOST_TEXTS = 3
_NO_COMPLAINT = "看过原文，不是投诉"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event that waits, as it is shown."""

    review: Review
    texts: Sequence[Text]
    categories: tuple[str, ...]
    likelihood: float
    places: tuple[str, ...]
    urgent: bool


@ROUTES.get("/reviews")
def list_reviews(request: Request, found: SignedIn) -> Response:
    """The oldest first."""
    items, total = waiting(found)
    done = {"confirmed": "已立案并派给部门", "dismissed": "已判为非投诉，移出清单"}
    return screen.page(
        request, "reviews.html", found=found, items=items, total=total,
        judges=access.judges(found.actor), all_categories=_all_categories(found.app),
        done=done.get(request.query_params.get("done", ""), ""),
    )  # fmt: skip


def waiting(found: Visit) -> tuple[list[Item], int]:
    """The first items and how many there are. Raises NotPermitted."""
    _check_sees(found)
    with found.app.ledger.read() as books:
        every = books.reviews.waiting()
        return [_item(books, one) for one in every[:PER_PAGE]], len(every)


@ROUTES.post("/reviews/{review_id}/confirm")
def confirm_review(request: Request, review_id: str, form: OwnForm, found: SignedIn) -> Response:
    """It is a complaint."""
    confirm(found, review_id, form)
    return RedirectResponse("/reviews?done=confirmed", status_code=303)


def confirm(found: Visit, review_id: str, form: Form) -> None:
    """The same, done once however often it is sent. Raises as ``reviewing.confirm``."""
    _check_sees(found)
    category = forms.word(form, "category")
    try:
        reviewing.confirm(
            found.app, review_id, found.actor, [category] if category else [],
            seen=forms.number(form, "reports"),
        )  # fmt: skip
    except Conflict:
        if not _decided_here(found, review_id, ReviewState.CONFIRMED):
            raise


@ROUTES.post("/reviews/{review_id}/dismiss")
def dismiss_review(request: Request, review_id: str, form: OwnForm, found: SignedIn) -> Response:
    """It is none."""
    dismiss(found, review_id, form)
    return RedirectResponse("/reviews?done=dismissed", status_code=303)


def dismiss(found: Visit, review_id: str, form: Form) -> None:
    """The same, done once however often it is sent. Raises as ``reviewing.dismiss``."""
    _check_sees(found)
    why = forms.text(form, "note") or _NO_COMPLAINT
    try:
        reviewing.dismiss(
            found.app, review_id, found.actor, why, seen=forms.number(form, "reports")
        )
    except Conflict:
        if not _decided_here(found, review_id, ReviewState.DISMISSED):
            raise


def _check_sees(found: Visit) -> None:
    if not access.sees_reviews(found.actor):
        raise NotPermitted("待研判清单只对宣传部、审核员和督查室开放")


def _decided_here(found: Visit, review_id: str, state: ReviewState) -> bool:
    """Whether the person has decided so already: a form sent twice has done its work."""
    with found.app.ledger.read() as books:
        item = books.reviews.get(review_id)
    return (item.decided_by, item.state) == (found.actor.name, state)


def _item(books: Books, review: Review) -> Item:
    verdicts = books.mentions.verdicts(review.mention_ids)
    tags = [tag for verdict in verdicts.values() for tag in verdict.complaints]
    return Item(
        review=review, texts=list(texts(books, review.mention_ids[:_MOST_TEXTS])),
        categories=tuple(dict.fromkeys(tag.category for tag in tags)),
        likelihood=max(map(likelihood, verdicts.values()), default=0.0),
        places=tuple(dict.fromkeys(p for v in verdicts.values() for p in v.places)),
        urgent=any(v.urgency in (Urgency.RED, Urgency.ORANGE) for v in verdicts.values()),
    )  # fmt: skip


def _all_categories(app: App) -> list[tuple[str, str]]:
    return [(code, one.name) for code, one in app.plan.categories.items()]
