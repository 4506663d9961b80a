"""The review list: what perhaps is a complaint and waits for 宣传部 (待研判)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from domain.errors import Conflict, NoSuchReview
from domain.reviews import Review, ReviewState
from domain.times import day_bounds, shanghai_day
from domain.types import KeyHit
from ledger import schema
from ledger.joinkeys import last_filed, newest_filed
from ledger.rows import Row, chunks, insert_new

_R = schema.reviews.c
_M = schema.review_mentions.c
_K = schema.review_keys.c
_WAITING = str(ReviewState.WAITING)
_PLAIN = (
    "opened_at",
    "due_at",
    "next_at",
    "version",
    "decided_at",
    "decided_by",
    "reason",
    "case_id",
)

# Statements of every mention: built once, for building costs more than running.
_ANY = select(_R.review_id).where(_R.state == _WAITING).limit(1)
_OF_MENTIONS = select(_M.mention_id, _M.review_id).where(
    _M.mention_id.in_(bindparam("ids", expanding=True))
)
_STATES = select(_R.review_id, _R.state).where(_R.review_id.in_(bindparam("ids", expanding=True)))
_JOIN = (
    update(schema.reviews)
    .where(_R.review_id == bindparam("of"), _R.state == _WAITING)
    .values(version=_R.version + 1)
)


class Reviews:
    """domain.ports.Reviews over one open transaction."""

    __slots__ = ("_db", "_places")

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._places: dict[str, int] = {}  # the next one in an item, as far as we know

    def next_id(self, now: datetime) -> str:
        """``YP-20261123-0012``: the next free number of the Shanghai day."""
        since, until = day_bounds(shanghai_day(now))
        taken = self._db.scalar(
            select(func.count()).where(_R.opened_at >= since, _R.opened_at < until)
        )
        return f"YP-{shanghai_day(now):%Y%m%d}-{(taken or 0) + 1:04d}"

    def get(self, review_id: str) -> Review:
        """The item as it stands. Raises NoSuchReview."""
        query = select(schema.reviews).where(_R.review_id == review_id)
        row = self._db.execute(query).mappings().first()
        if row is None:
            raise NoSuchReview(f"没有编号为 {review_id} 的待研判项；用 tingxue review list 查看")
        return _to_review(row, self._members([review_id])[review_id])

    def waiting(self) -> list[Review]:
        """All that waits, the oldest first."""
        return self.listed(select(schema.reviews).where(_R.state == _WAITING))

    def all(self) -> list[Review]:
        """Every item there ever was, the oldest first."""
        return self.listed(select(schema.reviews))

    def counts(self) -> dict[ReviewState, int]:
        """How many items stand how."""
        query = select(_R.state, func.count()).group_by(_R.state)
        return {ReviewState(state): n for state, n in self._db.execute(query)}

    def due(self, now: datetime) -> list[Review]:
        """Those that wait and of which somebody must be reminded by now, the oldest first."""
        query = select(schema.reviews).where(_R.state == _WAITING, _R.next_at <= now)
        return self.listed(query)

    def listed(self, query: Select[Any]) -> list[Review]:
        """Of rows of ``reviews``, the oldest first."""
        rows = list(self._db.execute(query.order_by(_R.opened_at, _R.review_id)).mappings())
        members = self._members([row["review_id"] for row in rows])
        return [_to_review(row, members[row["review_id"]]) for row in rows]

    def _members(self, review_ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {one: [] for one in review_ids}
        for part in chunks(review_ids):
            query = select(_M.review_id, _M.mention_id).where(_M.review_id.in_(part))
            for review_id, mention_id in self._db.execute(query.order_by(_M.position)):
                found[review_id].append(mention_id)
        return found

    def put(self, review: Review) -> None:
        """Write an item that was new or read as ``version - 1``. Raises Conflict when somebody was
        faster. The keys of one that no longer waits are dropped."""
        values: dict[str, Any] = {name: getattr(review, name) for name in _PLAIN}
        values |= {"state": str(review.state)}
        if review.version == 1:
            self._db.execute(schema.reviews.insert(), {"review_id": review.review_id, **values})
            for mention_id in review.mention_ids:
                self._member(review.review_id, mention_id)
        else:
            before = (_R.review_id == review.review_id) & (_R.version == review.version - 1)
            done = self._db.execute(update(schema.reviews).where(before).values(**values))
            if done.rowcount == 0:
                raise Conflict(f"{review.review_id} 刚刚有人处理过，请刷新后再操作")
        if review.state is not ReviewState.WAITING:
            self._db.execute(schema.review_keys.delete().where(_K.review_id == review.review_id))

    def join(self, review_id: str, mention_id: str) -> None:
        """One more report of a waiting item; the item is not read for it. Raises Conflict when it
        no longer waits."""
        if self._db.execute(_JOIN, {"of": review_id}).rowcount == 0:
            raise Conflict(f"{review_id} 刚刚有人处理过")
        self._member(review_id, mention_id)

    def _member(self, review_id: str, mention_id: str) -> None:
        if review_id not in self._places:
            taken = select(func.count()).where(_M.review_id == review_id)
            self._places[review_id] = self._db.scalar(taken) or 0
        position = self._places[review_id]
        self._places[review_id] += 1
        row = {"review_id": review_id, "mention_id": mention_id, "position": position}
        self._db.execute(schema.review_mentions.insert(), row)

    def add_keys(self, review_id: str, mention_id: str, keys: Sequence[str], at: datetime) -> None:
        """File a report of a waiting item under its joining keys."""
        rows = [{"key": key, "mention_id": mention_id, "review_id": review_id, "at": at}
                for key in keys]  # fmt: skip
        if rows:
            self._db.execute(insert_new(self._db, schema.review_keys), rows)

    def any_waiting(self) -> bool:
        """Whether there is anything on the list."""
        return self._db.scalar(_ANY) is not None

    def by_mention(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """mention_id -> the waiting item that holds it."""
        held: list[tuple[str, str]] = []
        for part in chunks(list(mention_ids)):
            held += [(m, r) for m, r in self._db.execute(_OF_MENTIONS, {"ids": part})]
        if not held:
            return {}
        states: dict[str, str] = {}  # asked for apart: joined, all that waits would be gone through
        for part in chunks(list({review_id for _, review_id in held})):
            states |= {r: state for r, state in self._db.execute(_STATES, {"ids": part})}
        return {m: r for m, r in held if states[r] == _WAITING}

    def last_by_keys(self, keys: Mapping[str, datetime], most: int) -> list[KeyHit]:
        """See domain.ports.Filed; the hit's case_id is the item's id."""
        return last_filed(self._db, schema.review_keys, keys, most)

    def newest_by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]:
        """See domain.ports.Filed."""
        return newest_filed(self._db, schema.review_keys, keys)


def _to_review(row: Row, mention_ids: Sequence[str]) -> Review:
    values: dict[str, Any] = {name: row[name] for name in _PLAIN}
    return Review(
        review_id=row["review_id"], state=ReviewState(row["state"]),
        mention_ids=tuple(mention_ids), **values,
    )  # fmt: skip
