"""What is known of the files of replies; the files lie in the home (``tingxue.attachments``)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from domain.attachments import Attachment
from ledger import deskschema
from ledger.rows import Row, chunks

_TABLE = deskschema.attachments
_A = _TABLE.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file that belongs to an event of a case."""

    attachment: Attachment
    event_no: int
    department: str
    added_at: datetime


class Attachments:
    """Files of replies, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self, case_id: str, event_no: int, department: str, files: Sequence[Attachment],
        at: datetime,
    ) -> None:  # fmt: skip
        """They came with this event."""
        rows = [
            {
                "attachment_id": one.attachment_id, "case_id": case_id, "event_no": event_no,
                "department": department, "name": one.name, "kind": one.kind, "size": one.size,
                "sha256": one.sha256, "added_at": at,
            }
            for one in files
        ]  # fmt: skip
        if rows:
            self._db.execute(_TABLE.insert(), rows)

    def of(self, case_id: str) -> list[Filed]:
        """All files of a case, the oldest first."""
        query = select(_TABLE).where(_A.case_id == case_id)
        ordered = query.order_by(_A.event_no, _A.name, _A.attachment_id)
        return [_filed(row) for row in self._db.execute(ordered).mappings()]

    def find(self, case_id: str, attachment_id: str) -> Filed | None:
        """That file, if it is of that case."""
        query = select(_TABLE).where(_A.case_id == case_id, _A.attachment_id == attachment_id)
        row = self._db.execute(query).mappings().first()
        return _filed(row) if row else None

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids that belong to a case."""
        found: set[str] = set()
        for part in chunks(list(ids)):
            query = select(_A.attachment_id).where(
                _A.attachment_id.in_(part), _A.case_id.is_not(None)
            )
            found |= set(self._db.scalars(query))
        return found

    def count(self) -> int:
        """How many there are."""
        return self._db.scalar(select(func.count()).select_from(_TABLE)) or 0

    # --- purging

    def release(self, case_ids: Sequence[str]) -> None:
        """Their cases are being deleted; the files go when that is committed."""
        gone = update(_TABLE).where(_A.case_id.in_(case_ids))
        self._db.execute(gone.values(case_id=None, name=""))

    def released(self) -> list[str]:
        """Ids whose files are still to be deleted."""
        return list(self._db.scalars(select(_A.attachment_id).where(_A.case_id.is_(None))))

    def forget(self, ids: Sequence[str]) -> None:
        """Their files are deleted."""
        for part in chunks(ids):
            self._db.execute(delete(_TABLE).where(_A.attachment_id.in_(part)))


def _filed(row: Row) -> Filed:
    file = Attachment(**{
        name: row[name] for name in ("attachment_id", "name", "kind", "size", "sha256")
    })  # fmt: skip
    return Filed(
        attachment=file, event_no=row["event_no"], department=row["department"],
        added_at=row["added_at"],
    )  # fmt: skip
