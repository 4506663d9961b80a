"""Stage 3: complaints become cases, or join the case of their event.

A batch is one transaction: its cases, the obligations, the events and the alerts are written
together or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.levels import Spread, author_windows, level_for, reasons_for, risen
from alerts.routing import Route, route
from domain.casefold import apply
from domain.casework import Charge, add_report, link, open_case, raise_level
from domain.joining import CALL, RECURRENCE_WINDOW, is_worksheet, keys_for, windows
from domain.types import (
    Case,
    CaseEvent,
    Duty,
    KeyHit,
    Level,
    Mention,
    Sighting,
    State,
    Urgency,
    Verdict,
)
from ledger.books import Books
from nlp.analyser import document
from nlp.duplicates import fingerprints, similarity
from tingxue import notices
from tingxue.app import App

BATCH = 64
_SAME_TEXT = 0.5
_MOST_COMPARED = 40
_OVER = frozenset({State.CLOSED, State.FALSE_ALARM, State.MERGED})


def triage(app: App) -> int:
    """Take up to ``BATCH`` mentions; how many there were."""
    with app.ledger.write() as books:
        mentions = books.mentions.to_triage(BATCH)
        verdicts = books.mentions.verdicts([m.mention_id for m in mentions])
        for mention in mentions:
            _take(app, books, Report(mention=mention, verdict=verdicts[mention.mention_id]))
        books.mentions.triaged([m.mention_id for m in mentions])
    return len(mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One mention with its verdict."""

    mention: Mention
    verdict: Verdict

    @property
    def categories(self) -> tuple[str, ...]:
        """Codes of its complaints."""
        return tuple(tag.category for tag in self.verdict.complaints)

    @property
    def actionable(self) -> bool:
        """A complaint, or a life at risk although no category fits."""
        urgent = self.verdict.urgency is Urgency.RED
        return self.verdict.relevant and (bool(self.categories) or urgent)


def _take(app: App, books: Books, report: Report) -> None:
    mention_id = report.mention.mention_id
    known = books.cases.by_mention([mention_id]).get(mention_id)
    if known:
        _update(app, books, books.cases.get(known), report)
    elif report.actionable:
        keys = keys_for(report.mention, report.verdict, fingerprints(document(report.mention)))
        joined = None if is_worksheet(report.mention) else _find(app, books, report, keys)
        case = _join(app, books, joined, report) if joined else _open(app, books, report, keys)
        mark = CALL if is_worksheet(report.mention) else ""
        books.cases.add_keys(case, mention_id, [mark + key for key in keys], app.clock())


# --- finding the event


def _find(app: App, books: Books, report: Report, keys: Sequence[str]) -> Case | None:
    """The open case of the same event, if there is one. A life at risk now never disappears in an
    older, milder case that its departments have signed already (docs/decisions/0003)."""
    red = report.verdict.urgency is Urgency.RED
    since = windows(tuple(keys), app.clock(), app.plan.levels.event_hours)
    for case in _cases(books, _verified(books, report, books.cases.by_keys(since))):
        if case.status not in _OVER and (case.level is Level.RED or not red):
            return case
    return None


def _verified(books: Books, report: Report, hits: Sequence[KeyHit]) -> list[str]:
    """Case ids of the hits, newest first; a shared text key is only a candidate until compared."""
    certain = {hit.case_id for hit in hits if not hit.key.removeprefix(CALL).startswith("text:")}
    maybe = [hit for hit in hits if hit.case_id not in certain]
    ids = list(dict.fromkeys(hit.mention_id for hit in maybe))[:_MOST_COMPARED]
    texts = {m.mention_id: document(m) for m in books.mentions.many(ids)}
    mine = document(report.mention)
    alike = {i for i, text in texts.items() if similarity(mine, text) >= _SAME_TEXT}
    found = [h.case_id for h in hits if h.case_id in certain or h.mention_id in alike]
    return list(dict.fromkeys(found))


def _cases(books: Books, case_ids: Sequence[str]) -> list[Case]:
    """The cases, a merged one replaced by what it went into."""
    found = [books.cases.get(case_id) for case_id in case_ids]
    return [books.cases.get(case.merged_into) if case.merged_into else case for case in found]


def _closed_before(app: App, books: Books, report: Report, keys: Sequence[str]) -> str | None:
    """The newest case of the same event that was closed: this one is 再次发生."""
    since = app.clock() - RECURRENCE_WINDOW
    hits = books.cases.by_keys(dict.fromkeys(keys, since))
    for case in _cases(books, _verified(books, report, hits)):
        if case.status is State.CLOSED:
            return case.case_id
    return None


