"""Writes the demo's input files as a duty officer would have got them, from the week's data.

The name says what a file is, and the time of day (``d3_1400``: Wednesday 14:00) when it is there:

    douyin_search_contents_new_d1_0900.jsonl   MediaCrawler, new generation; also csv, json, xlsx
    mentions_d1_1400.jsonl, reviews_d1_1400.csv   the generic format (docs/import-format.md)
    12345工单_d1_1400.xlsx, …_gbk.csv, …_utf8.csv  hotline worksheets

The same start gives the same rows; an xlsx differs in its own save time only.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from domain.times import shanghai
from domain.types import Kind
from tingxue.demo import columns, week
from tingxue.demo.week import DATA, Line

Row = dict[str, Any]
Sheet = tuple[str, Sequence[str], list[Row]]
"""Name (xlsx only), header, rows."""

_WHEN = re.compile(r"_d([1-7])_(\d\d)(\d\d)")
_MEDIACRAWLER = re.compile(r"(\w+?)_search_(contents|comments|all)_(new|old)_d")

_SHEET = (
    "工单编号 工单标题 诉求内容 诉求类型 区交办时间 区交办办结期限 诉求渠道 诉求归口 紧急程度"
    " 工单状态 求助人员 求助号码 性别 事件发生地 诉求详细地址 是否疑难 是否协办 市交办主办单位"
    " 市交办协办单位 市交办时间 市交办办结期限"
).split()

_GENERIC = (
    "platform kind id title text url parent parent_text author published_at due_at likes comments"
    " shares views ip_region query own_channel source_kind"
).split()


def all_files() -> tuple[str, ...]:
    """Every file of the week, in the order in which they come to be."""
    names = {name for one in week.lines() for name in one.files}
    return tuple(sorted(names - {week.SITE}, key=lambda name: (exported(name), name)))


def exported(name: str) -> int:
    """Minutes after the start at which the file is there. Raises ValueError for another name."""
    found = _WHEN.search(name)
    if found is None:
        raise ValueError(f"not a file of the demo: {name}")
    return (int(found[1]) - 1) * 1440 + int(found[2]) * 60 + int(found[3])


def write_inputs(folder: Path, start: datetime, step_file: str) -> Path:
    """Write one file of the week and return its path.

    ``start``: Monday 00:00 Shanghai. Raises ValueError for a name that is none of ``all_files()``.
    """
    lines = week.of_file(step_file)
    if not lines:
        raise ValueError(f"not a file of the demo: {step_file}")
    path = folder / step_file
    _write(
        path, [(sheet, head, list(rows)) for sheet, head, rows in _tables(step_file, lines, start)]
    )
    return path


def _tables(
    name: str, lines: Sequence[Line], start: datetime
) -> Iterator[tuple[str, Sequence[str], Iterator[Row]]]:
    """(sheet name, header, rows) of the file; several sheets only in MediaCrawler's xlsx."""
    found = _MEDIACRAWLER.match(name)
    if found:
        for comments in (False, True):
            mine = [one for one in lines if (one.kind is Kind.COMMENT) is comments]
            if mine:
                sheet, old = ("Comments" if comments else "Contents"), found[3] == "old"
                header = columns.header(found[1], comments=comments, old=old)
                yield sheet, header, _crawled(name, mine, start, found[1], old)
    elif name.startswith("12345"):
        yield "工单", _SHEET, _worksheets(name, lines, start)
    else:
        yield "", _GENERIC, (_generic(one, name, start) for one in lines)


def _crawled(
    name: str, lines: Sequence[Line], start: datetime, crawler: str, old: bool
) -> Iterator[Row]:
    for one in lines:
        yield columns.row(
            columns.Item(line=one, count=one.in_file(name), start=start, crawler=crawler,
                         exported=exported(name), old=old)
        )  # fmt: skip


# --- the generic format ---------------------------------------------------------------------------


def _generic(one: Line, name: str, start: datetime) -> Row:
    return generic_row(one, name, week.line(one.parent) if one.parent else None, start)


def generic_row(one: Line, name: str, parent: Line | None, start: datetime) -> Row:
    """The row of the mention in the generic file ``name``; ``parent``: what it stands under."""
    count = one.in_file(name)
    row: Row = {
        "platform": one.platform,
        "kind": str(one.kind),
        "id": week.native_id(one, start),
        "title": one.title,
        "text": one.text,
        "url": week.url(one, start),
        "parent": week.native_id(parent, start) if parent else None,
        "parent_text": parent.text if parent else "",
        "author": one.author,
        "published_at": shanghai(week.moment(start, one.published)).isoformat(),
        "query": one.query,
        "own_channel": one.own_channel,
        "source_kind": _source_kind(one),
    }
    if one.due is not None:
        row["due_at"] = shanghai(week.moment(start, one.due)).isoformat()
    if count:
        row |= {key: getattr(count, key) for key in ("likes", "comments", "shares", "views")}
    return row


