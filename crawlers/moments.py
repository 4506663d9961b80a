"""Reads times as platforms and exports write them.

A pure function, used by live parsers and file imports alike. Nothing is guessed: a value of an
unknown shape raises ``crawlers.fields.Unreadable``. The shapes are those of the platform reference,
§0.5.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta

from crawlers.fields import Unreadable
from domain.times import SHANGHAI, at_shanghai, shanghai, utc

_EARLIEST, _LATEST = at_shanghai(date(1990, 1, 1)), at_shanghai(date(2100, 1, 1))
_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=SHANGHAI)
_CLOCK = (
    r"(?:[T\s]*(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})分?)?"
    r"(?::?(?P<second>\d{1,2})秒?(?:\.\d+)?)?)?"
)
_FULL = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?" + _CLOCK
    + r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)  # fmt: skip
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?P<zone>)"
)
_MONTH_DAY = re.compile(r"(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?" + _CLOCK)
_NAMED_DAY = re.compile(r"(?P<name>今天|昨天|前天)" + _CLOCK)
_AGO = re.compile(
    r"(?P<many>\d{1,6}|半)\s*个?(?P<unit>秒钟?|分钟?|小?时|天|日|周|星期|月|年)(?:之?前)"
)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,12})?")
_ENGLISH = re.compile(  # 微博: Sun Nov 22 15:00:00 +0800 2026
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d)"
    r":(?P<second>\d\d) (?P<zone>[+-]\d{4}) (?P<year>\d{4})"
)
_MONTHS = {name: str(no) for no, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
)}  # fmt: skip
_SLASH_DATE = re.compile(r"/Date\((\d{12,14})[+-]?\d{0,4}\)/")  # 携程
_LEAD_IN = re.compile(r"^(?:发布于|发表于|编辑于|更新于|回复于|最后回复)[:\s]*")
_SPAN = {"秒": 1, "分": 60, "小": 3600, "时": 3600, "天": 86_400, "日": 86_400, "周": 604_800,
         "星": 604_800, "月": 30 * 86_400, "年": 365 * 86_400}  # fmt: skip
_DAYS_BACK = {"今天": 0, "昨天": 1, "前天": 2}


def moment(raw: object, *, anchor: datetime, ahead: bool = False) -> datetime | None:
    """A point in time as aware UTC; None for None or an empty cell.

    Takes epoch seconds and milliseconds (above 10^12), Excel datetimes and serial numbers, ISO,
    Chinese, 微博 and 携程 notations, and times relative to ``anchor`` (刚刚, 5分钟前, 昨天 12:30,
    11-22). Without a zone it is Shanghai time. ``ahead``: the value may lie in the future
    (a time limit), so a bare month and day is the nearest one and not the last one.
    Raises Unreadable, also for years outside 1990-2099.
    """
    if raw is None:
        return None
    if isinstance(raw, str):
        text = _LEAD_IN.sub("", unicodedata.normalize("NFKC", raw).strip())
        if not text:
            return None
        found = _from_text(text, anchor, ahead)
    else:
        found = _from_native(raw)
    if not _EARLIEST <= found < _LATEST:
        raise Unreadable("不是时间")
    return found


def _from_native(raw: object) -> datetime:
    if isinstance(raw, date) and not 1980 < raw.year < 2110:
        raise Unreadable("不是时间")
    if isinstance(raw, datetime):
        return utc(raw if raw.tzinfo else raw.replace(tzinfo=SHANGHAI))
    if isinstance(raw, date):
        return at_shanghai(raw)
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise Unreadable("不是时间")
    return _from_number(raw)


def _from_number(value: int | float) -> datetime:
    if not 0 < value < 1e15:  # also refuses what is not a number
        raise Unreadable("不是时间")
    if value < 100_000:  # an Excel day number; as an epoch it would be 1 January 1970
        return utc(_EXCEL_ZERO + timedelta(seconds=round(value * 86_400)))
    compact = _COMPACT.fullmatch(str(int(value)))
    if compact is not None:
        return _on_the_clock(compact, int(compact["year"]))
    seconds = value / 1000 if value > 1e12 else value
    if seconds > 5e9:
        raise Unreadable("不是时间")
    return datetime.fromtimestamp(seconds, SHANGHAI).astimezone(_EARLIEST.tzinfo)


def _from_text(text: str, anchor: datetime, ahead: bool) -> datetime:
    for pattern, read in _NOTATIONS:
        match = pattern.fullmatch(text)
        if match is not None:
            return read(match, anchor, ahead)
    raise Unreadable("不是时间")


def _absolute(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    return _on_the_clock(match, int(match["year"]))


def _number(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    return _from_number(float(match[0]) if "." in match[0] else int(match[0]))


def _slash_date(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    return _from_number(int(match[1]))


def _just_now(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    return utc(anchor)


def _ago(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    many = 0.5 if match["many"] == "半" else int(match["many"])
    try:
        return utc(anchor) - timedelta(seconds=many * _SPAN[match["unit"][0]])
    except OverflowError:
        raise Unreadable("不是时间") from None


def _named_day(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    day = shanghai(anchor).date() - timedelta(days=_DAYS_BACK[match["name"]])
    return _at(day.year, day.month, day.day, match)


def _month_day(match: re.Match[str], anchor: datetime, ahead: bool) -> datetime:
    """The year is not written: the last such day, or with ``ahead`` the nearest one."""
    this = shanghai(anchor).year
    found = []
    for year in (this - 1, this, this + 1):
        try:
            found.append(_on_the_clock(match, year))
        except Unreadable:  # 29 February
            continue
    if not ahead:
        found = [one for one in found if one <= anchor]
    if not found:
        raise Unreadable("不是时间")
    return min(found, key=lambda one: abs(one - anchor))


def _on_the_clock(match: re.Match[str], year: int) -> datetime:
    month = _MONTHS.get(match["month"], match["month"])
    if not month.isdigit():
        raise Unreadable("不是时间")
    return _at(year, int(month), int(match["day"]), match)


def _at(year: int, month: int, day: int, match: re.Match[str]) -> datetime:
    clock = match.groupdict(default="")
    hour, minute, second = (int(clock[key] or 0) for key in ("hour", "minute", "second"))
    next_day = (hour, minute, second) == (24, 0, 0)  # how Chinese limits write midnight
    zone = clock.get("zone") or "+0800"
    zone = "+0000" if zone == "Z" else zone.replace(":", "")
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    try:
        local = datetime(year, month, day, 0 if next_day else hour, minute, second, tzinfo=SHANGHAI)
        return utc(local + timedelta(hours=8, days=int(next_day)) - offset)
    except (ValueError, OverflowError):
        raise Unreadable("不是时间") from None


_NOTATIONS: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str], datetime, bool], datetime]], ...
] = (
    (_FULL, _absolute),
    (_NUMBER, _number),
    (re.compile("刚刚|刚才"), _just_now),
    (_AGO, _ago),
    (_NAMED_DAY, _named_day),
    (_MONTH_DAY, _month_day),
    (_ENGLISH, _absolute),
    (_SLASH_DATE, _slash_date),
)
