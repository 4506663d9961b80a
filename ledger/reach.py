"""How far an event has spread. The reports of a case are read once in a transaction, and afterwards
only what was added to it: a batch of reports of one event costs what reading that event once costs.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    CursorResult,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    select,
)

from domain.joining import Group
from domain.types import State
from ledger import schema

_M = schema.mentions.c
_C = schema.cases.c
_K = schema.case_keys.c
_R = schema.case_mentions.c
_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Reach:
    """domain.ports.Reach over one open transaction. What was read of a report (when it was first
    seen, its author, its newest sighting) and which cases were merged into one is taken to stay as
    it was in this transaction; reports that join a case in it are counted."""

    __slots__ = ("_db", "_tallies")

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._tallies: dict[tuple[str, datetime], _Tally] = {}

    def count(
        self, group: Group, day_ago: datetime, authors_since: Sequence[datetime]
    ) -> tuple[int, int, int, list[int]]:
        """See domain.ports.Reach."""
        key = group.case_id, group.after or _ALWAYS
        known = self._tallies.get(key)
        tally = known or self._tallies.setdefault(key, _Tally(after=key[1]))
        values = {"of": group.case_id, "also": group.also, "next": tally.next}
        also = tally.take(self._db.execute(_reports(whole=known is None), values), group)
        return (
            tally.since(day_ago) + sum(one.first_seen_at >= day_ago for one in also),
            tally.views + sum(one.views or 0 for one in also),
            tally.reactions + sum(one.reactions or 0 for one in also),
            [tally.authors_since(moment, also) for moment in authors_since],
        )

    def nearby(self, group: Group, keys: Sequence[str], since: datetime) -> int:
        """See domain.ports.Reach."""
        values = {"of": group.case_id, "also": group.also, "after": group.after or _ALWAYS}
        return self._db.scalar(_nearby(), values | {"keys": list(keys), "since": since}) or 0


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the reports of one case, and of those merged into it, come to."""

    after: datetime
    next: int = 0  # the place in the case of the first report that was not read yet
    views: int = 0
    reactions: int = 0
    _ids: set[str] = field(default_factory=set)
    _seen: list[datetime] = field(default_factory=list)  # sorted
    _by_author: dict[str, datetime] = field(default_factory=dict)  # their newest report
    _newest: list[datetime] = field(default_factory=list)  # the same, sorted

    def take(self, rows: CursorResult[Any], group: Group) -> list[Row[Any]]:
        """Count what is new; the report that is looked at beside them, unless it is one of them
        or came too early."""
        also = []
        for row in rows:
            if row.case_id == group.case_id:
                self.next = max(self.next, row.position + 1)
            if row.first_seen_at <= self.after or row.mention_id in self._ids:
                continue
            if row.belongs:
                self._add(row)
            else:
                also.append(row)
        return also

    def _add(self, row: Row[Any]) -> None:
        self._ids.add(row.mention_id)
        self.views += row.views or 0
        self.reactions += row.reactions or 0
        insort(self._seen, row.first_seen_at)
        before = self._by_author.get(row.author)
        if before is not None and before >= row.first_seen_at:
            return
        if before is not None:
            del self._newest[bisect_left(self._newest, before)]
        insort(self._newest, row.first_seen_at)
        self._by_author[row.author] = row.first_seen_at

    def since(self, moment: datetime) -> int:
        """Reports first seen at that moment or later."""
        return len(self._seen) - bisect_left(self._seen, moment)

    def authors_since(self, moment: datetime, also: Sequence[Row[Any]]) -> int:
        """Authors who reported then or later, those of other reports included."""
        more = {
            one.author
            for one in also
            if one.first_seen_at >= moment and self._by_author.get(one.author, _ALWAYS) < moment
        }
        return len(self._newest) - bisect_left(self._newest, moment) + len(more)


def _chain() -> CTE:
    """The case and all that were merged into it, however far back."""
    chain = select(bindparam("of", type_=String).label("case_id")).cte("chain", recursive=True)
    merged = select(_C.case_id).join(chain, _C.merged_into == chain.c.case_id)
    return chain.union(merged.where(_C.status == str(State.MERGED)))  # by an index: they are few


@cache
def _reports(*, whole: bool) -> Select[Any]:
    """The reports of a case and of all merged into it, or (not ``whole``) of the case alone from
    one place on; beside them the one that is looked at."""
    also = select(bindparam("also", type_=String).label("mention_id"))
    if whole:
        chain = _chain()
        ids = select(_R.mention_id).join(chain, _R.case_id == chain.c.case_id)
        belongs: ColumnElement[bool] = _R.case_id.in_(select(chain.c.case_id))
    else:
        mine = _R.case_id == bindparam("of", type_=String)
        ids = select(_R.mention_id).where(mine, _R.position >= bindparam("next"))
        belongs = mine
    named = ids.union(also).cte("named")
    seen, older = schema.sightings.c, schema.sightings.alias("older").c
    newest = (
        select(func.max(older.seen_at))
        .where(older.mention_id == _M.mention_id)
        .correlate(schema.mentions)
        .scalar_subquery()
    )
    reactions = sum(
        (func.coalesce(column, 0) for column in (seen.comments, seen.shares)),
        start=func.coalesce(seen.likes, 0),
    )
    return select(
        _M.mention_id,
        _M.first_seen_at,
        func.coalesce(_M.author_ref, "").label("author"),
        _R.case_id,
        _R.position,
        func.coalesce(belongs, False).label("belongs"),
        seen.views,
        reactions.label("reactions"),
    ).select_from(
        schema.mentions.join(named, named.c.mention_id == _M.mention_id)
        .outerjoin(schema.case_mentions, _R.mention_id == _M.mention_id)
        .outerjoin(schema.sightings, and_(seen.mention_id == _M.mention_id, seen.seen_at == newest))
    )


@cache
def _nearby() -> Select[Any]:
    chain, also = _chain(), bindparam("also", type_=String)
    members = select(_R.mention_id).join(chain, _R.case_id == chain.c.case_id)
    named = members.union(select(also.label("mention_id"))).cte("named")
    own = (
        select(_M.mention_id)
        .join(named, named.c.mention_id == _M.mention_id)
        .where(_M.first_seen_at > bindparam("after"))
    )
    filed = select(_K.mention_id).where(
        _K.key.in_(bindparam("keys", expanding=True)), _K.at >= bindparam("since")
    )
    return select(func.count()).select_from(filed.union(own).subquery())
