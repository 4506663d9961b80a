"""Mentions that one worker has in hand, so that no other does the same work meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from sqlalchemy import Engine

from domain.types import Mention
from ledger import postgres
from ledger.books import Books
from ledger.folds import Folds
from ledger.transactions import reading, taking, writing


@dataclass(frozen=True, slots=True)
class Batch:
    """domain.ports.Batch."""

    mentions: Sequence[Mention]
    write: Callable[[], AbstractContextManager[Books]]


@contextmanager
def in_hand(engine: Engine, folds: Folds, limit: int) -> Iterator[Batch]:
    """On PostgreSQL the rows are held in a transaction until the verdicts are in: a killed worker
    lets go of them at once. SQLite has one writer, who must not wait for somebody who reads texts:
    there the batch is read, and looked at again when it is written."""
    if not postgres.is_it(engine):
        with reading(engine) as connection:
            mentions = Books(connection, folds).mentions.to_analyse(limit)
        yield Batch(mentions, lambda: _written(engine, folds))
        return
    with taking(engine) as connection:
        books = Books(connection, folds)
        yield Batch(books.mentions.take_to_analyse(limit), lambda: nullcontext(books))
    books.cases.committed()


@contextmanager
def _written(engine: Engine, folds: Folds) -> Iterator[Books]:
    with writing(engine) as connection:
        books = Books(connection, folds)
        yield books
    books.cases.committed()
