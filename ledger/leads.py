"""Every mention as the desk lists it, the newest first, whatever was made of it.

Read in steps: one page looks at so many mentions at most, and says how far it has come, so that a
rare condition costs no more than a common one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    cast,
    false,
    or_,
    select,
)

from domain.reviews import ReviewState
from ledger import schema

_M, _V = schema.mentions.c, schema.verdicts.c
_IN_CASE = schema.case_mentions.c.mention_id
LOOKED_AT = 10_000
_FIRST_STEP, _GROWS = 25, 5


class Read(StrEnum):
    """What a mention was read as."""

    COMPLAINT = "complaint"
    NONE = "none"
    FOREIGN = "foreign"
    UNREAD = "unread"


class Stage(StrEnum):
    """Where it stands: in a case, waiting for a judgement, or nowhere."""

    CASE = "case"
    WAITING = "waiting"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the order: behind this mention."""

    seen_at: datetime
    mention_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadQuery:
    """Which mentions; "" and None are any. [since, until): when first seen. ids: only of these.
    after: only those behind it in the order."""

    platform: str = ""
    polarity: str = ""
    category: str = ""
    place: str = ""
    read: Read | None = None
    stage: Stage | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: Sequence[str] | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """ids: of the page. end: go on behind it; None where nothing is left. cut: it was left off for
    having looked long enough, not for being full."""

    ids: list[str]
    end: Place | None
    cut: bool


class Leads:
    """Over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def page(self, query: LeadQuery, *, limit: int, most: int = LOOKED_AT) -> LeadPage:
        """One page; at most ``most`` mentions are looked at, few at first: what is common is found
        among them."""
        found, seen, step = list[Place](), 0, _FIRST_STEP
        while True:
            step = min(step * _GROWS, most - seen)
            rows, end = self._looked(query, limit + 1 - len(found), step)
            found += rows
            seen += step
            if len(found) > limit:
                return LeadPage(ids=_ids(found[:limit]), end=found[limit - 1], cut=False)
            if end is None or seen >= most:
                return LeadPage(ids=_ids(found), end=end, cut=end is not None)
            query = replace(query, after=end)

    def _looked(self, query: LeadQuery, limit: int, step: int) -> tuple[list[Place], Place | None]:
        """What is found among the next ``step`` mentions, and the last of them if there are so
        many."""
        window = _window(query).limit(step).subquery()
        found = map(_place, self._db.execute(_narrowed(query, window).limit(limit)))
        last = self._db.execute(_window(query).offset(step - 1).limit(1)).first()
        return list(found), _place(last) if last else None

    def waiting(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """The review item that each of these waits in, if it does."""
        members = schema.review_mentions.c
        query = select(members.mention_id, members.review_id).join(schema.reviews).where(
            members.mention_id.in_(mention_ids), schema.reviews.c.state == str(ReviewState.WAITING)
        )  # fmt: skip
        return {mention_id: review_id for mention_id, review_id in self._db.execute(query)}


def _ids(places: Sequence[Place]) -> list[str]:
    return [one.mention_id for one in places]


def _place(row: Row[Any]) -> Place:
    return Place(seen_at=row.first_seen_at, mention_id=row.mention_id)


def _window(query: LeadQuery) -> Select[Any]:
    """What is looked at, by what the mentions' own indexes know."""
    return (
        select(_M.mention_id, _M.first_seen_at)
        .where(*_of_mentions(query))
        .order_by(_M.first_seen_at.desc(), _M.mention_id.desc())
    )


def _of_mentions(query: LeadQuery) -> Iterator[ColumnElement[bool]]:
    if query.platform:
        yield _M.platform == query.platform
    if query.since is not None:
        yield _M.first_seen_at >= query.since
    if query.until is not None:
        yield _M.first_seen_at < query.until
    if query.ids is not None:
        yield _M.mention_id.in_(query.ids) if query.ids else false()
    if query.after is not None:
        at = query.after.seen_at
        same = and_(_M.first_seen_at == at, _M.mention_id < query.after.mention_id)
        yield _M.first_seen_at <= at
        yield or_(_M.first_seen_at < at, same)


def _narrowed(query: LeadQuery, window: Any) -> Select[Any]:
    """The window by what was made of its mentions."""
    of = window.c
    verdicts = window.outerjoin(schema.verdicts, _V.mention_id == of.mention_id)
    return (
        select(of.mention_id, of.first_seen_at)
        .select_from(verdicts)
        .where(*_of_verdicts(query), *_of_stage(query, of.mention_id))
        .order_by(of.first_seen_at.desc(), of.mention_id.desc())
    )


def _of_verdicts(query: LeadQuery) -> Iterator[ColumnElement[bool]]:
    complaints = cast(_V.complaints, String)
    if query.polarity:
        yield _V.polarity == query.polarity
    if query.category:  # a tag is written [code, confidence, evidence]; see ledger.rows
        yield complaints.contains(f'["{query.category}",', autoescape=True)
    if query.place:
        yield cast(_V.places, String).contains(f'"{query.place}"', autoescape=True)
    if query.read is Read.UNREAD:
        yield _V.mention_id.is_(None)
    elif query.read is Read.FOREIGN:
        yield _V.relevant.is_(False)
    elif query.read is not None:
        yield _V.relevant
        yield complaints != "[]" if query.read is Read.COMPLAINT else complaints == "[]"


def _of_stage(query: LeadQuery, mention_id: ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    if query.stage is None:
        return
    in_case = mention_id.in_(select(_IN_CASE))
    members = schema.review_mentions.c.mention_id
    state = schema.reviews.c.state == str(ReviewState.WAITING)
    waits = mention_id.in_(select(members).join(schema.reviews).where(state))
    if query.stage is Stage.CASE:
        yield in_case
    elif query.stage is Stage.WAITING:
        yield waits
    else:
        yield and_(~in_case, ~waits)
