"""Mentions that the ledger holds no more, until the search index has dropped them too.

Written in the transaction that deletes them, so that neither a kill nor an index that is down
leaves a purged text searchable.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from ledger import indexschema, schema
from ledger.mentions import Mentions
from ledger.refusals import Refusals
from ledger.rows import chunks, insert_new

_F, _M = indexschema.forgotten.c, schema.mentions.c


class Forgotten:
    """Ids only, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note_missing(self, mention_ids: Sequence[str]) -> None:
        """Remember those of these that are not in the ledger."""
        for part in chunks(list(dict.fromkeys(mention_ids))):
            held = set(self._db.scalars(select(_M.mention_id).where(_M.mention_id.in_(part))))
            rows = [{"mention_id": one} for one in part if one not in held]
            if rows:
                self._db.execute(insert_new(self._db, indexschema.forgotten), rows)

    def pending(self, limit: int) -> list[str]:
        """Ids that the index may still hold."""
        return list(self._db.scalars(select(_F.mention_id).limit(limit)))

    def confirmed(self, mention_ids: Sequence[str]) -> None:
        """The index holds none of these. One that has come into the ledger again meanwhile (an old
        file imported once more) has to be indexed anew."""
        for part in chunks(list(mention_ids)):
            self._db.execute(delete(indexschema.forgotten).where(_F.mention_id.in_(part)))
        Refusals(self._db).settled("mentions", mention_ids)
        Mentions(self._db).touch(mention_ids)
