"""Stage 3: complaints become cases, join the case of their event, or wait for a person's look.

A batch is one transaction: its cases, the obligations, the events and the alerts are written
together or not at all. A mention that cannot be taken stays waiting, and stops no other.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.levels import Spread, author_windows, level_for, reasons_for, risen
from alerts.routing import Route, route
from domain.actions import OVER
from domain.casefold import apply
from domain.casework import (
    SYSTEM,
    Charge,
    add_report,
    link,
    more_charges,
    open_case,
    raise_level,
    wake,
)
from domain.errors import TingxueError
from domain.joining import CALL, Group, is_worksheet, keys_for
from domain.reviews import Review, ReviewState
from domain.types import Case, CaseEvent, Duty, Level, Mention, Urgency
from ledger.books import Books
from nlp.analyser import document
from nlp.duplicates import fingerprints
from tingxue import notices, waiting
from tingxue.app import App
from tingxue.matching import Report, closed_before, current, related, same_event

LOG = logging.getLogger(__name__)

BATCH = 64


def triage(app: App, advance: Callable[[int], None] = lambda _count: None) -> int:
    """Take every mention that waits; how many. Of those that cannot be taken (a department that
    config no longer has, say) the first one's error is raised when all others are done.
    ``advance`` hears of each batch."""
    done, after, failed = 0, None, None
    while True:
        with app.ledger.read() as books:
            waiting = books.mentions.to_triage(BATCH, after)
        if not waiting:
            break
        try:
            done += _take_batch(app, after, len(waiting))
        except TingxueError:
            taken, error = _take_singly(app, after, waiting)
            done, failed = done + taken, failed or error
        after = waiting[-1]
        advance(len(waiting))
    if failed is not None:
        raise failed
    return done


def _take_singly(
    app: App, after: Mention | None, waiting: Sequence[Mention]
) -> tuple[int, TingxueError | None]:
    """Each in a transaction of its own; how many went well, and the first error."""
    done, failed = 0, None
    for mention in waiting:
        try:
            done += _take_batch(app, after, 1)
        except TingxueError as error:
            LOG.error("反映 %s 暂不能立案，改正后会自动重试：%s", mention.mention_id, error)
            failed = failed or error
        after = mention
    return done, failed


def _take_batch(app: App, after: Mention | None, limit: int) -> int:
    with app.ledger.write() as books:
        mentions = books.mentions.to_triage(limit, after)
        verdicts = books.mentions.verdicts([m.mention_id for m in mentions])
        for mention in mentions:
            _take(app, books, Report(mention=mention, verdict=verdicts[mention.mention_id]))
        books.mentions.triaged([m.mention_id for m in mentions])
    return len(mentions)


def _take(app: App, books: Books, report: Report) -> None:
    mention_id = report.mention.mention_id
    known = books.cases.by_mention([mention_id]).get(mention_id)
    if known:
        _update(app, books, current(books, known), report)
    elif report.actionable or report.puzzling:
        settle(app, books, report)


def settle(app: App, books: Books, report: Report, *, seen: bool = False) -> str:
    """Where a report goes that is in no case yet: into the case of its event, a case of its own,
    or, when the verdict alone is not enough, onto the review list. The case's id, or "".
    ``seen``: a person has just looked at it."""
    keys = keys_for(report.mention, report.verdict, fingerprints(document(report.mention)))
    alone = is_worksheet(report.mention) or not report.actionable
    joined = None if alone else same_event(app, books, report, keys)
    if joined:
        case_id = _grown(app, books, joined, report, [report.mention.mention_id])
    elif waiting.reaches_departments(app, report):
        case_id = _open(app, books, report, keys, seen=seen)
    else:
        waiting.wait(app, books, report, keys)
        return ""
    _file(app, books, case_id, report, keys)
    for item in waiting.concerned(app, books, report, keys):
        _take_along(app, books, item, case_id)
    return case_id


def _file(app: App, books: Books, case_id: str, report: Report, keys: Sequence[str]) -> None:
    mark = CALL if is_worksheet(report.mention) else ""
    filed = [mark + key for key in keys]
    books.cases.add_keys(case_id, report.mention.mention_id, filed, app.clock())


def _take_along(app: App, books: Books, item: Review, case_id: str) -> None:
    """What waited leaves the list with the report that has reached a case."""
    verdicts = books.mentions.verdicts(item.mention_ids)
    taken = books.cases.by_mention(item.mention_ids)
    for mention in books.mentions.many([one for one in item.mention_ids if one not in taken]):
        report = Report(mention=mention, verdict=verdicts[mention.mention_id])
        _grown(app, books, books.cases.get(case_id), report, [mention.mention_id])
        keys = keys_for(mention, report.verdict, fingerprints(document(mention)))
        _file(app, books, case_id, report, keys)
    left = waiting.ended(
        item, ReviewState.TAKEN, at=app.clock(), by=SYSTEM.name, case_id=case_id
    )  # fmt: skip
    books.reviews.put(left)


# --- opening, joining, rising


def _open(app: App, books: Books, report: Report, keys: Sequence[str], *, seen: bool) -> str:
    now, mention, verdict = app.clock(), report.mention, report.verdict
    alone = Group(case_id="", also=mention.mention_id)
    spread = _spread(app, books, alone, report.categories, verdict.places)
    level = level_for(
        app.plan.levels, urgency=verdict.urgency, categories=report.categories, spread=spread
    )
    way = route(app.plan, categories=report.categories, urgency=verdict.urgency, level=level)
    linked = related(app, books, report, keys)
    event = open_case(
        case_id=books.cases.next_id(now, app.plan.case_prefix),
        at=now,
        level=level,
        categories=report.categories,
        place=verdict.places[0] if verdict.places else None,
        mention_ids=[mention.mention_id],
        charges=_charges(way, mention),
        terms=app.terms,
        linked=linked,
        recurs=closed_before(app, books, report, keys),
        unverified=verdict.urgency in waiting.HOT and not seen,
    )
    case = apply(None, event)
    books.cases.append(case, [event])
    for number in linked:
        other = books.cases.get(number)
        joined = link(other, case.case_id, now)
        books.cases.append(apply(other, joined), [joined])
    notices.opened(app, books, case)
    return case.case_id


def _charges(way: Route, mention: Mention) -> list[Charge]:
    """A lead is held to the worksheet's own limit, where there is one."""
    leads = [Charge(department=d, duty=Duty.LEAD, reply_due=mention.due_at) for d in way.leads]
    return leads + [Charge(department=d, duty=Duty.SUPPORT) for d in way.supports]


