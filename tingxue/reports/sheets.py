"""Rows of a spreadsheet as text: a week of 100,000 mentions has three million cells.

XlsxWriter makes the workbook, its looks and the head of each sheet; what comes below is written
here, a row at a time into a file, and put into the sheet when the workbook is done. Cell by cell
through XlsxWriter the same takes ten times as long.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
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
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LEVEL = 3
"""Of deflate: half the time of 6, a tenth more bytes."""


@lru_cache(maxsize=8192)  # a figure's key and name stand in every row of its ids
def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, short enough for the format."""
    clean = printable(text)
    clean = clean if len(clean) <= _LONGEST else clean[:_LONGEST] + "……"
    return "'" + clean if clean.startswith(_FORMULA_STARTS) else clean


def write_row(file: IO[bytes], line: int, values: Sequence[Cell]) -> None:
    """One row, ``line`` counted from 1."""
    cells = [f'<row r="{line}">']
    for letter, value in zip(_LETTERS, values, strict=False):
        if isinstance(value, str):
            plain = value.isascii() and value.isalnum() and "x" not in value  # an id: as it is
            content = f't="inlineStr"><is><t>{value}</t></is></c>' if plain else _content(value)
            cells.append(f'<c r="{letter}{line}" s="{STYLE}" {content}')
        elif value is None:
            cells.append(f'<c r="{letter}{line}" s="{STYLE}"/>')
        else:
            cells.append(f'<c r="{letter}{line}" s="{STYLE}"><v>{value:.16G}</v></c>')
    cells.append("</row>")
    file.write("".join(cells).encode())


@lru_cache(maxsize=8192)
def _content(text: str) -> str:
    safe = escape(harmless(text))
    if "_x" in safe:
        safe = _CODE.sub("_x005F_", safe)  # what the format would read as the code of a sign
    return f't="inlineStr"><is><t>{safe}</t></is></c>'


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
