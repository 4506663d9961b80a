"""A roster being made: one shift checked at a time, old and new put together, written as YAML.

An imported table is the truth for the time it spans, department by department; what an old roster
says of other times and other departments stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from config.loader import PLACEHOLDER
from config.models import RosterFile, ShiftEntry
from config.reading import read_yaml
from config.validation import reasons, validate
from domain.times import shanghai

_NAMES = {
    "department": "部门", "person": "值班人", "phone": "电话", "from": "开始", "to": "结束",
    "deputy": "备班人", "deputy_phone": "备班电话", "instead_of": "替班",
}  # fmt: skip
# libyaml where PyYAML was built with it, as for reading
_DUMPER = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
_HEAD = """\
# 值班表：由 tingxue roster import 写入，可以手改；写法见程序自带的 config/roster.yaml。
# 再次导入时，新表所含时段以新表为准；上一份留在 roster.yaml.old。
"""


def read(path: Path) -> RosterFile:
    """The roster in this file. Raises ConfigError for the first thing wrong with it."""
    content, errors = validate(RosterFile, read_yaml(path))
    if content is None:
        raise errors[0]
    return content


def checked(raw: Mapping[str, str]) -> tuple[ShiftEntry | None, list[str]]:
    """One shift of text values, by the keys of roster.yaml; or what is wrong with it, in
    Chinese. An empty value is a missing one."""
    given = {key: value for key, value in raw.items() if value}
    try:
        return ShiftEntry.model_validate(given), []
    except ValidationError as error:
        return None, [f"{_NAMES[key]}：{reason}" for key, reason in reasons(error)]


def joined(old: RosterFile, new: Sequence[ShiftEntry], *, since: datetime) -> RosterFile:
    """``old`` with the new shifts in the place of those in the time they span, and new substitutes
    in the place of substitutes only: whose duty they take keeps it. Standing entries whose phone
    is a shipped placeholder go: they would hide that nobody is on duty. So do old shifts that
    ended before ``since``: names and numbers are kept no longer than needed."""
    turns = _bounds(one for one in new if one.instead_of is None)
    stand_ins = _bounds(one for one in new if one.instead_of is not None)
    kept: list[ShiftEntry] = []
    for shift in old.shifts:
        parts = _outside([shift], turns.get(shift.department))
        if shift.instead_of is not None:
            parts = _outside(parts, stand_ins.get(shift.department))
        kept += parts
    kept = [shift for shift in kept if shift.end > since]
    shifts = sorted((*kept, *new), key=lambda one: (one.start, one.department, one.end))
    standing = tuple(s for s in old.standing if not s.phone.startswith(PLACEHOLDER))
    return old.model_copy(update={"shifts": tuple(shifts), "standing": standing})


_Bounds = tuple[datetime, datetime]


def _bounds(shifts: Iterable[ShiftEntry]) -> dict[str, _Bounds]:
    """department -> [first start, last end)."""
    found: dict[str, _Bounds] = {}
    for one in shifts:
        first, last = found.get(one.department, (one.start, one.end))
        found[one.department] = (min(first, one.start), max(last, one.end))
    return found


def _outside(shifts: Sequence[ShiftEntry], bounds: _Bounds | None) -> list[ShiftEntry]:
    """What of the shifts lies before or after the bounds."""
    if bounds is None:
        return list(shifts)
    first, last = bounds
    before = [s.model_copy(update={"end": min(s.end, first)}) for s in shifts if s.start < first]
    after = [s.model_copy(update={"start": max(s.start, last)}) for s in shifts if s.end > last]
    return before + after


def text(roster: RosterFile) -> str:
    """The roster as the loader reads it."""
    data = {
        "keeper": None if roster.keeper is None else _plain(roster.keeper),
        "shifts": [_plain(one) for one in roster.shifts],
        "standing": [_plain(one) for one in roster.standing],
    }
    given = {key: value for key, value in data.items() if value is not None}
    return _HEAD + yaml.dump(given, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=200)


def _plain(entry: BaseModel) -> dict[str, str]:
    values = entry.model_dump(by_alias=True, exclude_none=True)
    return {key: _said(value) for key, value in values.items()}


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{shanghai(value):%Y-%m-%d %H:%M}"
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)
