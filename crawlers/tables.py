"""Opens a table from outside by its content and streams its rows: csv, xlsx, json array, jsonl.

The name of the file is never trusted. What is no table at all raises InputError (Chinese, with the
next step); what is wrong with one row is said in that row's ``problem``, and the next row is read.
Memory is constant but for one thing: an xlsx keeps its list of distinct texts in memory (the
format stores it apart from the cells).
"""

import codecs
import csv
import io
import itertools
import json
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast
from xml.etree.ElementTree import ParseError

import ijson
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from domain.errors import InputError

IsHeader = Callable[[Sequence[str]], bool]
"""Says whether these names are the header of a known format."""

_PEEK = 20  # rows in which a header, or the keys of a JSON file, must show
_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 24  # characters; a longer line is no line of a table
_LARGEST_PART = 4 << 30  # bytes of one unpacked xlsx part; more is a zip bomb


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: ``number`` as the user's program counts it (the first line of a file is 1; items of
    a json array count from 1), ``cells`` by header name, or a ``problem`` and no cells."""

    number: int
    cells: Mapping[str, object]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and its rows. ``name``: the sheet; "" where a file holds one table only."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file opened as tables. shape: csv, xlsx, json or jsonl. ``skipped``: sheets without a known
    header. ``position()`` of ``total_bytes`` for a progress bar. Close it when done."""

    shape: str
    encoding: str
    tables: tuple[Table, ...]
    skipped: tuple[str, ...]
    total_bytes: int
    position: Callable[[], int]
    close: Callable[[], None]


def open_tables(path: Path, *, is_header: IsHeader) -> OpenFile:
    """The tables of a file. Raises InputError when it holds none that ``is_header`` knows."""
    handle = _opened(path)
    try:
        return _recognised(handle, path.name, is_header)
    except BaseException:
        handle.close()
        raise


def header_name(raw: object) -> str:
    """A column's name as formats compare it: NFKC, no blanks, no required-mark, no colon."""
    return _header_name("" if raw is None else str(raw))


@lru_cache(maxsize=4096)
def _header_name(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw)
    return re.sub(r"[\s\ufeff\u200b]", "", text).strip("*:'\"")


def _opened(path: Path) -> BinaryIO:
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path.name}。请检查文件名和所在文件夹。") from None
    except IsADirectoryError:
        raise InputError(f"{path.name} 是文件夹。请选择其中的一个文件。") from None
    except OSError as error:
        raise InputError(f"打不开文件 {path.name}（{error.strerror}）。请检查权限。") from None
    return handle


def _recognised(handle: BinaryIO, name: str, is_header: IsHeader) -> OpenFile:
    total = handle.seek(0, io.SEEK_END)
    handle.seek(0)
    head = handle.read(_CHUNK)
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name} 是空文件。请重新导出后再导入。")
    _refuse_others(head, handle, name)
    close = handle.close
    if head.startswith(b"PK"):
        shape, encoding = "xlsx", ""
        tables, skipped = _xlsx(handle, name, is_header)
    else:
        encoding, skipped = _encoding(handle, head, name), ()
        text = _as_text(handle, encoding)
        shape, table = _text_table(handle, text, name, is_header)
        tables, close = (table,), text.close
    return OpenFile(
        shape=shape, encoding=encoding, tables=tables, skipped=skipped, total_bytes=total,
        position=lambda: total if handle.closed else min(handle.tell(), total), close=close,
    )  # fmt: skip


# --- what it is not --------------------------------------------------------------------------

