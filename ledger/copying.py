"""The whole ledger into another, empty store: SQLite to PostgreSQL and back, row by row.

One transaction on each side, and a copy that is cut short leaves the target as empty as it was.
When the ledger moves, nobody writes into the source meanwhile; for a backup one moment of it is
read. Before it is committed every table is read again on both sides and compared, and the chains
are checked anew.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, func, select

from domain.casefold import broken_at
from domain.errors import LedgerError
from ledger import deskschema, postgres, schema
from ledger.audit import Audit
from ledger.cases import Cases
from ledger.folds import Folds
from ledger.transactions import reading, writing

_PIECE = 1_000

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table, as both sides have it. ``digest``: the sum of its rows' SHA-256, so that the order
    in which a database gives them does not matter."""

    table: str
    rows: int
    digest: str


def rows_of(engine: Engine) -> int:
    """How many rows there are to copy."""
    with engine.connect() as db, db.begin():
        return sum(_count(db, table) for table in _carried())


def copy(source: Engine, target: Engine, progress: Progress, *, still: bool = True) -> list[Copied]:
    """Copy everything. Both must have the present schema (``engine.open_ledger``). ``progress``
    hears each table and how many of its rows were written or compared. still: False lets others
    write on meanwhile, of which the copy holds nothing.

    Raises LedgerError where the target holds anything, or where the two differ in the end: then
    nothing was written.
    """
    with ExitStack() as stack:
        old = stack.enter_context(writing(source) if still else reading(source))
        new = stack.enter_context(writing(target))
        _refuse_filled(new)
        if still and postgres.is_it(old):
            postgres.stand_still(old, [table.name for table in _carried()])
        new.execute(schema.meta.delete())  # what opening it has put there comes from the source
        for table in _carried():
            for piece in _pieces(old, table):
                new.execute(table.insert(), piece)
                progress(table.name, len(piece))
        if postgres.is_it(new):
            postgres.count_on(new, schema.rejects.c.reject_id)
        done = [_compared(old, new, table, progress) for table in _carried()]
        _check_chains(new)
        return done


def _carried() -> list[Table]:
    """Sessions stay behind: whoever works on the new ledger signs in anew."""
    return [one for one in schema.metadata.sorted_tables if one not in deskschema.PASSING]


def _refuse_filled(db: Connection) -> None:
    filled = [
        table.name
        for table in schema.metadata.sorted_tables
        if table is not schema.meta and _count(db, table)
    ]
    if filled:
        raise LedgerError(f"目标台账不是空的（{'、'.join(filled)}），不覆盖；请另建一个空库再试")


def _count(db: Connection, table: Table) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def _pieces(db: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """All rows by primary key, so many at once."""
    query = select(table).order_by(*table.primary_key)
    found = db.execute(query.execution_options(yield_per=_PIECE))
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def _compared(old: Connection, new: Connection, table: Table, progress: Progress) -> Copied:
    ours, theirs = _hashed(old, table, progress), _hashed(new, table, lambda _table, _rows: None)
    if ours != theirs:
        raise LedgerError(
            f"表 {table.name} 抄写前后不一致（{ours[0]} 行与 {theirs[0]} 行），未保存；请报告"
        )
    return Copied(table=table.name, rows=ours[0], digest=f"{ours[1]:064x}")


def _hashed(db: Connection, table: Table, progress: Progress) -> tuple[int, int]:
    rows = digest = 0
    for piece in _pieces(db, table):
        for row in piece:
            digest += int.from_bytes(hashlib.sha256(_said(row).encode()).digest())
        rows += len(piece)
        progress(table.name, len(piece))
    return rows, digest % 2**256


def _said(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _check_chains(db: Connection) -> None:
    if (line := Audit(db).broken_at()) is not None:
        raise LedgerError(f"审计第 {line} 行与链不符，未保存；请先查明原表是否被改动过")
    cases = Cases(db, Folds())
    for case_id in cases.list_ids():
        if broken_at(cases.events(case_id)) is not None:
            raise LedgerError(f"案件 {case_id} 的记录与链不符，未保存；请先查明原表是否被改动过")
