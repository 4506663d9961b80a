"""What the page of one case shows: its words with the evidence marked, its history, its reach.

Only masked words: an original is opened at ``tingxue.door`` alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from domain.times import shanghai_day
from domain.types import Case, CaseEvent, Evidence, Mention, Role, Sighting, Verdict
from ledger.attachments import Filed
from ledger.books import Books
from ledger.outbox import Unreached
from ledger.worklists import CaseLine, CaseQuery, ToldLine
from nlp.analyser import document
from tingxue.app import App
from tingxue.desk import access
from tingxue.desk.access import Offer
from tingxue.desk.signin import Visit
from tingxue.names import POLARITIES, STANCES, reason

TEXTS = 20
_MOST_EVENTS = 200
_SIMILAR = 5
_LINKABLE = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of characters; ``why`` it is evidence, "" for what is none."""

    text: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One report as it is shown. tags: category code, confidence, the rules that saw it. url: ""
    when it is no web address."""

    mention: Mention
    pieces: tuple[Piece, ...]
    tags: tuple[tuple[str, float, tuple[str, ...]], ...]
    about: str
    url: str
    counts: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the history; ``more``: how many reports of the kind follow it at once."""

    event: CaseEvent
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything on the page."""

    case: Case
    texts: list[Text]
    offset: int
    days: list[tuple[date, int]]
    offers: list[Offer]
    steps: list[Step]
    linked: list[CaseLine]
    similar: list[CaseLine]
    told: list[ToldLine]
    unreached: list[Unreached]
    originals: bool
    attached: list[Filed]


def casefile(app: App, books: Books, case: Case, found: Visit, offset: int) -> CaseFile:
    """Of a case that the person may see. offset: of the first report shown."""
    shown = case.mention_ids[offset : offset + TEXTS]
    linked = [one for one in (*case.linked, case.recurs, case.merged_into) if one]
    seen = access.rows(found.actor)
    ids = CaseQuery(ids=list(dict.fromkeys(linked)))
    history, told = books.cases.events(case.case_id), books.worklists.told(case.case_id)
    return CaseFile(
        case=case, texts=list(texts(books, shown)), offset=offset, days=_days(books, case),
        offers=access.offers(app, case, found.actor), steps=_steps(history), told=told,
        linked=books.worklists.cases(ids, seen, limit=TEXTS)[0],
        similar=_similar(books, case, found),
        unreached=app.ledger.outbox.unreached(case.case_id),
        originals=access.may_open_originals(found.actor, case),
        attached=books.attachments.of(case.case_id),
    )  # fmt: skip


def texts(books: Books, mention_ids: Sequence[str]) -> Iterator[Text]:
    """The reports, with what was read from them."""
    verdicts = books.mentions.verdicts(mention_ids)
    for mention in books.mentions.many(mention_ids):
        verdict = verdicts.get(mention.mention_id)
        evidence = [one for tag in verdict.complaints for one in tag.evidence] if verdict else []
        yield Text(
            mention=mention, pieces=tuple(pieces(document(mention), evidence)),
            tags=tuple(_tags(verdict)), about=_about(verdict),
            url=mention.url if mention.url.startswith(_LINKABLE) else "",
            counts=tuple(books.mentions.sightings(mention.mention_id)[-5:]),
        )  # fmt: skip


def pieces(text: str, evidence: Sequence[Evidence]) -> Iterator[Piece]:
    """The text cut where evidence begins and ends; of what overlaps the earlier counts."""
    at = 0
    for one in sorted(evidence, key=lambda e: (e.start, -e.end)):
        if one.start < at or one.end > len(text) or one.start >= one.end:
            continue
        if one.start > at:
            yield Piece(text=text[at : one.start])
        yield Piece(text=text[one.start : one.end], why=_why(one))
        at = one.end
    if at < len(text):
        yield Piece(text=text[at:])


def _why(one: Evidence) -> str:
    return "模型看重这一句" if one.why.startswith("model:") else f"规则“{one.why}”"


def _tags(verdict: Verdict | None) -> Iterator[tuple[str, float, tuple[str, ...]]]:
    for tag in verdict.complaints if verdict else ():
        yield tag.category, tag.confidence, tuple(dict.fromkeys(map(_why, tag.evidence)))


def _about(verdict: Verdict | None) -> str:
    if verdict is None:
        return "还没有判读"
    return (
        f"{reason(verdict.reason)}；态度{POLARITIES[verdict.polarity]}；"
        f"立场{STANCES[verdict.stance]}"
    )


def _days(books: Books, case: Case) -> list[tuple[date, int]]:
    """Reports by the day they were first seen."""
    counted = Counter(map(shanghai_day, books.worklists.seen_at(case.case_id)))
    return sorted(counted.items())


def _similar(books: Books, case: Case, found: Visit) -> list[CaseLine]:
    """The newest others of the same category at the same place."""
    if not case.categories or not case.place:
        return []
    query = CaseQuery(category=case.categories[0], place=case.place, but=case.case_id)
    return books.worklists.cases(query, access.rows(found.actor), limit=_SIMILAR)[0]


def _steps(events: Sequence[CaseEvent]) -> list[Step]:
    """The newest first; reports that came one after the other are one line."""
    steps: list[Step] = []
    for event in events:
        last = steps[-1] if steps else None
        same = last is not None and last.event.action == event.action == "report"
        if last is not None and same and event.actor.role is Role.SYSTEM:
            steps[-1] = Step(event=event, more=last.more + 1)
        else:
            steps.append(Step(event=event))
    return steps[::-1][:_MOST_EVENTS]
