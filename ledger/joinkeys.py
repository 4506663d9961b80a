"""Reports filed under joining keys (``domain.joining``), of cases and of what waits for a look.

Both tables have the columns key, mention_id, case_id or review_id, at, and an index over key and
at: of a key of a thousand reports the newest cost what those of a key of a few cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    CompoundSelect,
    Connection,
    Executable,
    Table,
    bindparam,
    func,
    select,
    union_all,
)

from domain.types import KeyHit


def last_filed(
    db: Connection, table: Table, keys: Mapping[str, datetime], most: int
) -> list[KeyHit]:
    """See domain.ports.Filed.last_by_keys."""
    if not keys:
        return []
    asked = list(keys.items())
    places = 1 << (len(asked) - 1).bit_length()  # few sizes, so few statements to be made
    asked += [asked[-1]] * (places - len(asked))
    values: dict[str, object] = {"most": most}
    for n, (key, since) in enumerate(asked):
        values |= {f"key{n}": key, f"since{n}": since}
    hits = {
        (m, c): KeyHit(key=k, case_id=c, mention_id=m, at=a)
        for k, c, m, a in db.execute(_last(table, places), values)
    }
    return _newest_first(hits.values())


def newest_filed(db: Connection, table: Table, keys: Mapping[str, datetime]) -> list[KeyHit]:
    """See domain.ports.Filed.newest_by_keys."""
    together: dict[datetime, list[str]] = defaultdict(list)
    for key, since in keys.items():
        together[since].append(key)
    return _newest_first(
        KeyHit(key=k, case_id=c, mention_id=m, at=a)
        for since, some in together.items()
        for k, c, m, a in db.execute(_one_each(table), {"keys": some, "since": since})
    )


def _group(table: Table) -> Column[str]:
    """Of the case, or of the item of the review list."""
    return table.c.case_id if "case_id" in table.c else table.c.review_id


@cache
def _last(table: Table, keys: int) -> CompoundSelect[Any]:
    of, c = _group(table), table.c
    one_each = (
        select(c.key, of, c.mention_id, c.at)
        .where(c.key == bindparam(f"key{n}"), c.at >= bindparam(f"since{n}"))
        .order_by(c.at.desc(), of.desc())
        .limit(bindparam("most"))
        .subquery()
        for n in range(keys)
    )
    return union_all(*(select(one) for one in one_each))


@cache
def _one_each(table: Table) -> Executable:
    of, c = _group(table), table.c
    return (
        select(func.max(c.key), of, func.max(c.mention_id), func.max(c.at))
        .where(c.key.in_(bindparam("keys", expanding=True)), c.at >= bindparam("since"))
        .group_by(of)
    )


def _newest_first(hits: Iterable[KeyHit]) -> list[KeyHit]:
    by_name = sorted(hits, key=lambda hit: hit.mention_id)
    return sorted(by_name, key=lambda hit: (hit.at, hit.case_id), reverse=True)
