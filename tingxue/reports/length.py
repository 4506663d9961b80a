"""How much of a page a paper takes, reckoned before any file is made.

An estimate on the safe side (28 characters a line, table cells by their width); what LibreOffice
really makes of it is measured in the tests.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator

from tingxue.reports.paper import Block, Chart, Heading, Paper, Para, Table, plain

PAGE = 637.8
"""Points of the type area: 225 mm."""
_LINE, _CHARS = 28.95, 28
_NOTE, _NOTE_CHARS = 16.0, 42
_CAPTION = 30.0
_HEADER = 19.0
_BETWEEN_ROWS = 3.0
_BETWEEN = 8.0
_SHORT = 12
_CHART = 260.0
_POINTS_PER_MM = 72 / 25.4
_CELL_MARGIN = 5.0


def pages(paper: Paper) -> float:
    """Pages the paper fills: whole ones, and the part of the last that is used."""
    done, used = 0, 35.0 * len(paper.title) + 24.0 * len(paper.subtitle)
    used += _LINE * bool(paper.mark)
    for piece in _pieces(paper.blocks):
        if used + piece > PAGE:
            done, used = done + 1, 0.0
        used += piece
    return done + used / PAGE


def _pieces(blocks: Iterable[Block]) -> Iterator[float]:
    """Heights of what is never split between pages; a heading stays with what follows it."""
    above = 0.0
    for block in blocks:
        if isinstance(block, Heading):
            above += _LINE
            continue
        first, *rest = _of(block)
        yield above + first
        yield from rest
        above = 0.0
    yield above


def _of(block: Para | Table | Chart) -> list[float]:
    if isinstance(block, Chart):
        return [_CHART]
    if isinstance(block, Table):
        return _table(block)
    text = plain(block.line)
    if block.style == "note":
        return [_NOTE * _lines([text], _NOTE_CHARS)]
    extra = _LINE * (block.style in ("annex", "signing"))
    lines = _lines([text], _CHARS, indent=2)
    return [extra + _LINE * min(lines, 3), *[_LINE] * (lines - 3)]  # no line of it stands alone


def _table(table: Table) -> list[float]:
    size, pitch = (10.5, 15.0) if table.small else (12.0, 18.0)
    room = [(width * _POINTS_PER_MM - _CELL_MARGIN) / size for width in table.widths]
    cells = [[plain(line).split("\n") for line in row] for row in table.rows]
    tallest = [max(_lines(texts, n) for texts, n in zip(row, room, strict=True)) for row in cells]
    rows = [_HEADER, *(pitch * lines + _BETWEEN_ROWS for lines in tallest)]
    kept = kept_rows(table)
    rows[-1] += _BETWEEN
    return [_CAPTION + sum(rows[:kept]), *rows[kept:]]


def kept_rows(table: Table) -> int:
    """How many rows, the header counted, stay on one page with the caption: all of a short table,
    else a few, so that no header stands alone."""
    if len(table.rows) < _SHORT and not table.tall:
        return len(table.rows) + 1
    return 2 if table.tall else 3


def _lines(texts: Iterable[str], chars: float, indent: int = 0) -> int:
    """Lines of so many full-width characters; a line seldom fills to the last one."""
    used = ((_width(text) + indent) / max(chars - 0.2, 1) for text in texts)
    return sum(max(1, math.ceil(one)) for one in used)


def _width(text: str) -> float:
    """In full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)
