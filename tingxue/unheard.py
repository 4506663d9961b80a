"""Alerts that reached nobody, and of which nobody has shown since that they know of the matter."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.actions import OVER
from domain.plan import Plan
from domain.types import Case, Duty, Obligation, State
from ledger.books import Books
from ledger.outbox import Unreached
from tingxue.app import App

ABOUT_NO_CASE = timedelta(days=7)
"""A week's paper has a successor by then, and every shift has read of it once."""


def still_unheard(app: App, case_id: str | None = None) -> list[Unreached]:
    """Of all cases, or of one: without what is past, because the case is over, or because those
    whom the alert was about have signed or replied since it was made. What is about no case (a
    paper, a morning's line, a source) has nobody who could sign for it: it is past after
    ``ABOUT_NO_CASE``; the ledger keeps it, and the metrics count it on."""
    unreached = app.ledger.outbox.unreached(case_id)
    with app.ledger.read() as books:
        cases = _cases(books, unreached)
    since = app.clock() - ABOUT_NO_CASE
    return [one for one in unreached if not _past(app.plan, one, cases, since)]


def _cases(books: Books, unreached: Iterable[Unreached]) -> dict[str, Case]:
    ids = {one.case_id for one in unreached if one.case_id}
    return {case_id: books.cases.get(case_id) for case_id in ids}


def _past(plan: Plan, one: Unreached, cases: dict[str, Case], since: datetime) -> bool:
    if one.case_id is None:
        return one.created_at < since
    case = cases[one.case_id]
    if case.status in OVER:
        return True
    if one.receiver == plan.levels.overdue_to:  # told of whichever department was late
        return all(_acted(row, one) or not _owes(row) for row in case.obligations)
    concerned = [row for row in case.obligations if _answers_for(plan, one.receiver, row)]
    return bool(concerned) and all(_acted(row, one) for row in concerned)


def _answers_for(plan: Plan, receiver: str, row: Obligation) -> bool:
    """Whether the receiver is the department that owes this, its head or its deputy."""
    ours = plan.departments.get(row.department)
    titles = (ours.head, ours.deputy) if ours else ()
    return receiver == row.department or receiver in titles


def _acted(row: Obligation, one: Unreached) -> bool:
    """Whether the department has signed or replied since, or given the matter away."""
    done = (row.acknowledged_at, row.replied_at, row.accepted_at)
    gone = row.transferred_to is not None or row.status is State.NOT_OURS
    return gone or any(at and at >= one.created_at for at in done)


def _owes(row: Obligation) -> bool:
    """Whether a signature or a reply is still wanted."""
    replies = row.duty is Duty.LEAD or row.reply_asked
    wanted = (State.SIGNED, State.IN_HAND) if replies else ()
    return row.status in (State.TO_SIGN, *wanted)
