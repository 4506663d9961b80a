"""Rows that could not be taken: kept masked, with file, row and reason, until they can be."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from domain.identity import digest
from domain.types import Reject
from ledger import schema
from ledger.rows import insert_new

_R = schema.rejects.c


class Rejects:
    """domain.ports.Rejects over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, rejects: Sequence[Reject], at: datetime) -> int:
        """Keep them; the same row of the same file is kept once. The number newly kept."""
        return sum(
            self._db.execute(insert_new(self._db, schema.rejects).values(**_row(r, at))).rowcount
            for r in rejects
        )

    def pending(self) -> list[tuple[int, Reject]]:
        """(reject_id, reject) of those not resolved, oldest first."""
        query = select(schema.rejects).where(_R.resolved_at.is_(None)).order_by(_R.reject_id)
        return [
            (
                row["reject_id"],
                Reject(
                    file=row["file"],
                    row=row["row"],
                    format=row["format"],
                    reason=row["reason"],
                    fields=row["fields"],
                ),
            )
            for row in self._db.execute(query).mappings()
        ]

    def resolved(self, reject_id: int, at: datetime) -> None:
        """The row was taken after all."""
        self._db.execute(
            update(schema.rejects).where(_R.reject_id == reject_id).values(resolved_at=at)
        )


def _row(reject: Reject, at: datetime) -> dict[str, object]:
    fields = json.dumps(reject.fields, ensure_ascii=False, sort_keys=True)
    content = digest(reject.file, str(reject.row), reject.format, fields, length=64)
    return {
        "content": content,
        "file": reject.file,
        "row": reject.row,
        "format": reject.format,
        "reason": reject.reason,
        "fields": reject.fields,
        "kept_at": at,
    }