def _update(app: App, books: Books, case: Case, report: Report) -> None:
    """A mention of this case was scored again or has spread: the case may grow, never shrink."""
    if case.status not in OVER:
        _grown(app, books, case, report, [])
    elif _says_more(app, books, case, report):
        event = wake(case, app.clock(), app.terms, "原反映的文字有改动，出现新的问题")
        case = apply(case, event)
        books.cases.append(case, [event])
        notices.reopened(app, books, case, event)
        _grown(app, books, case, report, [])


def _says_more(app: App, books: Books, case: Case, report: Report) -> bool:
    """Whether the words were changed since the case ended, to something it has not dealt with.
    Being read by a newer analyser, or spreading, wakes no closed case."""
    revised = books.mentions.revised_at(report.mention.mention_id)
    ended = books.cases.events(case.case_id)[-1].at
    if revised is None or revised < ended or not report.actionable:
        return False
    quiet = Spread(authors=dict.fromkeys(author_windows(app.plan.levels), 0))
    found = level_for(
        app.plan.levels, urgency=report.verdict.urgency, categories=report.categories, spread=quiet
    )
    return found.rank > case.level.rank or not set(report.categories) <= set(case.categories)


def _grown(app: App, books: Books, case: Case, report: Report, new: Sequence[str]) -> str:
    """Add the report, tell departments that are new to it, raise the level if it calls for it."""
    before, events = case, list[CaseEvent]()
    added = _added(app, case, report, new)
    if added:
        events.append(added)
        case = apply(case, added)
    found, why = _level(app, books, case, report)
    if found is not case.level:
        doubt = found.rank >= Level.ORANGE.rank and report.verdict.urgency in waiting.HOT
        events.append(raise_level(case, found, app.clock(), app.terms, why, unverified=doubt))
        case = apply(case, events[-1])
    if events:
        books.cases.append(case, events)
        notices.grown(app, books, before, case, why)
    return case.case_id


