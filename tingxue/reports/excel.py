"""The Excel file beside a paper: 汇总, 明细, 办理情况, 采集情况, 指标来源 (ids of every figure).

Texts come from strangers: nothing is ever written as a formula or a link, and a text that a
spreadsheet might take for a formula gets an apostrophe in front, which also survives a save as CSV.
"""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format

from domain.times import shanghai
from domain.types import Case, Duty, Sighting
from tingxue.names import POLARITIES
from tingxue.reports.casework import cases_by_mention, reply_overdue, sign_overdue
from tingxue.reports.figure import Figure, Figures, Row
from tingxue.reports.gaps import gaps_of, silent_sources, source_title
from tingxue.reports.paper import Paper, plain
from tingxue.reports.revision import Change
from tingxue.reports.sheets import Cell, IdRows, harmless, with_rows, write_ids, write_row
from tingxue.reports.tallies import categories_of
from tingxue.reports.wording import Material

Lines = Sequence[Cell] | IdRows
Sheet = tuple[str, Sequence[tuple[str, int]], Iterable[Lines]]

SUMMARY = (("指标", 34), ("数值", 12), ("单位", 8), ("算法", 60), ("指标键", 40))
DETAIL = (
    ("首见时间", 17), ("发布时间", 17), ("平台", 12), ("类别", 18), ("地点", 20), ("情感", 8),
    ("级别", 8), ("案件编号", 20), ("摘要", 60), ("链接", 40), ("点赞", 8), ("评论", 8),
    ("转发", 8), ("浏览", 10), ("信息编号", 28),
)  # fmt: skip
HANDLING = (
    ("案件编号", 20), ("级别", 8), ("类别", 18), ("地点", 20), ("部门", 16), ("职责", 8),
    ("状态", 12), ("派单时间", 17), ("签收时限", 17), ("签收时间", 17), ("答复时限", 17),
    ("答复时间", 17), ("办结时间", 17), ("退回次数", 8), ("逾期", 10), ("信息条数", 8),
    ("投诉登记时间", 17), ("受理决定时限", 17), ("受理决定", 24),
    ("投诉处理时限", 17),
)  # fmt: skip
SOURCES = (("指标键", 44), ("指标", 34), ("计入的编号（信息、案件、事项、采集）", 44))
GAPS = (
    ("来源", 24), ("情况", 22), ("起", 17), ("止", 17), ("原因", 30), ("采集编号", 44),
)  # fmt: skip
CHANGES = (
    ("指标", 34), ("上一版", 10), ("本版", 10), ("单位", 8), ("原因", 26), ("编号", 44),
    ("指标键", 40),
)  # fmt: skip
SAFE = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
"""How a workbook is opened that strangers' texts go into."""
_HEAD = 2
"""Lines above the rows."""
_MOST_ROWS = 1_000_000
"""Of one sheet, below the 1,048,576 of the format: more go on in a further sheet."""


def excel_bytes(material: Material, paper: Paper, *, of_period: bool = True) -> bytes:
    """The .xlsx file. The same material gives the same bytes. ``of_period``: with 采集情况, which a
    paper on single cases has not."""
    buffer = io.BytesIO()
    title = "".join(plain(line) for line in paper.title)
    head = "　".join((title, *(plain(line) for line in paper.subtitle)))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as files:
        below: dict[str, tuple[IO[bytes], int, int]] = {}
        with _book(buffer, folder) as book:
            book.set_properties({"title": title, "author": "听雪", "created": material.made_at})
            looks = _looks(book)
            for name, columns, rows in _content(material, of_period):
                for number, (file, last) in enumerate(_written(rows, folder, files), 1):
                    called = f"{name}（{number}）" if number > 1 else name
                    _begin(book, looks, called, columns, head, last)
                    place = f"xl/worksheets/sheet{len(book.worksheets())}.xml"
                    below[place] = file, len(columns), last
        return with_rows(buffer.getvalue(), below)


def _content(material: Material, of_period: bool) -> Iterator[Sheet]:
    yield "汇总", SUMMARY, _summary(material)
    yield "明细", DETAIL, _detail(material)
    yield "办理情况", HANDLING, _handling(material)
    if of_period:
        yield "采集情况", GAPS, _gaps(material)
    if material.revision is not None and material.revision.changes is not None:
        yield "更正说明", CHANGES, _changes(material.revision.changes)
    yield "指标来源", SOURCES, _sources(material)


def _book(buffer: io.BytesIO, folder: str) -> xlsxwriter.Workbook:
    """The heads of its sheets; what goes below them is not given to it."""
    return xlsxwriter.Workbook(buffer, {"constant_memory": True, "tmpdir": folder, **SAFE})


def _looks(book: xlsxwriter.Workbook) -> tuple[Format, Format, Format]:
    """Of the title line, the column names, the cells."""
    return (
        book.add_format({"bold": True, "font_name": "宋体", "font_size": 12}),
        book.add_format({"bold": True, "font_name": "宋体", "bg_color": "#D9D9D9", "border": 1,
                         "align": "center", "valign": "vcenter", "text_wrap": True}),
        book.add_format({"font_name": "宋体", "valign": "top", "text_wrap": True, "border": 1}),
    )  # fmt: skip


