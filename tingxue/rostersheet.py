"""The empty table of a roster, to be filled in and imported again.

Its columns are the first names that ``tingxue.rostertable`` knows, so that what is handed out is
what is taken.
"""

import io
import tempfile
from collections.abc import Sequence

import xlsxwriter

from tingxue.rostertable import COLUMNS

HEADER = tuple(
    COLUMNS[key][0]
    for key in ("department", "person", "phone", "from", "to", "deputy", "deputy_phone",
                "instead_of")
)  # fmt: skip
_ROWS = 1_000
_WIDTHS = (20, 14, 18, 20, 20, 14, 18, 14)
_HOW = (
    "一班一行；时间都是长春时间，写成 2026-12-05 17:00，可以跨零点、跨月。",
    "同一部门的两班不能重叠；替班的在“替班”一列写明替谁，可以重叠，以替班为准。",
    "备班人、备班电话、替班可以不填，其余必须填。",
    "全部行都对才采用：有一行不对，原来的值班表继续有效。新表所含时段以新表为准，其余时段不变。",
    "部门可填（与名称完全一致）：",
)


def empty(departments: Sequence[str]) -> bytes:
    """The .xlsx file: the header over empty rows, and how to fill them in on a second sheet."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        with xlsxwriter.Workbook(buffer, {"tmpdir": folder, "in_memory": True}) as book:
            _table(book, len(departments))
            notes = book.add_worksheet("填写说明")
            notes.set_column(0, 0, 90)
            for row, line in enumerate((*_HOW, *departments)):
                notes.write_string(row, 0, line)
    return buffer.getvalue()


def _table(book: xlsxwriter.Workbook, departments: int) -> None:
    sheet = book.add_worksheet("值班表")
    head = book.add_format({"bold": True, "bg_color": "#D9D9D9", "border": 1})
    plain = book.add_format({"num_format": "@"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, (name, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
        dated = name in (COLUMNS["from"][0], COLUMNS["to"][0])
        sheet.set_column(column, column, width, moment if dated else plain)
        sheet.write_string(0, column, name, head)
    sheet.freeze_panes(1, 0)
    names = f"=填写说明!$A${len(_HOW) + 1}:$A${len(_HOW) + departments}"
    sheet.data_validation(1, 0, _ROWS, 0, {"validate": "list", "source": names})
