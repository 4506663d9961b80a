"""Opens a table from outside by its content and streams its rows: csv, xlsx, json array, jsonl.

The name of the file is never trusted. What is no table at all raises InputError (Chinese, with the
next step); what is wrong with one row is said in that row's ``problem``, and the next row is read.
Memory is constant, but see ``crawlers.workbooks`` for xlsx.
"""

import codecs
import csv
import io
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import ijson

from crawlers.rows import (
    PEEK,
    IsHeader,
    Row,
    Table,
    checked,
    header_name,
    no_header,
    uneven,
    unique_names,
)
from crawlers.workbooks import sheets
from domain.errors import InputError

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 24  # characters; a longer line is no line of a table


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
        tables, skipped = sheets(handle, name, is_header)
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
        for number, cells, _ in itertools.islice(records, PEEK):
            names = unique_names(cells or ())
            first = first or [one for one in names if one]
            if cells is not None and is_header(names):
                return Table(name="", header=names, rows=_aligned(names, records, number))
    raise no_header(name, first)


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
            yield checked(number, dict(zip(header, cells, strict=True)))
        elif any(cell.strip() for cell in cells):
            yield uneven(header, number, cells, exact=True)


# --- json ------------------------------------------------------------------------------------


def _json_table(rows: Iterator[Row], name: str, is_header: IsHeader) -> Table:
    """JSON has no header: the keys of the first rows stand for it."""
    peeked = list(itertools.islice(rows, PEEK))
    keys = tuple(dict.fromkeys(key for row in peeked for key in row.cells))
    if not peeked:
        raise InputError(f"{name} 里没有记录。请确认导出时选对了内容。")
    if not keys:
        raise InputError(f"{name} 里没有能读的 JSON 记录（{peeked[0].problem}）。请重新导出。")
    if not is_header(keys):
        raise no_header(name, keys)
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
    return checked(number, {header_name(key): value for key, value in item.items()})


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
