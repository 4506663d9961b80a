"""Which case a report belongs to, and which others speak of the same event.

Keys (``domain.joining``) find candidates; near-duplicate texts are compared before they count.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from domain.actions import OVER
from domain.joining import CALL, RECURRENCE_WINDOW, is_worksheet, windows
from domain.ports import Filed
from domain.types import Case, KeyHit, Level, Mention, State, Urgency, Verdict
from ledger.books import Books
from nlp.analyser import document
from nlp.duplicates import repeats, same
from tingxue.app import App

_STANDING = frozenset(State) - OVER
NEAREST = 20
"""Worksheets of one event that a case is linked to when it is opened."""
_MOST_COMPARED = 40
_MOST_SHARED = 50
"""Newest reports that are looked at under one text key; a common phrase has hundreds."""


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

    @property
    def puzzling(self) -> bool:
        """Grave, but of no category and no life at risk: nobody's, until a person has looked."""
        grave = self.verdict.urgency is Urgency.ORANGE
        return self.verdict.relevant and grave and not self.categories


def current(books: Books, case_id: str) -> Case:
    """The case, or the one that it was merged into, however far on."""
    case = books.cases.get(case_id)
    while case.merged_into:
        case = books.cases.get(case.merged_into)
    return case


def same_event(app: App, books: Books, report: Report, keys: Sequence[str]) -> Case | None:
    """The open case of the same event, if there is one. A life at risk now never disappears in an
    older, milder case that its departments have signed already, unless they have read these very
    words there (docs/decisions/0003)."""
    red = report.verdict.urgency is Urgency.RED
    since = windows(tuple(keys), app.clock(), app.plan.levels.event_hours)
    read_before = _with_a_copy(books, report, since) if red else frozenset()
    for case in _cases(books, report, since, _STANDING):
        fits = not red or case.level is Level.RED or case.case_id in read_before
        if case.status not in OVER and fits:
            return case
    return None


def _with_a_copy(books: Books, report: Report, since: Mapping[str, datetime]) -> frozenset[str]:
    """Cases that hold nearly the same words."""
    by_text = {key: at for key, at in since.items() if key.startswith("text:")}
    hits = books.cases.last_by_keys(by_text, _MOST_SHARED)[:_MOST_COMPARED]
    alike = _alike(books, report, [hit.mention_id for hit in hits], repeats)
    return frozenset(current(books, h.case_id).case_id for h in hits if h.mention_id in alike)


def closed_before(app: App, books: Books, report: Report, keys: Sequence[str]) -> str | None:
    """The newest case of the same event that was closed, worksheets' too: this is 再次发生."""
    since = app.clock() - RECURRENCE_WINDOW
    marked = (mark + key for mark in ("", CALL) for key in keys)
    for case in _cases(books, report, dict.fromkeys(marked, since), {State.CLOSED}):
        if case.status is State.CLOSED:
            return case.case_id
    return None


def related(app: App, books: Books, report: Report, keys: Sequence[str]) -> tuple[str, ...]:
    """Open cases that are probably the same event but may not be merged: between worksheets,
    between a worksheet and a post, between a life at risk and an older case. Of worksheets the
    newest ``NEAREST``: each links to those before it, so the earlier are a step away, and what a
    flood of them leaves behind grows with their number, not with its square."""
    alone = is_worksheet(report.mention) or report.verdict.urgency is Urgency.RED
    plain = windows(tuple(keys), app.clock(), app.plan.levels.event_hours)
    calls = {CALL + key: moment for key, moment in plain.items()}
    posts = _cases(books, report, plain, _STANDING) if alone else ()
    sheets = _standing(books, _newest(books, report, calls), _STANDING)
    found = [case.case_id for case in posts if case.status not in OVER]
    found += islice((case.case_id for case in sheets if case.status not in OVER), NEAREST)
    return tuple(dict.fromkeys(found))


def _newest(books: Books, report: Report, since: Mapping[str, datetime]) -> list[str]:
    """The ids under these keys as far as the newest reports of each key go, newest first."""
    return _verified(books, report, books.cases.last_by_keys(since, _MOST_SHARED))


def _cases(
    books: Books, report: Report, since: Mapping[str, datetime], wanted: Container[State]
) -> Iterator[Case]:
    """The cases found under these keys, newest report first, as they stand now. Only those that
    stand as ``wanted``, or were merged, are read at all."""
    for ids in _found(books, books.cases, report, since):
        yield from _standing(books, ids, wanted)


def waiting_items(books: Books, report: Report, since: Mapping[str, datetime]) -> Iterator[str]:
    """Ids of the items of the review list found under these keys, newest report first."""
    return chain.from_iterable(_found(books, books.reviews, report, since))


def _found(
    books: Books, filed: Filed, report: Report, since: Mapping[str, datetime]
) -> Iterator[Sequence[str]]:
    """The ids found under these keys, newest report first. The first is mostly the one that is
    asked for, so all the others are only looked for when it is not."""
    by_text = {k: at for k, at in since.items() if k.removeprefix(CALL).startswith("text:")}
    others = {k: at for k, at in since.items() if k not in by_text}
    texts = filed.last_by_keys(by_text, _MOST_SHARED)
    first = _first(filed.last_by_keys(others, 1), texts)
    yield first
    hits = texts + filed.newest_by_keys(others)
    hits.sort(key=_turn, reverse=True)
    yield [one for one in _verified(books, report, hits) if one not in first]


def _turn(hit: KeyHit) -> tuple[datetime, str]:
    return hit.at, hit.case_id


def _first(certain: Sequence[KeyHit], texts: Sequence[KeyHit]) -> list[str]:
    """The one that is first in any event: no text that must yet be compared is newer."""
    newest = max(certain, key=_turn, default=None)
    if newest is None or any(
        _turn(hit) > _turn(newest) and hit.case_id != newest.case_id for hit in texts
    ):
        return []
    return [newest.case_id]


def _standing(books: Books, ids: Sequence[str], wanted: Container[State]) -> Iterator[Case]:
    states = books.cases.states(ids)
    for case_id in ids:
        if states[case_id] in wanted or states[case_id] is State.MERGED:
            yield current(books, case_id)


def _verified(books: Books, report: Report, hits: Sequence[KeyHit]) -> list[str]:
    """Ids of the hits, newest first; a shared text key is only a candidate until compared."""
    certain = {hit.case_id for hit in hits if not hit.key.removeprefix(CALL).startswith("text:")}
    maybe = [hit for hit in hits if hit.case_id not in certain]
    ids = list(dict.fromkeys(hit.mention_id for hit in maybe))[:_MOST_COMPARED]
    alike = _alike(books, report, ids, same)
    found = [h.case_id for h in hits if h.case_id in certain or h.mention_id in alike]
    return list(dict.fromkeys(found))


def _alike(
    books: Books, report: Report, mention_ids: Sequence[str], test: Callable[[str, str], bool]
) -> set[str]:
    """Those of the mentions whose words pass the test beside the report's."""
    mine = document(report.mention)
    return {m.mention_id for m in books.mentions.many(mention_ids) if test(mine, document(m))}
