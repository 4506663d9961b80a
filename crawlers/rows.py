"""Rows of a table, whatever its file: their header, their shape, and what is wrong with them.

Nothing here opens a file; ``crawlers.tables`` does, and hands xlsx to ``crawlers.workbooks``.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.errors import InputError

IsHeader = Callable[[Sequence[str]], bool]
"""Says whether these names are the header of a known format."""

PEEK = 20
"""Rows in which a header, or the keys of a JSON file, must show."""


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


def header_name(raw: object) -> str:
    """A column's name as formats compare it: NFKC, no blanks, no required-mark, no colon."""
    return _header_name("" if raw is None else str(raw))


@lru_cache(maxsize=4096)
def _header_name(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw)
    return re.sub(r"[\s\ufeff\u200b]", "", text).strip("*:'\"")


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


_BROKEN_BYTE = re.compile("[\udc80-\udcff]")


def uneven(header: tuple[str, ...], number: int, cells: Sequence[object], *, exact: bool) -> Row:
    """A row of another length: empty cells at the end may be missing (xlsx only) or too many;
    anything else has shifted, and no cell can be trusted."""
    extra = [cell for cell in cells[len(header) :] if cell not in (None, "")]
    if extra or (exact and len(cells) < len(header)):
        problem = (
            f"这一行有 {len(cells)} 格，表头有 {len(header)} 格，内容可能错位；请对齐后重新导入"
        )
        return Row(number=number, cells={}, problem=problem)
    return checked(number, dict(itertools.zip_longest(header, cells[: len(header)])))


def checked(number: int, cells: dict[str, object]) -> Row:
    """The row, or its problem when a text was damaged on its way here."""
    for value in cells.values():
        if isinstance(value, str) and not value.isascii() and _BROKEN_BYTE.search(value):
            return Row(number=number, cells={}, problem="有无法识别的字符（编码损坏）；请重新导出")
    return Row(number=number, cells=cells)


_USUAL_NAME = re.compile("编号|内容|时间|日期|标题|名|类型|平台|数|序号|^[A-Za-z]+(_[A-Za-z]+)*$")


def no_header(name: str, first: Sequence[str]) -> InputError:
    """The error for a file without a known header. Quotes its first row only where that looks like
    names of columns and not like data."""
    shown = [cell for cell in first if cell][:12]
    like_names = len(shown) > 1 and all(
        len(cell) <= 40 and not re.search(r"\d{3}|\*", cell) for cell in shown
    )
    like_names = like_names and any(map(_USUAL_NAME.search, shown))
    known = "能认的有：12345 或旅游热线工单、MediaCrawler 导出、weibo-search 导出、通用格式"
    if not like_names:
        return InputError(
            f"{name} 没有表头（前 {PEEK} 行里找不到列名）。请加上一行列名再导入；{known}。"
        )
    return InputError(
        f"没有认出 {name} 的格式：列名「{'、'.join(shown)}」不属于任何一种已知格式。"
        f"{known}，列名见 docs/import-format.md。"
    )