def _linked(app: App, books: Books, report: Report, keys: Sequence[str]) -> tuple[str, ...]:
    """Open cases that are probably the same event but may not be merged: between worksheets,
    between a worksheet and a post, between a life at risk and an older case."""
    alone = is_worksheet(report.mention) or report.verdict.urgency is Urgency.RED
    marks = ("", CALL) if alone else (CALL,)
    marked = tuple(mark + key for mark in marks for key in keys)
    plain = windows(tuple(keys), app.clock(), app.plan.levels.event_hours)
    hits = books.cases.by_keys({key: plain[key.removeprefix(CALL)] for key in marked})
    cases = _cases(books, _verified(books, report, hits))
    return tuple(dict.fromkeys(c.case_id for c in cases if c.status not in _OVER))


# --- opening, joining, rising


def _open(app: App, books: Books, report: Report, keys: Sequence[str]) -> str:
    now, mention, verdict = app.clock(), report.mention, report.verdict
    spread = _spread(app, books, [mention], report.categories, verdict.places)
    level = level_for(
        app.plan.levels, urgency=verdict.urgency, categories=report.categories, spread=spread
    )
    way = route(app.plan, categories=report.categories, urgency=verdict.urgency, level=level)
    linked = _linked(app, books, report, keys)
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
        recurs=_closed_before(app, books, report, keys),
    )
    case = apply(None, event)
    books.cases.append(case, [event])
    for other in linked:
        _append(books, books.cases.get(other), [link(books.cases.get(other), case.case_id, now)])
    notices.opened(app, books, case)
    return case.case_id


def _charges(way: Route, mention: Mention) -> list[Charge]:
    """A lead is held to the worksheet's own limit, where there is one."""
    leads = [Charge(department=d, duty=Duty.LEAD, reply_due=mention.due_at) for d in way.leads]
    return leads + [Charge(department=d, duty=Duty.SUPPORT) for d in way.supports]


def _join(app: App, books: Books, case: Case, report: Report) -> str:
    return _grown(app, books, case, report, [report.mention.mention_id])


def _update(app: App, books: Books, case: Case, report: Report) -> None:
    """A mention of this case was scored again or has spread: the case may grow, never shrink."""
    if case.status not in _OVER:
        _grown(app, books, case, report, [])


def _grown(app: App, books: Books, case: Case, report: Report, new: Sequence[str]) -> str:
    """Add the report, tell departments that are new to it, raise the level if it calls for it."""
    now, before = app.clock(), case
    events: list[CaseEvent] = []
    categories = [c for c in report.categories if c not in case.categories]
    if new or categories:
        way = _way(app, case, report)
        event = add_report(
            case,
            at=now,
            mention_ids=new,
            categories=categories,
            charges=_charges(way, report.mention) if way else [],
            terms=app.terms,
        )
        events.append(event)
        case = apply(case, event)
    found, why = _level(app, books, case, report)
    if found is not case.level:
        event = raise_level(case, found, now, app.terms, why)
        events.append(event)
        case = apply(case, event)
    if events:
        books.cases.append(case, events)
        notices.grown(app, books, before, case, why)
    return case.case_id


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
    """The level that this case has now earned, never lower than it has; and why."""
    members = books.mentions.many(case.mention_ids)
    places = (case.place,) if case.place else ()
    spread = _spread(app, books, members, case.categories, places)
    found = level_for(
        app.plan.levels,
        urgency=report.verdict.urgency,
        categories=case.categories,
        spread=spread,
    )
    level = risen(case.level, found)
    why = reasons_for(
        app.plan.levels.rules[level],
        urgency=report.verdict.urgency,
        categories=case.categories,
        spread=spread,
    )
    return level, "；".join(why)


def _spread(
    app: App,
    books: Books,
    members: Sequence[Mention],
    categories: Sequence[str],
    places: Sequence[str],
) -> Spread:
    now = app.clock()
    day_ago = now - timedelta(hours=24)
    own = {m.mention_id for m in members if m.first_seen_at >= day_ago}
    counts = books.mentions.latest_counts([m.mention_id for m in members]).values()
    return Spread(
        reports_24h=max(len(own), 1, _nearby(books, members, categories, places, day_ago)),
        views=sum(s.counts.views or 0 for s in counts),
        interactions=sum(_interactions(s) for s in counts),
        authors={
            hours: len(
                {m.author_ref for m in members if m.first_seen_at >= now - timedelta(hours=hours)}
            )
            for hours in author_windows(app.plan.levels)
        },
    )


def _nearby(
    books: Books,
    members: Sequence[Mention],
    categories: Sequence[str],
    places: Sequence[str],
    since: datetime,
) -> int:
    """Reports of one category and place, worksheets included; the mention at hand counts too."""
    most = 0
    mine = {m.mention_id for m in members}
    for category in categories:
        for place in places:
            key = f"event:{category}:{place}"
            hits = books.cases.by_keys({key: since, CALL + key: since})
            most = max(most, len({hit.mention_id for hit in hits} | mine))
    return most


def _interactions(sighting: Sighting) -> int:
    counts = sighting.counts
    return (counts.likes or 0) + (counts.comments or 0) + (counts.shares or 0)


def _append(books: Books, case: Case, events: Sequence[CaseEvent]) -> None:
    for event in events:
        case = apply(case, event)
    books.cases.append(case, events)
