"""One write transaction, said once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that holds the write lock from its first statement."""
    with engine.connect().execution_options(tingxue_write=True) as connection, connection.begin():
        yield connection
