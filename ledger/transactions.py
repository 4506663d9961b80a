"""Transactions, said once: one that writes, one that only takes rows, one that only reads."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine

from domain.errors import LedgerError
from ledger import postgres, sqlite

SEALED = "tingxue_sealed"
"""Execution option of an engine whose ledger is only read: what whoever writes is told."""
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A connection inside a transaction that holds the ledger's write lock from its beginning.
    Raises LedgerError where the ledger is sealed."""
    return _begun(engine, postgres.WHOLE)


def taking(engine: Engine) -> AbstractContextManager[Connection]:
    """The same for work that takes the rows it changes: on PostgreSQL beside other writers."""
    return _begun(engine, "rows")


@contextmanager
def _begun(engine: Engine, write: str) -> Iterator[Connection]:
    why = engine.get_execution_options().get(SEALED)
    if why:
        raise LedgerError(str(why))
    with engine.connect().execution_options(tingxue_write=write) as connection:
        connection.info[sqlite.WRITING] = True
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment, however long it reads."""
    options = _SNAPSHOT if postgres.is_it(engine) else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
