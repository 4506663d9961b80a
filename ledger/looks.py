"""What is known of each platform lately, and which posts may be opened again for their counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, true

from domain.actions import OPEN
from domain.types import Counts, Kind
from ledger import schema

_M = schema.mentions.c
_S = schema.sightings.c
_BUSY = (
    select(schema.case_mentions.c.mention_id)
    .join(schema.cases, schema.cases.c.case_id == schema.case_mentions.c.case_id)
    .where(schema.cases.c.status.in_([str(state) for state in OPEN]))
)
_SKEW = timedelta(days=1)
"""By so much a page's date may lie behind our own first look at it; what is older is not read."""
_T = schema.sightings.alias("newer").c
_NEWEST = and_(
    _S.mention_id == _M.mention_id,
    _S.seen_at == select(func.max(_T.seen_at)).where(_T.mention_id == _M.mention_id)
    .correlate(schema.mentions).scalar_subquery(),
)  # fmt: skip
_POSTS = (str(Kind.POST), str(Kind.ARTICLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """newest: when the platform's last mention of all was first seen; lately: how many since the
    moment that was asked for."""

    newest: datetime
    lately: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A post with an address, as little of it as tells whether to open it: its newest likes,
    comments and shares (None: never shown), when they were last shown, whether it is in a case that
    is open, and whether on a channel of our own. began: published, or first seen."""

    mention_id: str
    url: str
    began: datetime
    first_seen_at: datetime
    counts: Counts | None
    counted_at: datetime | None
    in_open_case: bool
    own_channel: bool


def _shown(reactions: int) -> ColumnElement[bool]:
    """Whether a mention ever showed so many; the newest counts may be fewer."""
    parts = (func.coalesce(one, 0) for one in (_T.likes, _T.comments, _T.shares))
    return exists().where(_T.mention_id == _M.mention_id, sum(parts, start=literal(0)) >= reactions)


class Looks:
    """Both, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def heard(self, since: datetime) -> dict[str, Heard]:
        """By platform, of those that ever brought anything."""
        found = {}
        for name in self._platforms():
            newest = self._db.scalar(select(func.max(_M.first_seen_at)).where(_M.platform == name))
            here = _M.platform == name, _M.first_seen_at >= since
            lately = self._db.scalar(select(func.count()).where(*here)) or 0
            if newest is not None:
                found[name] = Heard(newest=newest, lately=lately)
        return found

    def _platforms(self) -> Iterator[str]:
        """Each that ever brought anything, by leaps over the index: a million mentions are of
        twenty platforms."""
        name = ""
        while True:
            following = select(func.min(_M.platform)).where(_M.platform > name)
            name = self._db.scalar(following) or ""
            if not name:
                return
            yield name

    def posts(self, since: datetime, platforms: Sequence[str], reactions: int = 0) -> list[Looked]:
        """Posts of these platforms published, or without a date first seen, since then. Only those
        in open cases, and those that ever showed so many likes, comments and shares together."""
        wanted = or_(_M.mention_id.in_(_BUSY), _shown(reactions)) if reactions else true()
        return self._posts(since, platforms, wanted)

    def heeded(self, since: datetime, platforms: Sequence[str]) -> list[Looked]:
        """The same of those that matter here: said on a channel of our own, or relevant by their
        verdict."""
        verdict = schema.verdicts.c
        speaks = exists().where(verdict.mention_id == _M.mention_id, verdict.relevant.is_(True))
        return self._posts(since, platforms, or_(_M.own_channel.is_(True), speaks))

    def _posts(
        self, since: datetime, platforms: Sequence[str], wanted: ColumnElement[bool]
    ) -> list[Looked]:
        said = func.coalesce(_M.published_at, _M.first_seen_at)
        query = select(
            _M.mention_id, _M.url, said, _M.first_seen_at, _M.counted_at,
            _M.mention_id.in_(_BUSY), _M.own_channel,
            _S.mention_id, _S.likes, _S.comments, _S.shares,
        ).select_from(schema.mentions.outerjoin(schema.sightings, _NEWEST)).where(
            _M.first_seen_at >= since - _SKEW, said >= since, _M.url != "",
            _M.kind.in_(_POSTS), _M.platform.in_(platforms), wanted,
        )  # fmt: skip
        return [
            Looked(
                mention_id=mention_id, url=url, began=began, first_seen_at=seen_at,
                counts=Counts(likes=likes, comments=comments, shares=shares) if shown else None,
                counted_at=counted_at, in_open_case=bool(busy), own_channel=own,
            )
            for (mention_id, url, began, seen_at, counted_at, busy, own,
                 shown, likes, comments, shares) in self._db.execute(query)
        ]  # fmt: skip
