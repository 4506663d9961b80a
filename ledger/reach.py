"""How far an event has spread, counted in the database: a case of a thousand reports costs what a
small one costs, but for the counting itself."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import CTE, Connection, Select, String, and_, bindparam, func, select

from domain.joining import Group
from domain.types import State
from ledger import schema

_M = schema.mentions.c
_C = schema.cases.c
_K = schema.case_keys.c
_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Reach:
    """domain.ports.Reach over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def count(
        self, group: Group, day_ago: datetime, authors_since: Sequence[datetime]
    ) -> tuple[int, int, int, list[int]]:
        """See domain.ports.Reach."""
        values = _values(group) | {"day_ago": day_ago}
        values |= {f"since{n}": moment for n, moment in enumerate(authors_since)}
        row = self._db.execute(_spread(len(authors_since)), values).one()
        return row[0], int(row[1] or 0), int(row[2] or 0), list(row[3:])

    def nearby(self, group: Group, keys: Sequence[str], since: datetime) -> int:
        """See domain.ports.Reach."""
        values = _values(group) | {"keys": list(keys), "since": since}
        return self._db.scalar(_nearby(), values) or 0


def _values(group: Group) -> dict[str, object]:
    """As the statements below name them."""
    return {"of": group.case_id, "also": group.also, "after": group.after or _ALWAYS}


def _members() -> CTE:
    of, also = bindparam("of", type_=String), bindparam("also", type_=String)
    chain = select(of.label("case_id")).cte("chain", recursive=True)
    merged = select(_C.case_id).join(chain, _C.merged_into == chain.c.case_id)
    chain = chain.union(merged.where(_C.status == str(State.MERGED)))  # by an index: they are few
    rows = schema.case_mentions.c
    ids = select(rows.mention_id).join(chain, rows.case_id == chain.c.case_id)
    named = ids.union(select(also.label("mention_id"))).cte("named")
    return (
        select(_M.mention_id, _M.first_seen_at, _M.author_ref)
        .join(named, named.c.mention_id == _M.mention_id)
        .where(_M.first_seen_at > bindparam("after"))
        .cte("members")
    )


@cache
def _spread(windows: int) -> Select[Any]:
    members = _members()
    member, seen = members.c, schema.sightings.c
    older = schema.sightings.alias("older").c
    newest = (
        select(func.max(older.seen_at))
        .where(older.mention_id == member.mention_id)
        .correlate(members)
        .scalar_subquery()
    )
    author = func.coalesce(member.author_ref, "")
    reactions = sum(
        (func.coalesce(column, 0) for column in (seen.comments, seen.shares)),
        start=func.coalesce(seen.likes, 0),
    )
    return select(
        func.count().filter(member.first_seen_at >= bindparam("day_ago")),
        func.sum(seen.views),
        func.sum(reactions),
        *(
            func.count(author.distinct()).filter(member.first_seen_at >= bindparam(f"since{n}"))
            for n in range(windows)
        ),
    ).select_from(
        members.outerjoin(
            schema.sightings,
            and_(seen.mention_id == member.mention_id, seen.seen_at == newest),
        )
    )


@cache
def _nearby() -> Select[Any]:
    filed = select(_K.mention_id).where(
        _K.key.in_(bindparam("keys", expanding=True)), _K.at >= bindparam("since")
    )
    both = filed.union(select(_members().c.mention_id)).subquery()
    return select(func.count()).select_from(both)