def _added(app: App, case: Case, report: Report, new: Sequence[str]) -> CaseEvent | None:
    """The report as an event of the case, where it brings a member, a category or a department."""
    way = _way(app, case, report)
    charges = more_charges(case, _charges(way, report.mention)) if way else []
    categories = [c for c in report.categories if c not in case.categories]
    if not (new or categories or charges):
        return None
    return add_report(
        case, at=app.clock(), mention_ids=new, categories=categories, charges=charges,
        terms=app.terms,
    )  # fmt: skip


def _way(app: App, case: Case, report: Report) -> Route | None:
    if not report.actionable:
        return None
    return route(
        app.plan,
        categories=report.categories,
        urgency=report.verdict.urgency,
        level=case.level,
    )


def _level(app: App, books: Books, case: Case, report: Report) -> tuple[Level, str]:
    """The level that this case has now earned, never lower than it has; and why. What a person
    has lowered rises again only by what came after that."""
    if case.level is Level.RED:
        return case.level, ""
    members = Group(case_id=case.case_id, also=report.mention.mention_id)
    categories, urgency = case.categories, report.verdict.urgency
    found = _earned(app, books, case, members, categories, urgency)
    if found[0] is case.level or (lowered := _lowered_at(books, case)) is None:
        return found
    if not _came_after(books, report.mention, lowered):
        categories, urgency = (), Urgency.NONE
    fresh = replace(members, after=lowered)
    return _earned(app, books, case, fresh, categories, urgency)


def _earned(
    app: App, books: Books, case: Case, members: Group, categories: Sequence[str],
    urgency: Urgency,
) -> tuple[Level, str]:  # fmt: skip
    places = (case.place,) if case.place else ()
    rules = app.plan.levels
    raises = any(r.reports_24h and r.level.rank > case.level.rank for r in rules.rules.values())
    spread = _spread(app, books, members, categories if raises else (), places)
    found = level_for(rules, urgency=urgency, categories=categories, spread=spread)
    level = risen(case.level, found)
    why = reasons_for(rules.rules[level], urgency=urgency, categories=categories, spread=spread)
    return level, "；".join(why)


def _lowered_at(books: Books, case: Case) -> datetime | None:
    """When a person last lowered the level."""
    falls = [
        event.at
        for event in books.cases.events(case.case_id)
        if event.action == "level" and Level(event.to_state).rank < Level(event.from_state).rank
    ]
    return falls[-1] if falls else None


def _came_after(books: Books, mention: Mention, moment: datetime) -> bool:
    """Whether the mention, or its present words, came after that moment."""
    revised = books.mentions.revised_at(mention.mention_id)
    return max(mention.first_seen_at, revised or mention.first_seen_at) > moment


def _spread(
    app: App,
    books: Books,
    members: Group,
    categories: Sequence[str],
    places: Sequence[str],
) -> Spread:
    now, hours = app.clock(), author_windows(app.plan.levels)
    day_ago = now - timedelta(hours=24)
    own, views, interactions, authors = books.reach.count(
        members, day_ago, [now - timedelta(hours=n) for n in hours]
    )
    return Spread(
        reports_24h=max(own, 1, _nearby(books, members, categories, places, day_ago)),
        views=views,
        interactions=interactions,
        authors=dict(zip(hours, authors, strict=True)),
    )


def _nearby(
    books: Books,
    members: Group,
    categories: Sequence[str],
    places: Sequence[str],
    since: datetime,
) -> int:
    """Reports of one category and place, worksheets included; the mention at hand counts too."""
    keys = [f"event:{category}:{place}" for category in categories for place in places]
    return max((books.reach.nearby(members, [key, CALL + key], since) for key in keys), default=0)
