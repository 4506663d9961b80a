"""What the watchdog reads in the ledger: little, read-only, and with little patience.

Nothing is created, upgraded or locked here, and no error is a surprise: a ledger that is gone,
held or damaged is what the watchdog looks for.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, func, select
from sqlalchemy.exc import DatabaseError

from domain.errors import LedgerError
from domain.types import Outcome
from ledger import postgres, schema

_PATIENCE_SECONDS = 5.0
_MAGIC = b"SQLite format 3\x00"
_D, _R = schema.deliveries.c, schema.source_runs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """soonest: when the oldest waiting message was or is due; None for none. ran, went_well: runs
    of sources begun in the span that was asked for, and those of them that ended well."""

    soonest: datetime | None
    ran: int
    went_well: int


def glance(where: Path | str, since: datetime, until: datetime) -> Glance:
    """A look into the ledger: a file, or the URL of a server. Raises LedgerError: it is gone,
    locked or cannot be read."""
    engine = (
        _file(where) if isinstance(where, Path) else postgres.glancing(where, _PATIENCE_SECONDS)
    )
    outcomes = (
        select(_R.outcome, func.count())
        .where(_R.started_at >= since, _R.started_at < until)
        .group_by(_R.outcome)
    )
    try:
        with engine.connect() as db:
            soonest: datetime | None = db.scalar(select(func.min(_D.next_at)))
            runs = {outcome: count for outcome, count in db.execute(outcomes)}
    except DatabaseError as error:
        raise LedgerError(_reason(error)) from error
    well = sum(runs.get(str(one), 0) for one in (Outcome.OK, Outcome.EMPTY_CONFIRMED))
    return Glance(soonest=soonest, ran=sum(runs.values()), went_well=well)


def _file(path: Path) -> Engine:
    _look_at(path)
    return create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)


def _reason(error: DatabaseError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says more than people need
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "台账被其他程序占用，读不出来"
    return f"台账读不出来（{error.orig}）"


def _look_at(path: Path) -> None:
    """The file itself: SQLite may for a while read past a damaged one, from the file beside it."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise LedgerError("台账文件不见了") from None
    except OSError as error:
        raise LedgerError(f"台账文件读不出来（{error.strerror}）") from error
    if begins != _MAGIC:
        raise LedgerError("台账文件已损坏，不再是数据库")


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE_SECONDS)
