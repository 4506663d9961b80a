"""What the search index will not take as it is: kept with its reason until it has been taken.

Nothing here is tried again by itself, for the answer would be the same; a change of the record
brings it to the index again, and so does ``tingxue index retry``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from domain.search import Refused
from ledger import indexschema
from ledger.rows import chunks

_R = indexschema.refusals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refused document: since when, how often, and what the index said last."""

    kind: str
    doc_id: str
    reason: str
    first_at: datetime
    last_at: datetime
    times: int


class Refusals:
    """Over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, refused: Sequence[Refused], at: datetime) -> None:
        """These were refused just now."""
        for one in refused:
            key = (_R.kind == one.kind, _R.doc_id == one.doc_id)
            again = indexschema.refusals.update().where(*key)
            values = {"reason": one.reason, "last_at": at}
            done = self._db.execute(again.values(**values, times=_R.times + 1))
            if done.rowcount == 0:
                first = {"kind": one.kind, "doc_id": one.doc_id, "first_at": at, "times": 1}
                self._db.execute(indexschema.refusals.insert().values(**first, **values))

    def settled(self, kind: str, doc_ids: Sequence[str]) -> None:
        """The index holds these now, or they are no more."""
        for part in chunks(list(doc_ids)):
            self._db.execute(
                delete(indexschema.refusals).where(_R.kind == kind, _R.doc_id.in_(part))
            )

    def settled_but(self, kind: str, refused: Sequence[Refused]) -> None:
        """All of that kind were given to the index, and it took the others."""
        still = {one.doc_id for one in refused}
        known = self._db.scalars(select(_R.doc_id).where(_R.kind == kind)).all()
        self.settled(kind, [doc_id for doc_id in known if doc_id not in still])

    def pending(self, kind: str | None = None) -> list[Refusal]:
        """All that are refused, the newest first."""
        query = select(indexschema.refusals).order_by(_R.last_at.desc(), _R.kind, _R.doc_id)
        if kind is not None:
            query = query.where(_R.kind == kind)
        return [Refusal(**row) for row in self._db.execute(query).mappings()]

    def count(self) -> int:
        """How many are refused."""
        return self._db.scalar(select(func.count()).select_from(indexschema.refusals)) or 0
