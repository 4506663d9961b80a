"""One moment of the whole ledger as a file of its own, made while others write; and what is in it.

The file is always SQLite, also of a ledger on a server, so that it can be opened anywhere without
one. It needs no second file beside it, and carries no session of the desk.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import LedgerError
from ledger import copying, deskschema, sqlite
from ledger.engine import Ledger, open_ledger

_UNHELD = """
    DELETE FROM originals
    WHERE mention_id NOT IN (SELECT mention_id FROM mentions WHERE held)
      AND mention_id NOT IN (SELECT mention_id FROM case_mentions JOIN cases USING (case_id)
                             WHERE cases.held)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How much a ledger holds, and where its audit ends. revision: of its schema; audit: lines;
    head: the last line's hash, "" where there is none."""

    revision: str
    drill: bool
    mentions: int
    cases: int
    events: int
    audit: int
    head: str


def take(ledger: Ledger, into: Path, now: datetime) -> Contents:
    """Write the ledger as it is now into a new file, for its owner only. Writers go on."""
    if ledger.shared:
        into.touch(mode=0o600)
        with closing(open_ledger(f"sqlite:///{into}", drill=ledger.drill, now=now)) as other:
            copying.copy(ledger.engine, other.engine, lambda _table, _rows: None, still=False)
    else:
        sqlite.backup(Path(str(ledger.engine.url.database)), into)
    with _refusing(), closing(sqlite3.connect(into)) as db, db:
        db.execute("PRAGMA secure_delete=ON")
        for table in deskschema.PASSING:
            db.execute(f"DELETE FROM {table.name}")  # noqa: S608 -- our own name
        db.commit()
        db.execute("PRAGMA journal_mode=DELETE")
    return contents(into)


def without_originals(file: Path) -> int:
    """Delete the unmasked texts from a snapshot, but for those under legal hold; how many."""
    with _refusing(), closing(sqlite3.connect(file)) as db, db:
        db.execute("PRAGMA secure_delete=ON")
        gone = db.execute(_UNHELD).rowcount
        db.commit()
    return gone


def contents(file: Path) -> Contents:
    """What is in a file that nobody writes. Raises LedgerError when it is no ledger."""
    with (
        _refusing(),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db,
    ):

        def one(query: str) -> str:
            return str((db.execute(query).fetchone() or ("",))[0])

        return Contents(
            revision=one("SELECT version_num FROM alembic_version"),
            drill=one("SELECT value FROM meta WHERE key = 'drill'") == "1",
            mentions=int(one("SELECT count(*) FROM mentions")),
            cases=int(one("SELECT count(*) FROM cases")),
            events=int(one("SELECT count(*) FROM events")),
            audit=int(one("SELECT count(*) FROM audit")),
            head=one("SELECT hash FROM audit ORDER BY no DESC LIMIT 1"),
        )


def check_pages(file: Path) -> None:
    """Have SQLite look at every page of the file. Raises LedgerError where one is damaged."""
    with _refusing(), closing(sqlite3.connect(file)) as db:
        found = db.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        raise LedgerError("台账文件内部已损坏；请换一份备份")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise LedgerError(f"台账文件读不出来（{error}）；请换一份备份，或检查磁盘") from error
