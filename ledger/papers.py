"""What a paper counts of a period, in light rows: whole mentions take four times as long.

The rows are those of ``Mentions.seen_within``, in the same order; a contract test holds the two
against each other. Which of them count is for ``tingxue.counting`` to say.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, select

from domain.counting import CountedMention, CountedTag, CountedVerdict, ListedMention
from domain.types import Counts, Polarity, Sighting
from ledger import schema

_M, _S, _V = schema.mentions.c, schema.sightings.c, schema.verdicts.c
_AT_ONCE = 5_000
"""Rows that are held as the database gives them."""
_READ = (_V.relevant, cast(_V.places, Text), _V.polarity, cast(_V.complaints, Text))
_SEEN = (_M.first_seen_at >= bindparam("since"), _M.first_seen_at < bindparam("until"))
_COUNTED = (
    select(_M.mention_id, _M.platform, _M.first_seen_at, _M.drill, *_READ)
    .join_from(schema.mentions, schema.verdicts)
    .where(*_SEEN)
    .order_by(_M.first_seen_at, _M.mention_id)
)
_LISTED = (
    select(_M.mention_id, _M.platform, _M.first_seen_at, _M.drill, _M.published_at, _M.url,
           _M.title, _M.text, *_READ)
    .join_from(schema.mentions, schema.verdicts)
    .where(*_SEEN)
    .order_by(_M.first_seen_at, _M.mention_id)
)  # fmt: skip
_COUNTS = (
    select(_S.mention_id, _S.seen_at, _S.likes, _S.comments, _S.shares, _S.views,
           cast(_S.lower_bounds, Text), _S.source)
    .join_from(schema.sightings, schema.mentions)
    .join(schema.verdicts, _V.mention_id == _M.mention_id)
    .where(*_SEEN)
    .order_by(_S.seen_at)
)  # fmt: skip


class Papers:
    """Over one open transaction; [since, until) are moments of first sight, aware UTC."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def counted(
        self, since: datetime, until: datetime
    ) -> list[tuple[CountedMention, CountedVerdict]]:
        """Every scored mention first seen then, without a word of it, in that order."""
        return [
            (CountedMention(i, platform, at, drill), _verdict(*read))
            for i, platform, at, drill, *read in self._rows(_COUNTED, since, until)
        ]

    def listed(
        self, since: datetime, until: datetime
    ) -> list[tuple[ListedMention, CountedVerdict]]:
        """The same with what a list shows of each."""
        return [
            (ListedMention(i, platform, at, drill, published, url, title, text), _verdict(*read))
            for i, platform, at, drill, published, url, title, text, *read in self._rows(
                _LISTED, since, until
            )
        ]

    def latest_counts(self, since: datetime, until: datetime) -> dict[str, Sighting]:
        """The newest sighting of each of them that has one."""
        return {
            i: Sighting(mention_id=i, seen_at=at, source=source, counts=_counts(*shown))
            for i, at, *shown, source in self._rows(_COUNTS, since, until)
        }

    def _rows(self, query: Any, since: datetime, until: datetime) -> Iterator[Sequence[Any]]:
        found = self._db.execute(query, {"since": since, "until": until})
        for part in found.partitions(_AT_ONCE):
            yield from part


@lru_cache(maxsize=4096)  # of 100,000 verdicts most name the same few places and no complaint
def _verdict(relevant: bool, places: str, polarity: str, complaints: str) -> CountedVerdict:
    return CountedVerdict(
        relevant=relevant, places=tuple(json.loads(places)), polarity=Polarity(polarity),
        complaints=tuple(CountedTag(category) for category, *_ in json.loads(complaints)),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _counts(
    likes: int | None, comments: int | None, shares: int | None, views: int | None, bounds: str
) -> Counts:
    return Counts(
        likes=likes, comments=comments, shares=shares, views=views,
        lower_bounds=frozenset(json.loads(bounds)),
    )  # fmt: skip
