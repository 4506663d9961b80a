"""What is known of each platform lately, and which posts may be opened again for their counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.actions import OPEN
from domain.types import Kind, Mention, Sighting
from ledger import schema
from ledger.mentions import Mentions
from ledger.rows import chunks

_M = schema.mentions.c
_POSTS = (str(Kind.POST), str(Kind.ARTICLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """newest: when the platform's last mention of all was first seen; lately: how many since the
    moment that was asked for."""

    newest: datetime
    lately: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A post with an address, its newest counts, when they were last shown (None: never), and
    whether it is in a case that is open."""

    mention: Mention
    sighting: Sighting | None
    counted_at: datetime | None
    in_open_case: bool


class Looks:
    """Both, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def heard(self, since: datetime) -> dict[str, Heard]:
        """By platform, of those that ever brought anything."""
        newest = select(_M.platform, func.max(_M.first_seen_at)).group_by(_M.platform)
        many = select(_M.platform, func.count()).where(_M.first_seen_at >= since)
        lately = {name: n for name, n in self._db.execute(many.group_by(_M.platform))}
        return {
            name: Heard(newest=at, lately=lately.get(name, 0))
            for name, at in self._db.execute(newest)
        }

    def posts(self, since: datetime, platforms: Sequence[str]) -> list[Looked]:
        """Posts of these platforms published, or without a date first seen, since then."""
        said = func.coalesce(_M.published_at, _M.first_seen_at)
        query = select(_M.mention_id, _M.counted_at).where(
            said >= since, _M.url != "", _M.kind.in_(_POSTS), _M.platform.in_(platforms)
        )
        counted = {mention_id: at for mention_id, at in self._db.execute(query)}
        ids = list(counted)
        mentions = Mentions(self._db)
        counts, busy = mentions.latest_counts(ids), self._in_open_cases(ids)
        return [
            Looked(
                mention=one, sighting=counts.get(one.mention_id),
                counted_at=counted[one.mention_id],
                in_open_case=one.mention_id in busy,
            )
            for one in mentions.many(ids)
        ]  # fmt: skip

    def _in_open_cases(self, ids: Sequence[str]) -> set[str]:
        member, case = schema.case_mentions.c, schema.cases.c
        found: set[str] = set()
        for part in chunks(ids):
            query = select(member.mention_id).join(schema.cases, case.case_id == member.case_id)
            here = member.mention_id.in_(part), case.status.in_([str(state) for state in OPEN])
            found |= set(self._db.scalars(query.where(*here)))
        return found
