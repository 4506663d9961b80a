"""Reads a roster (值班表) from a table of the office: xlsx or csv, one shift a row.

Columns, in any order: 部门, 值班人, 电话, and either 开始 and 结束, or 日期 and 班次; besides, if
wanted, 备班人, 备班电话 and 替班 (whose shift this one takes). Every row is good, or the table is
not taken: a roster with holes that nobody meant is worse than last month's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from config import rosterfile
from config.models import RosterFile, ShiftEntry
from crawlers.fields import Unreadable
from crawlers.moments import moment
from crawlers.rows import Row
from crawlers.tables import open_tables
from domain.errors import InputError
from domain.plan import OfficeHours
from domain.times import at_shanghai, shanghai

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "department": ("部门", "单位", "成员单位", "值班部门", "值班单位"),
    "person": ("值班人", "值班人员", "值班员", "姓名"),
    "phone": ("电话", "联系电话", "值班电话", "手机", "手机号", "手机号码"),
    "from": ("开始", "开始时间", "起", "上班时间"),
    "to": ("结束", "结束时间", "止", "下班时间"),
    "day": ("日期", "值班日期"),
    "turn": ("班次", "时段", "值班时段", "值班时间", "时间"),
    "deputy": ("备班人", "备班", "备班人员", "副班"),
    "deputy_phone": ("备班电话", "备班手机", "副班电话"),
    "instead_of": ("替班", "替谁", "替换谁", "原值班人"),
}
_KEY = {name: key for key, names in COLUMNS.items() for name in names}
KEPT = timedelta(days=31)
"""How long a shift is kept after its end."""
_NEEDED = ("department", "person", "phone")
_HOURS = re.compile(
    r"(?P<from>\d{1,2}[:：]\d\d)[-—–－~～至到]+(?:次日|第二天|翌日)?(?P<to>\d{1,2}[:：]\d\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that is not a shift of this roster. ``row`` counts as the user's program shows it;
    ``sheet`` is "" where the file holds one table only."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row and the shift it is."""

    sheet: str
    row: int
    shift: ShiftEntry


def is_header(names: Sequence[str]) -> bool:
    """Whether these are the columns of a roster."""
    known = {_KEY.get(name) for name in names}
    return known >= {"department", "person"} and bool(known & {"from", "day"})


def read(
    path: Path, *, now: datetime, departments: Sequence[str], hours: OfficeHours, old: RosterFile
) -> tuple[list[Taken], list[Refused]]:
    """All rows of all sheets with such a header: shifts, and what is wrong with the others.

    departments: who may be on duty. old: the roster in force, for whom a substitute may stand in.
    Raises InputError for what is no table, or none of a roster.
    """
    taken: list[Taken] = []
    refused: list[Refused] = []
    try:
        opened = open_tables(path, is_header=is_header)
    except InputError as error:
        wanted = "值班表要有这些列：部门、值班人、电话、开始、结束，见 docs/roster.md。"
        raise InputError(f"{error}{wanted}") from None
    try:
        for table in opened.tables:
            for row in table.rows:
                shift, wrong = _shift(row, now, hours)
                if shift is not None:
                    wrong = unknown(shift.department, departments)
                if shift is None or wrong:
                    reason = "；".join(wrong)
                    refused.append(Refused(sheet=table.name, row=row.number, reason=reason))
                else:
                    taken.append(Taken(sheet=table.name, row=row.number, shift=shift))
    finally:
        opened.close()
    return taken, [*refused, *_overlaps(taken), *_strangers(taken, old, now)]


def _shift(row: Row, now: datetime, hours: OfficeHours) -> tuple[ShiftEntry | None, list[str]]:
    if row.problem:
        return None, [row.problem]
    cells = {_KEY[name]: value for name, value in row.cells.items() if name in _KEY}
    raw = {key: _text(cells.get(key)) for key in COLUMNS if key not in ("day", "turn")}
    try:
        start, end = _times(cells, now, hours)
    except Unreadable as error:
        return None, [*_missing(raw), str(error)]
    return shift_of(raw, start, end)


def shift_of(
    raw: Mapping[str, str], start: datetime, end: datetime
) -> tuple[ShiftEntry | None, list[str]]:
    """The shift of these texts, by the keys of ``COLUMNS``; or what is wrong with it alone."""
    if missing := _missing(raw):
        return None, missing
    if end <= start:
        return None, ["结束时间必须晚于开始时间"]
    first, last = (f"{shanghai(at):%Y-%m-%d %H:%M}" for at in (start, end))
    return rosterfile.checked({**raw, "from": first, "to": last})


