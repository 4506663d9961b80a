"""Rows of a spreadsheet as text: a week of 100,000 mentions has three million cells.

XlsxWriter makes the workbook, its looks and the head of each sheet; what comes below is written
here, a row at a time into a file, and put into the sheet when the workbook is done. Cell by cell
through XlsxWriter the same takes ten times as long.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO
from xml.sax.saxutils import escape

from tingxue.reports.paper import printable

Cell = str | int | float | None
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_LONGEST = 32_000
_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_PROBE = re.compile(r'<row r="3"[^>]*><c r="A3" s="(\d+)"/></row>')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
STYLE = "3"
"""Number of the look of the cells in the workbook: the third that is used."""
_HERE, _ID = "\x00", "\x01"
"""Stand for the number of a row and for an id; no content holds control characters."""
_TEXT = ' t="inlineStr"><is><t>%s</t></is></c>'
_OFTEN, _MOST_KEPT = 60, 8_192
"""So long at most is a text that may stand in many rows; so many are kept."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LEVEL = 3
"""Of deflate: half the time of 6, a tenth more bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdRows:
    """One row per id, the same cells before each."""

    head: tuple[Cell, ...]
    ids: Sequence[str]


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, short enough for the format."""
    clean = printable(text)
    clean = clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "……"
    return "'" + clean if clean.startswith(_FORMULA_STARTS) else clean


def write_row(file: IO[bytes], line: int, values: Sequence[Cell]) -> None:
    """One row, ``line`` counted from 1."""
    row = _frame(len(values)) % tuple(map(_CONTENTS.__getitem__, values))
    file.write(row.replace(_HERE, str(line)).encode())


def write_ids(file: IO[bytes], line: int, rows: IdRows) -> None:
    """All of them, the first in ``line``."""
    as_it_is = _is_plain("".join(rows.ids)) and all(rows.ids)
    content = _TEXT % _ID if as_it_is else _ID
    frame = _frame(len(rows.head) + 1) % (*map(_CONTENTS.__getitem__, rows.head), content)
    before, _, after = frame.partition(_ID)
    given = rows.ids if as_it_is else map(_CONTENTS.__getitem__, rows.ids)
    file.writelines(
        f"{before.replace(_HERE, str(number))}{one}{after}".encode()
        for number, one in enumerate(given, line)
    )


@cache
def _frame(columns: int) -> str:
    """A row around the contents of so many cells, each a %s, its number a ``_HERE``."""
    cells = (f'<c r="{letter}{_HERE}" s="{STYLE}"%s' for letter in _LETTERS[:columns])
    return f'<row r="{_HERE}">{"".join(cells)}</row>'


class _Contents(dict[Cell, str]):
    """What stands in a cell, by its value: a week has few platforms, places, likes and minutes."""

    def __missing__(self, value: Cell) -> str:
        if not isinstance(value, str):
            made = "/>" if value is None else f"><v>{value:.16G}</v></c>"
        elif _is_plain(value):
            return _TEXT % value
        else:
            made = _TEXT % _escaped(value)
            if len(value) > _OFTEN:
                return made
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[value] = made
        return made


_CONTENTS = _Contents()


def _is_plain(text: str) -> bool:
    """Like an id: what it says can be written as it is."""
    return text.isascii() and text.isalnum() and "x" not in text


def _escaped(text: str) -> str:
    safe = escape(harmless(text))
    return _CODE.sub("_x005F_", safe) if "_x" in safe else safe  # else read as a sign's code


def with_rows(book: bytes, rows: Mapping[str, tuple[IO[bytes], int, int]]) -> bytes:
    """The workbook with the rows of each sheet (``xl/worksheets/sheet1.xml``: its file, columns
    and last line) in the place of the blank cell that was left in A3 for its look."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as target,
    ):
        for entry in source.infolist():
            made = zipfile.ZipInfo(entry.filename, entry.date_time)
            made.compress_type = zipfile.ZIP_DEFLATED
            if entry.filename not in rows:
                target.writestr(made, source.read(entry))
                continue
            with target.open(made, "w", force_zip64=True) as out:
                _fill(out, source.read(entry).decode(), *rows[entry.filename])
    return buffer.getvalue()


def _fill(out: IO[bytes], sheet: str, file: IO[bytes], columns: int, last: int) -> None:
    probe = _PROBE.search(sheet)
    if probe is None or probe[1] != STYLE:
        raise ValueError("the blank cell of a sheet is not as it was left")
    reach = f'<dimension ref="A1:{_LETTERS[columns - 1]}{last}"/>'
    out.write(_DIMENSION.sub(reach, sheet[: probe.start()]).encode())
    file.seek(0)
    while piece := file.read(1 << 20):
        out.write(piece)
    out.write(sheet[probe.end() :].encode())