def _written(
    rows: Iterable[Lines], folder: str, files: ExitStack
) -> Iterator[tuple[IO[bytes], int]]:
    """Files of the rows and the last line of each; a further one where they are too many for one
    sheet. They go to the private folder as they come: a season's ids do not fit in memory."""
    file, line = files.enter_context(tempfile.TemporaryFile(dir=folder)), _HEAD
    for row in rows:
        done, every = 0, len(row.ids) if isinstance(row, IdRows) else 1
        while done < every:
            if line >= _MOST_ROWS:
                yield file, line
                file, line = files.enter_context(tempfile.TemporaryFile(dir=folder)), _HEAD
            some = min(every - done, _MOST_ROWS - line)
            if isinstance(row, IdRows):
                write_ids(file, line + 1, replace(row, ids=row.ids[done : done + some]))
            else:
                write_row(file, line + 1, row)
            line, done = line + some, done + some
    yield file, line


def _begin(
    book: xlsxwriter.Workbook, looks: tuple[Format, Format, Format], name: str,
    columns: Sequence[tuple[str, int]], head: str, last: int,
) -> None:  # fmt: skip
    """A sheet with its title, its column names and a blank cell, where the rows will stand."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, harmless(head), looks[0])
    for column, (text, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, text, looks[1])
    sheet.write_blank(_HEAD, 0, None, looks[2])
    sheet.autofilter(1, 0, max(last - 1, 1), len(columns) - 1)


def _summary(material: Material) -> Iterator[Sequence[Cell]]:
    for figure in material.figures.by_key.values():
        yield figure.name, figure.value, figure.unit, how_made(figure, material.figures), figure.key


def how_made(figure: Figure, figures: Figures) -> str:
    """In words, how the figure is made again."""
    if figure.parts:
        a, b = (figures[key].name for key in figure.parts)
        made = {"rate": f"{a}÷{b}", "change": f"（{a}－{b}）÷{b}", "difference": f"{a}－{b}"}
        return made[figure.how]
    ways = {
        "count": "计数",
        "sum": "合计",
        "average": "平均",
        "elapsed": "已超时限的整小时数",
    }
    return ways[figure.how] + ("（页面仅显示下限，为不少于）" if figure.at_least else "")


def _detail(material: Material) -> Iterator[Sequence[Cell]]:
    cases, spread = cases_by_mention(material.facts.cases), material.facts.spread
    platform = cache(lambda code: material.platform(code).text)
    kind = cache(lambda code: material.category(code).text)
    for row in material.rows:
        one = row[0].mention_id
        kinds = "、".join(map(kind, categories_of(row)))
        yield _detail_row(row, platform(row[0].platform), kinds, cases.get(one), spread.get(one))


def _detail_row(
    row: Row, platform: str, kinds: str, case: Case | None, sighting: Sighting | None
) -> Sequence[Cell]:
    mention, verdict = row
    counts = sighting.counts if sighting else None
    text = " ".join(part for part in (mention.title, mention.text) if part)
    return (
        _time(mention.first_seen_at), _time(mention.published_at), platform, kinds,
        "、".join(verdict.places), POLARITIES[verdict.polarity],
        str(case.level) if case else "", case.case_id if case else "",
        text if len(text) <= 200 else text[:198] + "……", mention.url,
        counts.likes if counts else None, counts.comments if counts else None,
        counts.shares if counts else None, counts.views if counts else None, mention.mention_id,
    )  # fmt: skip


def _handling(material: Material) -> Iterator[Sequence[Cell]]:
    for case in sorted(material.facts.cases, key=lambda c: (c.opened_at, c.case_id)):
        kinds = "、".join(material.category(code).text for code in case.categories)
        for o in case.obligations:
            late = [
                word
                for word, check in (("未签收", sign_overdue), ("未答复", reply_overdue))
                if check(o, material.made_at)
            ]
            yield (
                case.case_id, str(case.level), kinds, case.place or "", o.department,
                "牵头" if o.duty is Duty.LEAD else "配合", str(o.status), _time(o.opened_at),
                _time(o.ack_due), _time(o.acknowledged_at), _time(o.reply_due),
                _time(o.replied_at), _time(o.accepted_at), o.reworked_count, "、".join(late),
                len(case.mention_ids), _time(case.registered_at), _time(case.acceptance_due),
                _admission(case), _time(case.settlement_due),
            )  # fmt: skip


def _admission(case: Case) -> str:
    if case.refused_at:
        return f"{_time(case.refused_at)} 不予受理"
    return f"{_time(case.admitted_at)} 受理" if case.admitted_at else ""


def _gaps(material: Material) -> Iterator[Sequence[Cell]]:
    """Which sources were down, from when to when, and which did not run at all."""
    for gap in gaps_of(material.facts):
        until = _time(gap.until) if gap.until else "期末未恢复"
        yield (
            source_title(gap.source, material.plan), "采集不完整", _time(gap.since), until,
            "、".join(gap.why), "、".join(gap.run_ids),
        )  # fmt: skip
    for source in silent_sources(material.facts, material.plan):
        yield source_title(source, material.plan), "监测期内未运行", "", "", "", ""


def _changes(changes: Sequence[Change]) -> Iterator[Sequence[Cell]]:
    """One row per figure, reason and id."""
    for change in changes:
        old, new = change.before, change.after
        unit = (new or old).unit  # type: ignore[union-attr]  # one is there
        head = change.name, old.value if old else None, new.value if new else None, unit
        why = [(reason, one) for reason, ids in change.reasons for one in ids] or [("", "")]
        for reason, one in why:
            yield *head, reason, one, change.key


def _sources(material: Material) -> Iterator[IdRows]:
    """One row per id; a figure made of two others has a row for each of them; an empty one one."""
    for figure in material.figures.by_key.values():
        yield IdRows(head=(figure.key, figure.name), ids=figure.ids or figure.parts or ("",))


def _time(moment: datetime | None) -> str:
    return shanghai(moment).isoformat(" ", "minutes")[:16] if moment else ""
