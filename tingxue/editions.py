"""Finished papers as their readers get them: the bytes that were recorded, or none.

A file that is not what the ledger's sha256 says is handed to nobody.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import date

from openpyxl import load_workbook

from domain.errors import Conflict, NoSuchPaper
from ledger.reports import Edition
from tingxue.app import App
from tingxue.counting import PeriodKind, period_of

KINDS: dict[str, PeriodKind] = {"day": "day", "week": "week"}
FORMS = ("docx", "xlsx", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One figure as the paper's spreadsheet has it: name, value, unit, how it was made."""

    name: str
    value: str
    unit: str
    how: str


def find(app: App, kind: str, day: date, edition: int) -> Edition:
    """Raises NoSuchPaper."""
    with app.ledger.read() as books:
        start = period_of(KINDS[kind], day).start if kind in KINDS else None
        found = books.reports.find(kind, start, edition) if start else None
    if found is None:
        raise NoSuchPaper("没有这一版报告；请从“报告”页选择")
    return found


def content(app: App, edition: Edition, form: str) -> tuple[str, bytes]:
    """Name and bytes of one of its files. Raises NoSuchPaper where it is not on this machine,
    Conflict where it is not what was recorded."""
    named = next(((n, d) for n, d in edition.files if n.endswith(f".{form}")), None)
    if named is None or form not in FORMS:
        raise NoSuchPaper("这一版报告没有这种格式")
    return recorded(app, *named)


def recorded(app: App, name: str, digest: str) -> tuple[str, bytes]:
    """Name and bytes of a file of the folder of papers, if its sha256 is still this one. Raises as
    ``content``."""
    try:
        data = (app.home.reports / name).read_bytes()
    except FileNotFoundError:
        raise NoSuchPaper(
            f"{name} 不在这台主机的报告文件夹里（可能由别的主机编制，或已移走）"
        ) from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Conflict(f"{name} 与当时记录的校验值不符，没有打开；请报告管理员，并另编一版")
    return name, data


def figures(spreadsheet: bytes) -> list[Entry]:
    """Every figure that the paper holds, from its own first sheet: nothing is counted again."""
    book = load_workbook(io.BytesIO(spreadsheet), read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(min_row=3, max_col=4, values_only=True)
        return [
            Entry(name=str(name), value=_number(value), unit=str(unit or ""), how=str(how or ""))
            for name, value, unit, how in rows
        ]  # fmt: skip
    finally:
        book.close()


def _number(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.1f}"
    return "" if value is None else str(value)
