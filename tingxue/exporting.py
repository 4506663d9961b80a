"""What a search finds, all of it, as a table that a spreadsheet opens: CSV or Excel.

Texts come from strangers: none is ever taken for a formula or a link (``reports.sheets.harmless``).
The file is there whole or not at all.
"""

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import xlsxwriter

from domain.errors import InputError
from domain.search import SearchHit, SearchQuery
from domain.times import shanghai
from domain.types import Verdict
from tingxue import names
from tingxue.app import App
from tingxue.disk import sync_folder
from tingxue.reports.excel import SAFE
from tingxue.reports.sheets import harmless

COLUMNS = (
    ("首见时间", 17), ("发布时间", 17), ("平台", 12), ("体裁", 8), ("标题", 24), ("正文", 60),
    ("链接", 40), ("与度假区有关", 8), ("理由", 24), ("情感", 8), ("紧急程度", 8), ("类别", 18),
    ("地点", 20), ("案件编号", 20), ("级别", 8), ("部门", 24), ("信息编号", 28),
)  # fmt: skip
MOST_ROWS = 1_000_000
"""Of an Excel sheet, below the 1,048,576 of the format."""


def check(path: Path) -> None:
    """Raises InputError, before anything is searched, for a name that no table can have."""
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise InputError(f"{path.name}：导出的文件名请以 .csv 或 .xlsx 结尾")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}：没有这个文件夹，请先建好")


def export(app: App, query: SearchQuery, path: Path) -> int:
    """Every hit, in the order of a search; how many. Raises InputError, SearchUnavailable."""
    check(path)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=path.suffix)
    os.close(handle)
    write = _csv if path.suffix.lower() == ".csv" else _xlsx
    try:
        with closing(app.index().each(query)) as hits:
            count = write(Path(draft), (_row(app, hit) for hit in hits))
        Path(draft).replace(path)
        sync_folder(path.parent)
    finally:
        Path(draft).unlink(missing_ok=True)
    return count


def _csv(path: Path, rows: Iterator[Sequence[str]]) -> int:
    """With a byte order mark, without which Excel takes UTF-8 for GBK."""
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, _ in COLUMNS])
        for row in rows:
            writer.writerow([harmless(cell) for cell in row])
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _xlsx(path: Path, rows: Iterator[Sequence[str]]) -> int:
    count = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder, **SAFE}) as book,
    ):
        sheet = book.add_worksheet("检索结果")
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name)
        for count, row in enumerate(rows, start=1):
            if count > MOST_ROWS:
                raise InputError(f"超过 {MOST_ROWS} 条，Excel 装不下；请缩小范围，或导出 .csv")
            for column, cell in enumerate(row):
                sheet.write_string(count, column, harmless(cell))
    return count


def _row(app: App, hit: SearchHit) -> list[str]:
    mention, plan = hit.doc.mention, app.plan
    return [
        _moment(mention.first_seen_at), _moment(mention.published_at),
        plan.platform_names.get(mention.platform, mention.platform), names.KINDS[mention.kind],
        mention.title, mention.text, mention.url, *_judged(app, hit.doc.verdict),
        hit.doc.case_id or "", str(hit.doc.level or ""), "、".join(hit.doc.departments),
        mention.mention_id,
    ]  # fmt: skip


def _judged(app: App, verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["", "", "", "", "", ""]
    known = app.plan.categories
    codes = [tag.category for tag in verdict.complaints]
    return [
        "是" if verdict.relevant else "否", names.reason(verdict.reason),
        names.POLARITIES[verdict.polarity], names.URGENCIES[verdict.urgency],
        "、".join(known[code].name if code in known else code for code in codes),
        "、".join(verdict.places),
    ]  # fmt: skip


def _moment(at: datetime | None) -> str:
    return f"{shanghai(at):%Y-%m-%d %H:%M}" if at else ""
