"""A paper as it would be written now, for the screen: the same figures, the same sentences.

Charts become tables of their figures, so that nothing depends on a picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from tingxue import reporting, revising
from tingxue.app import App
from tingxue.counting import PeriodKind, period_of
from tingxue.reports.edition import COMPOSE, material_of
from tingxue.reports.paper import Block, Chart, Heading, Para, Table, cell, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One block. kind: "h2", "h3", "p", "note" or "table"; a table has its caption in ``text``."""

    kind: str
    text: str
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """title: its lines, and those under it. last: the newest edition that exists, 0 for none.
    ended: whether the period is over, so that it can be made."""

    title: Sequence[str]
    pieces: Sequence[Piece]
    last: int
    ended: bool


def preview(app: App, kind: PeriodKind, day: date) -> Preview:
    """Of the day, or the week it lies in."""
    period, now = period_of(kind, day), app.clock()
    with app.ledger.read() as books:
        last = books.reports.last_edition(kind, period.start)
        printed = books.reports.find(kind, period.start, last)
        facts = reporting.facts_of(books, period)
    material = material_of(
        facts, app.plan, made_at=now, late=False, drill=app.ledger.drill, edition=last + 1,
        revise=partial(revising.revision, app, printed) if printed else None,
    )  # fmt: skip
    paper = COMPOSE[kind](material)
    return Preview(
        title=[plain(line) for line in (*paper.title, *paper.subtitle)],
        pieces=[piece for block in paper.blocks for piece in _pieces(block)],
        last=last, ended=period.end <= now,
    )  # fmt: skip


def _pieces(block: Block) -> Iterator[Piece]:
    match block:
        case Heading():
            yield Piece(kind="h3" if block.depth == 2 else "h2", text=block.text)
        case Para():
            yield Piece(kind="note" if block.style == "note" else "p", text=plain(block.line))
        case Table():
            rows = [[plain(line) for line in row] for row in block.rows]
            yield Piece(kind="table", text=plain(block.caption), header=block.header, rows=rows)
        case Chart():
            rows = [
                [label, *(plain(cell(one.figures[n])) for one in block.series)]
                for n, label in enumerate(block.labels)
            ]
            header = ["", *(one.name for one in block.series)]
            yield Piece(kind="table", text=plain(block.caption), header=header, rows=rows)
