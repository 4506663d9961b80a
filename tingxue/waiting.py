"""The review list as triage sees it: what waits there, what joins it, what leaves it by itself.

What reaches a department at once (docs/decisions/0013): a hotline worksheet, a red or orange text,
a text that is surely enough a complaint, and whatever joins a case that is with departments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import reviews as messages
from alerts.roster import Contact, contact
from domain.casework import next_step
from domain.joining import is_worksheet, windows
from domain.reviews import Review, ReviewState
from domain.types import Level, Role, Urgency
from ledger.books import Books
from nlp.analyser import document
from nlp.limits import likelihood
from tingxue import notices
from tingxue.app import App
from tingxue.matching import Report, waiting_items
from tingxue.telling import tell

HOT = frozenset({Urgency.RED, Urgency.ORANGE})


def reaches_departments(app: App, report: Report) -> bool:
    """Whether it goes to departments at once, without a person's look at it. An orange text that
    fits no category goes to nobody's department: only a person can say whose it is."""
    if not report.actionable:
        return False
    urgent = report.verdict.urgency in HOT
    return is_worksheet(report.mention) or urgent or sure(app, report)


def sure(app: App, report: Report) -> bool:
    """Whether the verdict alone is enough."""
    return likelihood(report.verdict) >= app.department_limit


def wait(app: App, books: Books, report: Report, keys: Sequence[str]) -> None:
    """The report joins the waiting item of its event, or becomes an item."""
    mention_id, now = report.mention.mention_id, app.clock()
    review_id = books.reviews.by_mention([mention_id]).get(mention_id)
    if review_id is None:
        review_id = _place(app, books, report, keys)
        books.reviews.add_keys(review_id, mention_id, keys, now)
    if report.verdict.urgency in HOT:
        _ring(app, books, review_id, report)


def _place(app: App, books: Books, report: Report, keys: Sequence[str]) -> str:
    """The item that the report stands in from now on."""
    mention_id, now = report.mention.mention_id, app.clock()
    found = next(same_event(app, books, report, keys), None)
    if found:
        books.reviews.join(found, mention_id)
        return found
    due = now + timedelta(minutes=app.plan.review_minutes)
    item = Review(
        review_id=books.reviews.next_id(now),
        state=ReviewState.WAITING,
        mention_ids=(mention_id,),
        opened_at=now,
        due_at=due,
        next_at=next_step(now, due, now, app.terms),
    )
    books.reviews.put(item)
    return item.review_id


def _ring(app: App, books: Books, review_id: str, report: Report) -> None:
    """An orange text that fits no category has no department yet; it waits, but not in silence."""
    duty = on_duty(app)
    text = messages.urgent(
        review_id, document(report.mention), duty,
        source=app.plan.platform_names[report.mention.platform], drill=app.ledger.drill,
    )  # fmt: skip
    named = (str(Role.PUBLICITY), *app.plan.levels.rules[Level.ORANGE].receivers)
    for receiver in dict.fromkeys(named):
        remark(app, books, "new", receiver, text, (review_id, report.mention.mention_id))


def on_duty(app: App) -> Contact:
    """Who looks after the list now. Raises ConfigError without a 宣传部."""
    department = notices.department(app, str(Role.PUBLICITY))
    return contact(app.roster().shifts, department, app.clock(), app.terms.calendar)


def remark(
    app: App, books: Books, purpose: str, receiver: str, text: tuple[str, str],
    occasion: Sequence[str],
) -> None:  # fmt: skip
    """A message about the list; the same ``occasion`` never speaks twice to one receiver."""
    tell(app, books, receiver, purpose, text, ("review", purpose, receiver, *occasion))


def same_event(app: App, books: Books, report: Report, keys: Sequence[str]) -> Iterator[str]:
    """Waiting items of the report's event, by the rules that join cases, newest report first."""
    since = windows(tuple(keys), app.clock(), app.plan.levels.event_hours)
    return waiting_items(books, report, since)


def concerned(app: App, books: Books, report: Report, keys: Sequence[str]) -> list[Review]:
    """Waiting items that hold this report or are of its event; a worksheet is of no other's."""
    if not books.reviews.any_waiting():
        return []
    mention_id = report.mention.mention_id
    own = list(books.reviews.by_mention([mention_id]).values())
    others = () if is_worksheet(report.mention) else same_event(app, books, report, keys)
    return [books.reviews.get(one) for one in dict.fromkeys([*own, *others])]


def ended(
    item: Review,
    state: ReviewState,
    *,
    at: datetime,
    by: str,
    case_id: str | None,
    reason: str = "",
) -> Review:
    """The item as it is when it no longer waits."""
    return replace(
        item, state=state, decided_at=at, decided_by=by, case_id=case_id, reason=reason,
        version=item.version + 1,
    )  # fmt: skip
