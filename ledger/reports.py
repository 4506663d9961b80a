"""Which papers were made, when, and what their files hash to. A finished edition never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ledger import schema
from ledger.rows import Row, insert_new

_R = schema.reports.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One finished paper; files are (name, sha256), and so is kept: its figures, for the next
    edition to be compared with."""

    kind: str
    period_start: datetime
    edition: int
    made_at: datetime
    late: bool
    files: tuple[tuple[str, str], ...]
    kept: tuple[str, str] | None = None


class Reports:
    """Editions over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def last_edition(self, kind: str, period_start: datetime) -> int:
        """0 when the paper was never made."""
        query = select(func.max(_R.edition)).where(_R.kind == kind, _R.period_start == period_start)
        return self._db.scalar(query) or 0

    def record(self, edition: Edition) -> bool:
        """False when that edition is recorded already (another process made it)."""
        named = (*edition.files, edition.kept) if edition.kept else edition.files
        row = {
            "kind": edition.kind,
            "period_start": edition.period_start,
            "edition": edition.edition,
            "made_at": edition.made_at,
            "late": edition.late,
            "files": [list(pair) for pair in named],
        }
        done = self._db.execute(insert_new(self._db, schema.reports).values(**row))
        return bool(done.rowcount)

    def all(self) -> Sequence[Edition]:
        """Every edition, oldest period first."""
        query = select(schema.reports).order_by(_R.period_start, _R.kind, _R.edition)
        return [_edition(row) for row in self._db.execute(query).mappings()]

    def newest(self, *, limit: int, offset: int = 0) -> tuple[Sequence[Edition], int]:
        """The newest period first, then the newest edition; and how many there are in all."""
        total = self._db.scalar(select(func.count()).select_from(schema.reports)) or 0
        query = (
            select(schema.reports)
            .order_by(_R.period_start.desc(), _R.kind, _R.edition.desc())
            .limit(limit)
            .offset(offset)
        )
        return [_edition(row) for row in self._db.execute(query).mappings()], total

    def find(self, kind: str, period_start: datetime, edition: int) -> Edition | None:
        """That edition."""
        mine = (_R.kind == kind) & (_R.period_start == period_start) & (_R.edition == edition)
        row = self._db.execute(select(schema.reports).where(mine)).mappings().first()
        return _edition(row) if row else None


def _edition(row: Row) -> Edition:
    """What nobody opens has a name that begins with a dot: the figures."""
    files = [(name, digest) for name, digest in row["files"]]
    kept = next((pair for pair in files if pair[0].startswith(".")), None)
    return Edition(**{**row, "files": tuple(pair for pair in files if pair != kept), "kept": kept})