def _source_kind(one: Line) -> str:
    kinds = {Kind.COMMENT: "comment", Kind.REVIEW: "review", Kind.ARTICLE: "news"}
    return kinds.get(one.kind, "search")


# --- worksheets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A worksheet row that cannot be taken. fault: "bad_date" or "no_number"."""

    file: str
    published: int
    title: str
    text: str
    fault: str


@cache
def broken() -> tuple[Broken, ...]:
    """The rows planned to become rejects."""
    return tuple(Broken(**row) for row in week.rows(DATA / "broken_rows.jsonl"))


@cache
def planted() -> Mapping[str, Any]:
    """Every piece of personal data in the demo, all invented: nothing of it may leave the
    originals. phones, plates, ids, mails, names, handles; callers; account_prefix."""
    values: dict[str, Any] = json.loads((DATA / "planted.json").read_text("utf-8"))
    return values


_ELSEWHERE = ("朝阳区", "红旗街")

_FAULTS: Mapping[str, Row] = {
    "no_number": {"工单编号": ""},
    "bad_date": {"区交办时间": "上午十点多", "市交办时间": "上午十点多"},
}


def _worksheets(name: str, lines: Sequence[Line], start: datetime) -> Iterator[Row]:
    for one in lines:
        number = week.native_id(one, start) or ""
        yield _sheet(number, one.title, one.text, start, one.published, one.due)
    for no, row in enumerate(broken(), 1):
        if row.file != name:
            continue
        number = week.worksheet_number(f"b{9000 + no}", week.moment(start, row.published))
        cells = _sheet(number, row.title, row.text, start, row.published, row.published + 2880)
        yield cells | _FAULTS[row.fault]


def _sheet(
    number: str, title: str, text: str, start: datetime, published: int, due: int | None
) -> Row:
    callers = planted()["callers"]
    caller = callers[published % len(callers)]
    due = published + 2880 if due is None else due
    handed, limit = _stamp(start, published), _stamp(start, due)
    return {
        "工单编号": number,
        "工单标题": title,
        "诉求内容": text,
        "诉求类型": next((kind for kind in ("咨询", "表扬") if kind in title), "投诉"),
        "区交办时间": handed,
        "区交办办结期限": limit,
        "诉求渠道": "12345热线",
        "诉求归口": "文化旅游",
        "紧急程度": "紧急" if due - published <= 1440 else "一般",
        "工单状态": "办理中",
        "求助人员": caller["name"],
        "求助号码": caller["phone"],
        "性别": "女" if published % 2 else "男",
        "事件发生地": next((at for at in _ELSEWHERE if at in text), "莲花山度假区"),
        "诉求详细地址": "",
        "是否疑难": "否",
        "是否协办": "否",
        "市交办主办单位": "莲花山度假区",
        "市交办协办单位": "",
        "市交办时间": handed,
        "市交办办结期限": limit,
    }


def _stamp(start: datetime, minutes: int) -> str:
    return f"{shanghai(week.moment(start, minutes)):%Y-%m-%d %H:%M:%S}"


# --- on disk --------------------------------------------------------------------------------------


def _write(path: Path, tables: Sequence[Sheet]) -> None:
    if path.suffix == ".xlsx":
        return _write_xlsx(path, tables)
    ((_, header, rows),) = tables
    if path.suffix == ".csv":
        return _write_csv(path, header, rows)
    if path.suffix == ".json":
        text = json.dumps(rows, ensure_ascii=False, indent=1)
    else:
        text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    path.write_text(text, "utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    """utf-8-sig, as MediaCrawler and Excel write it; the hotline's older client writes GBK."""
    encoding = "gbk" if "_gbk" in path.name else "utf-8-sig"
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, header)
        writer.writeheader()
        writer.writerows(rows)


def _write_xlsx(path: Path, tables: Sequence[Sheet]) -> None:
    book = Workbook(write_only=True)
    for sheet, header, rows in tables:
        table = book.create_sheet(sheet)
        table.append(header)
        for row in rows:
            table.append([row.get(name) for name in header])
    book.save(path)
