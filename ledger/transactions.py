"""Transactions, said once: one that writes, one that only takes rows, one that only reads."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine

from ledger import postgres

_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A connection inside a transaction that holds the ledger's write lock from its beginning."""
    return _begun(engine, postgres.WHOLE)


def taking(engine: Engine) -> AbstractContextManager[Connection]:
    """The same for work that takes the rows it changes: on PostgreSQL beside other writers."""
    return _begun(engine, "rows")


@contextmanager
def _begun(engine: Engine, write: str) -> Iterator[Connection]:
    with engine.connect().execution_options(tingxue_write=write) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment, however long it reads."""
    options = _SNAPSHOT if postgres.is_it(engine) else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
