"""Everything that only SQLite needs; the rest of the room is SQL that PostgreSQL takes too."""

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_BUSY_MS = 30_000

WRITING = "writing"
"""In ``Connection.info``: the next transaction is to take the write lock at once."""

_PURGING = "EXISTS (SELECT 1 FROM meta WHERE key = 'purging')"


def prepare(engine: Engine, *, lasting: bool = True) -> None:
    """WAL, synchronous=FULL, foreign keys, secure_delete; BEGIN IMMEDIATE for writers, so that two
    processes queue up instead of failing in the middle. Not ``lasting``: a power cut may take the
    last transactions (a killed process loses none), and no commit waits for the disk."""

    @event.listens_for(engine, "connect")
    def _connect(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            f"synchronous={'FULL' if lasting else 'NORMAL'}",
            "foreign_keys=ON",
            "secure_delete=ON",  # what the purge deletes is overwritten, not only unlinked
        ):
            raw.cursor().execute(f"PRAGMA {pragma}")
        _switch_to_wal(raw)

    engine.dialect.do_begin = _begin  # type: ignore[method-assign,assignment]  # see there


def _begin(raw: PoolProxiedConnection) -> None:
    """No listener for "begin": with a single one SQLAlchemy asks for listeners around every
    statement, which made a short one cost half as much again."""
    writing = raw.info.pop(WRITING, False)
    raw.cursor().execute("BEGIN IMMEDIATE" if writing else "BEGIN")


def prepare_sealed(engine: Engine) -> None:
    """For a file that nobody writes any more: no WAL, no lock, and no statement that changes it."""

    @event.listens_for(engine, "connect")
    def _connect(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        raw.isolation_level = None
        raw.cursor().execute("PRAGMA query_only=ON")

    engine.dialect.do_begin = _begin  # type: ignore[method-assign,assignment]  # see there


def let_go(path: Path) -> None:
    """Fold the WAL into the file and leave it without one, so that the file alone is the database.
    Raises sqlite3.OperationalError while anybody else has it open."""
    with closing(sqlite3.connect(path, timeout=1)) as db:
        if db.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",):
            raise sqlite3.OperationalError("database is locked")


def _switch_to_wal(raw: DBAPIConnection) -> None:
    """SQLite does not wait for this by itself when another process starts on the same new file."""
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.02)


def guard_append_only(connection: Connection, tables: Sequence[str]) -> None:
    """Triggers that refuse to change or delete a row of these tables (case events, the audit), but
    for the purge, which says so in ``meta`` within its own transaction."""
    for table in tables:
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN NOT {_PURGING} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def backup(path: Path, into: Path) -> None:
    """A consistent copy of a database that may be in use, readable by its owner only."""
    into.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(into)) as target:
        source.backup(target)
    with into.open("rb") as handle:
        os.fsync(handle.fileno())
