"""Streams the rows of an xlsx file (an "Excel workbook").

Memory is constant but for the workbook's list of distinct texts, which the format stores apart
from the cells. Where a part is damaged the rows before it still count, and the last one says so.
"""

import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from crawlers.rows import PEEK, IsHeader, Row, Table, no_header, uneven, unique_names
from domain.errors import InputError

_LARGEST_PART = 4 << 30  # bytes of one unpacked xlsx part; more is a zip bomb

# What openpyxl and the standard library raise on damaged parts.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ParseError, KeyError, ValueError, TypeError,
           IndexError, AttributeError, NotImplementedError)  # fmt: skip
_BATCH = 200


def sheets(
    handle: BinaryIO, name: str, is_header: IsHeader
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The sheets with a known header, and the names of the others. Raises InputError for a file
    without any, and for what is no workbook."""
    tables, skipped = [], []
    first: tuple[str, ...] = ()
    for sheet in _workbook(handle, name).worksheets:
        rows = _sheet_rows(sheet)
        for _, cells in itertools.islice(_filled(rows), PEEK):
            names = unique_names(cells)
            first = first or names
            if is_header(names):
                body = _sheet_body(names, rows)
                tables.append(Table(name=sheet.title, header=names, rows=body))
                break
        else:
            skipped.append(sheet.title)
    if not tables:
        raise no_header(name, first)
    return tuple(tables), tuple(skipped)


def _workbook(handle: BinaryIO, name: str) -> Workbook:
    try:
        with zipfile.ZipFile(handle) as archive:
            parts = archive.infolist()
        if not any(re.fullmatch(r"xl/workbook\w*\.xml", part.filename) for part in parts):
            raise InputError(
                f"{name} 是压缩包或其他文档，不是 Excel 表格。请解压后选择其中的 .xlsx 或 .csv。"
            )
        if any(part.file_size > _LARGEST_PART for part in parts):
            raise InputError(f"{name} 解开后大得不正常，没有打开。请拆成几个文件再导入。")
        handle.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and validations, which nobody reads here
            return load_workbook(handle, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE:
        raise InputError(
            f"{name} 不完整或已损坏（可能没有下载完）。请重新下载或导出，能用 Excel 打开后再导入。"
        ) from None


def _sheet_rows(sheet: Worksheet) -> Iterator[tuple[int, Sequence[object]]]:
    """Rows with their number. Damage ends them with one of ``_DAMAGE``."""
    # Some programs write a wrong size, and cells would be lost.
    cast(ReadOnlyWorksheet, sheet).reset_dimensions()
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = list(itertools.islice(rows, _BATCH))
        if not batch:
            return
        yield from batch


def _filled(
    rows: Iterator[tuple[int, Sequence[object]]],
) -> Iterator[tuple[int, Sequence[object]]]:
    for number, cells in rows:
        if any(cell is not None and cell != "" for cell in cells):
            yield number, cells


def _sheet_body(
    header: tuple[str, ...], rows: Iterator[tuple[int, Sequence[object]]]
) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in _filled(rows):
            yield uneven(header, number, [_exact(cell) for cell in cells], exact=False)
    except _DAMAGE:
        problem = "文件从这里起已损坏，后面的行没有读到；请重新下载或导出"
        yield Row(number=number + 1, cells={}, problem=problem)


def _exact(cell: object) -> object:
    """Excel keeps 15 digits of a number; longer ones that end in zeros have been rounded."""
    if isinstance(cell, int) and cell >= 10**15 and set(str(cell)[15:]) == {"0"}:
        return float(cell)
    return cell