def _missing(raw: Mapping[str, str]) -> list[str]:
    return [f"缺少{COLUMNS[key][0]}" for key in _NEEDED if not raw[key]]


def unknown(department: str, departments: Sequence[str]) -> list[str]:
    """What is wrong with the name of a department or receiver."""
    known = department in departments
    return [] if known else [f"departments.yaml 里没有「{department}」这个部门或收信人"]


def _text(cell: object) -> str:
    """A cell as text; a phone that the program keeps as a number loses its ".0"."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _times(
    cells: Mapping[str, object], now: datetime, hours: OfficeHours
) -> tuple[datetime, datetime]:
    if _text(cells.get("from")) or _text(cells.get("to")):
        return _moment(cells.get("from"), "开始", now), _moment(cells.get("to"), "结束", now)
    day = shanghai(_moment(cells.get("day"), "日期", now)).date()
    return _turn(day, _text(cells.get("turn")), hours)


def _moment(cell: object, name: str, now: datetime) -> datetime:
    try:
        found = moment(cell, anchor=now, ahead=True)
    except Unreadable:
        found = None
        if _text(cell):
            raise Unreadable(f"{name}看不懂，请写成 2026-12-05 17:00 这样") from None
    if found is None:
        raise Unreadable(f"缺少{name}")
    return found


def _turn(day: date, turn: str, hours: OfficeHours) -> tuple[datetime, datetime]:
    """A day's 白班, 夜班 or 全天, or its hours; what ends before it began ends the next day."""
    opens, closes = hours.spans[0][0], hours.spans[-1][1]
    named = {"白班": (opens, closes), "夜班": (closes, opens), "全天": (time(0), time(0))}
    found = _HOURS.fullmatch(re.sub(r"\s", "", turn))
    if turn in named:
        first, last = named[turn]
    elif found is not None:
        first, last = _clock(found["from"]), _clock(found["to"])
    else:
        raise Unreadable("班次看不懂，请写白班、夜班、全天，或 17:00-08:30 这样的钟点")
    later = day if last > first else day + timedelta(days=1)
    return (
        at_shanghai(day, first.hour, first.minute),
        at_shanghai(later, last.hour, last.minute),
    )


def _clock(text: str) -> time:
    hour, minute = map(int, re.split("[:：]", text))
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise Unreadable(f"没有 {text} 这个钟点")
    return time(hour, minute)


def joined(old: RosterFile, taken: Sequence[Taken], now: datetime) -> RosterFile:
    """The roster in force with what was read; what ended a month ago is dropped from it."""
    return rosterfile.joined(old, [one.shift for one in taken], since=now - KEPT)


# --- between rows ----------------------------------------------------------------------------


def _overlaps(taken: Sequence[Taken]) -> Iterator[Refused]:
    """Rows that begin while an earlier one of the department still lasts; substitutes apart."""
    latest: dict[tuple[str, bool], Taken] = {}
    for one in sorted(taken, key=lambda each: (each.shift.start, each.row)):
        kind = (one.shift.department, one.shift.instead_of is None)
        other = latest.get(kind)
        if other is not None and one.shift.start < other.shift.end:
            reason = f"与{_place(other)}重叠（{one.shift.department}）"
            yield Refused(sheet=one.sheet, row=one.row, reason=reason)
        if other is None or one.shift.end > other.shift.end:
            latest[kind] = one


def _place(one: Taken) -> str:
    return f"「{one.sheet}」第 {one.row} 行" if one.sheet else f"第 {one.row} 行"


def _strangers(taken: Sequence[Taken], old: RosterFile, now: datetime) -> Iterator[Refused]:
    """Substitutes for somebody whom the department's roster does not have."""
    lost = strangers(joined(old, taken, now), [one.shift for one in taken])
    for one in taken:
        if one.shift in lost:
            department, replaced = one.shift.department, one.shift.instead_of
            reason = f"{department}的值班表里没有「{replaced}」，不知道替谁的班"
            yield Refused(sheet=one.sheet, row=one.row, reason=reason)


def strangers(roster: RosterFile, shifts: Sequence[ShiftEntry]) -> list[ShiftEntry]:
    """Of these, the substitutes for somebody whom the department's roster does not have."""
    known = {(s.department, s.person) for s in roster.shifts if s.instead_of is None}
    known |= {(s.department, s.person) for s in roster.standing}
    return [s for s in shifts if s.instead_of and (s.department, s.instead_of) not in known]