_OTHERS = (
    (b"%PDF", "PDF 文件"), (b"\xff\xd8\xff", "图片"), (b"\x89PNG", "图片"), (b"GIF8", "图片"),
    (b"BM", "图片"), (b"Rar!", "压缩包"), (b"7z\xbc\xaf", "压缩包"), (b"\x1f\x8b", "压缩包"),
    (b"SQLite format 3", "数据库文件"), (b"{\\rtf", "文档"), (b"\x00\x00\x00\x18ftyp", "视频"),
    (b"ID3", "音频"), (b"RIFF", "音视频"), (b"\x7fELF", "程序"), (b"MZ", "程序"),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_AS_XLSX = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再导入"


def _refuse_others(head: bytes, handle: BinaryIO, name: str) -> None:
    for magic, what in _OTHERS:
        text_like = magic in (b"BM", b"MZ", b"ID3", b"RIFF") and b"\x00" not in head
        if head.startswith(magic) and not text_like:
            raise InputError(
                f"{name} 是{what}，不是表格。请从原系统导出 .xlsx、.csv 或 .jsonl 再导入。"
            )
    if head.startswith(_OLE):
        raise InputError(_about_ole(handle, name))
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise InputError(f"{name} 其实是网页（或 XML），只是改了扩展名。{_AS_XLSX}。")


def _about_ole(handle: BinaryIO, name: str) -> str:
    """An OLE container holds either an encrypted .xlsx or a file of Office 97-2003."""
    handle.seek(0)
    tail = b""
    while chunk := handle.read(_CHUNK):
        if "EncryptedPackage".encode("utf-16-le") in tail + chunk:
            return f"{name} 设了打开密码。请在 Excel 或 WPS 中去掉密码，保存后再导入。"
        if "WordDocument".encode("utf-16-le") in tail + chunk:
            return f"{name} 是旧版 Word 文档，不是表格。请把表格复制到 Excel，存为 .xlsx 再导入。"
        tail = chunk[-64:]
    return f"{name} 是旧版 Excel（.xls）。{_AS_XLSX}。"


_USUAL_NAME = re.compile("编号|内容|时间|日期|标题|名|类型|平台|数|序号|^[A-Za-z]+(_[A-Za-z]+)*$")


def _no_header(name: str, first: Sequence[str]) -> InputError:
    """Quotes the first row only where it looks like names of columns and not like data."""
    shown = [cell for cell in first if cell][:12]
    like_names = len(shown) > 1 and all(
        len(cell) <= 40 and not re.search(r"\d{3}|\*", cell) for cell in shown
    )
    like_names = like_names and any(map(_USUAL_NAME.search, shown))
    known = "能认的有：12345 或旅游热线工单、MediaCrawler 导出、weibo-search 导出、通用格式"
    if not like_names:
        return InputError(
            f"{name} 没有表头（前 {_PEEK} 行里找不到列名）。请加上一行列名再导入；{known}。"
        )
    return InputError(
        f"没有认出 {name} 的格式：列名「{'、'.join(shown)}」不属于任何一种已知格式。"
        f"{known}，列名见 docs/import-format.md。"
    )


# --- text files ------------------------------------------------------------------------------

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def _encoding(handle: BinaryIO, head: bytes, name: str) -> str:
    """utf-8-sig, utf-16(-le, -be), utf-8 or gb18030. The whole file is tried: the first Chinese
    sign may stand a long way down."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    sample = head[:4096]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) > len(sample) // 8 and min(zeros) * 8 < max(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    strange = sum(head.count(bytes((code,))) for code in range(32) if code not in (9, 10, 12, 13))
    if strange * 100 > len(head):
        raise InputError(
            f"{name} 不是表格（里面是二进制数据）。请从原系统导出 .xlsx、.csv 或 .jsonl 再导入。"
        )
    return "utf-8" if _mostly_utf8(handle) else "gb18030"


def _mostly_utf8(handle: BinaryIO) -> bool:
    """True for UTF-8, also with a few broken bytes: GBK text almost never forms UTF-8 signs."""
    handle.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    while chunk := handle.read(_CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            beyond_ascii = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", chunk))
            sound = len(chunk.decode("utf-8", "ignore").encode()) - (len(chunk) - beyond_ascii)
            return sound * 10 > beyond_ascii * 9
    return True


def _as_text(handle: BinaryIO, encoding: str) -> io.TextIOWrapper:
    handle.seek(0)
    # surrogateescape marks the broken bytes, so that only the rows that hold them are refused;
    # the UTF-16 codecs cannot do that.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(handle, encoding, errors=errors, newline="")


def _text_table(
    handle: BinaryIO, text: io.TextIOWrapper, name: str, is_header: IsHeader
) -> tuple[str, Table]:
    start = text.read(_CHUNK).lstrip("\ufeff \t\r\n")
    if not start:
        raise InputError(f"{name} 是空文件。请重新导出后再导入。")
    text.seek(0)
    if start[0] == "[":
        return "json", _json_table(_array_rows(_as_utf8(handle, text)), name, is_header)
    if start[0] == "{":
        _refuse_one_object(start, name)
        return "jsonl", _json_table(_line_rows(text), name, is_header)
    return "csv", _csv_table(text, name, is_header)


def _refuse_one_object(start: str, name: str) -> None:
    first_line = start.split("\n", 1)[0].strip()
    if first_line.endswith(("{", "[", ",")):
        raise InputError(
            f"{name} 是一个 JSON 对象，不是记录的清单。"
            "请导出为 JSON 数组（最外层是方括号）或每行一条的 JSONL。"
        )


# --- csv -------------------------------------------------------------------------------------

_Record = tuple[int, list[str] | None, str]  # number, cells or None, problem


def _csv_table(text: io.TextIOWrapper, name: str, is_header: IsHeader) -> Table:
    first: list[str] = []
    for delimiter in (",", "\t", ";"):
        text.seek(0)
        records = _records(text, delimiter)
        for number, cells, _ in itertools.islice(records, _PEEK):
            names = unique_names(cells or ())
            first = first or [one for one in names if one]
            if cells is not None and is_header(names):
                return Table(name="", header=names, rows=_aligned(names, records, number))
    raise _no_header(name, first)


def _records(text: io.TextIOWrapper, delimiter: str) -> Iterator[_Record]:
    """Records with their number. A quote that never closes spoils its own line and no other: the
    lines it swallowed are read again."""
    waiting: deque[str] = deque()
    taken: list[str] = []

    def lines() -> Iterator[str]:
        while line := waiting.popleft() if waiting else text.readline(_LONGEST_LINE):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        taken.clear()
        try:
            cells = next(reader, None)
        except csv.Error:
            waiting.extendleft(reversed(taken[1:]))
            reader = csv.reader(lines(), delimiter=delimiter, strict=True)
            yield number, None, "引号没有配对，或一格超过 13 万字；请改正这一行的引号"
            continue
        if cells is None:
            return
        yield number, cells, ""


def _aligned(header: tuple[str, ...], records: Iterator[_Record], at: int) -> Iterator[Row]:
    width = len(header)
    for number, cells, problem in records:
        if cells is None:
            yield Row(number=number, cells={}, problem=problem)
        elif len(cells) == width and any(cells):
            yield _checked(number, dict(zip(header, cells, strict=True)))
        elif any(cell.strip() for cell in cells):
            yield _uneven(header, number, cells, exact=True)


def _uneven(header: tuple[str, ...], number: int, cells: Sequence[object], *, exact: bool) -> Row:
    """A row of another length: empty cells at the end may be missing (xlsx only) or too many;
    anything else has shifted, and no cell can be trusted."""
    extra = [cell for cell in cells[len(header) :] if cell not in (None, "")]
    if extra or (exact and len(cells) < len(header)):
        problem = (
            f"这一行有 {len(cells)} 格，表头有 {len(header)} 格，内容可能错位；请对齐后重新导入"
        )
        return Row(number=number, cells={}, problem=problem)
    return _checked(number, dict(itertools.zip_longest(header, cells[: len(header)])))


def _checked(number: int, cells: dict[str, object]) -> Row:
    for value in cells.values():
        if isinstance(value, str) and not value.isascii() and _BROKEN_BYTE.search(value):
            return Row(number=number, cells={}, problem="有无法识别的字符（编码损坏）；请重新导出")
    return Row(number=number, cells=cells)


_BROKEN_BYTE = re.compile("[\udc80-\udcff]")


def unique_names(cells: Iterable[object]) -> tuple[str, ...]:
    """Header names; of names that occur twice the later ones become ``名称#2``, so that the first
    column stands. Nameless columns at the end are cut off, others stay ""-like: ``#3``."""
    names = [header_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    seen: dict[str, int] = {}
    out = []
    for position, name in enumerate(names, start=1):
        seen[name] = seen.get(name, 0) + 1
        if not name:
            out.append(f"#{position}")
        else:
            out.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(out)


# --- json ------------------------------------------------------------------------------------


def _json_table(rows: Iterator[Row], name: str, is_header: IsHeader) -> Table:
    """JSON has no header: the keys of the first rows stand for it."""
    peeked = list(itertools.islice(rows, _PEEK))
    keys = tuple(dict.fromkeys(key for row in peeked for key in row.cells))
    if not peeked:
        raise InputError(f"{name} 里没有记录。请确认导出时选对了内容。")
    if not keys:
        raise InputError(f"{name} 里没有能读的 JSON 记录（{peeked[0].problem}）。请重新导出。")
    if not is_header(keys):
        raise _no_header(name, keys)
    return Table(name="", header=keys, rows=itertools.chain(peeked, rows))


def _line_rows(text: io.TextIOWrapper) -> Iterator[Row]:
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if line.strip("\ufeff \t\r\n"):
            yield _line_row(number, line)


def _line_row(number: int, line: str) -> Row:
    try:
        item = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return Row(number=number, cells={}, problem="这一行不是完整的 JSON；请重新导出这一条")
    return _object_row(number, item)


def _object_row(number: int, item: object) -> Row:
    if not isinstance(item, dict):
        return Row(number=number, cells={}, problem="这一条不是 JSON 对象（花括号）")
    return _checked(number, {header_name(key): value for key, value in item.items()})


def _array_rows(utf8: BinaryIO) -> Iterator[Row]:
    number = 0
    try:
        for number, item in enumerate(ijson.items(utf8, "item", use_float=True), start=1):
            yield _object_row(number, item)
    except (ijson.JSONError, UnicodeError):
        problem = f"JSON 在第 {number + 1} 条处中断或写错，这一条和后面的没有读到；请重新导出"
        yield Row(number=number + 1, cells={}, problem=problem)


def _as_utf8(handle: BinaryIO, text: io.TextIOWrapper) -> BinaryIO:
    """ijson reads UTF-8 bytes without a BOM; other encodings are transcoded on the way."""
    text.seek(0)
    if text.encoding == "utf-8":
        return handle
    return cast(BinaryIO, _Transcoded(text))


class _Transcoded:
    """Just enough of a binary file for ijson: ``read``."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode("utf-8", "replace")


# --- xlsx ------------------------------------------------------------------------------------

# What openpyxl and the standard library raise on damaged parts.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ParseError, KeyError, ValueError, TypeError,
           IndexError, AttributeError, NotImplementedError)  # fmt: skip
_BATCH = 200


def _xlsx(
    handle: BinaryIO, name: str, is_header: IsHeader
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    tables, skipped = [], []
    first: tuple[str, ...] = ()
    for sheet in _workbook(handle, name).worksheets:
        rows = _sheet_rows(sheet)
        for _, cells in itertools.islice(_filled(rows), _PEEK):
            names = unique_names(cells)
            first = first or names
            if is_header(names):
                body = _sheet_body(names, rows)
                tables.append(Table(name=sheet.title, header=names, rows=body))
                break
        else:
            skipped.append(sheet.title)
    if not tables:
        raise _no_header(name, first)
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
            yield _uneven(header, number, [_exact(cell) for cell in cells], exact=False)
    except _DAMAGE:
        problem = "文件从这里起已损坏，后面的行没有读到；请重新下载或导出"
        yield Row(number=number + 1, cells={}, problem=problem)


def _exact(cell: object) -> object:
    """Excel keeps 15 digits of a number; longer ones that end in zeros have been rounded."""
    if isinstance(cell, int) and cell >= 10**15 and set(str(cell)[15:]) == {"0"}:
        return float(cell)
    return cell
