"""A ledger that is only read: the file of a season that was closed. Nothing in it ever changes.

A program newer than the file reads a copy of it that it has brought up to date, beside the file.
"""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from domain.errors import LedgerError
from ledger import snapshots, sqlite
from ledger.engine import MIGRATIONS, Ledger, json_text, open_ledger, up_to_date
from ledger.transactions import SEALED


def open_sealed(
    file: Path, *, why: str, reading: Path, now: datetime, migrations: Path = MIGRATIONS
) -> Ledger:
    """The ledger in that file. ``why``: what whoever wants to write is told; ``reading``: a folder
    for the copy, where one is needed. Raises LedgerError or SchemaTooNew."""
    found = snapshots.contents(file)
    engine = _engine(file, why)
    try:
        if not up_to_date(engine, migrations):
            engine.dispose()
            engine = _engine(_upgraded(file, reading, found.drill, now, migrations), why)
    except DatabaseError as error:
        raise LedgerError(f"归档的台账读不出来（{error.orig}）；请换一份副本") from error
    return Ledger(engine, found.drill)


def _engine(file: Path, why: str) -> Engine:
    address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", poolclass=NullPool, json_serializer=json_text,
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
    )  # fmt: skip
    engine.update_execution_options(**{SEALED: why})
    sqlite.prepare_sealed(engine)
    return engine


def _upgraded(file: Path, reading: Path, drill: bool, now: datetime, migrations: Path) -> Path:
    """The copy; made anew unless a finished one of the present schema is there."""
    copy = reading / "ledger.db"
    if copy.exists():
        engine = _engine(copy, "-")
        if up_to_date(engine, migrations):
            return copy
    reading.mkdir(mode=0o700, exist_ok=True)
    draft = reading / "ledger.new"
    draft.unlink(missing_ok=True)
    shutil.copyfile(file, draft)
    draft.chmod(0o600)
    url = f"sqlite:///{draft}"
    with closing(open_ledger(url, drill=drill, now=now, migrations=migrations)):
        pass
    sqlite.let_go(draft)
    draft.replace(copy)
    return copy
