"""From the text of one scalar to a value: clock times, moments, dates, phones, codes.

Every scalar arrives as text (``config.reading``). Reasons are Chinese and never quote the value:
it may be a secret written in the wrong place.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from domain.times import at_shanghai

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}) ([01]\d|2[0-3]):([0-5]\d)")


def _clock(value: object) -> time:
    found = _CLOCK.fullmatch(str(value))
    if found is None:
        raise PydanticCustomError("tingxue", "时间应写成 08:30 这样的 24 小时制")
    return time(int(found[1]), int(found[2]))


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("tingxue", "日期应写成 2026-11-28 这样") from None


def _moment(value: object) -> datetime:
    found = _MOMENT.fullmatch(str(value))
    if found is None:
        raise PydanticCustomError("tingxue", "时间应写成 2026-11-28 17:00 这样（长春时间）")
    return at_shanghai(_day(found[1]), int(found[2]), int(found[3]))


def _days(value: object) -> tuple[date, ...]:
    """``2026-10-01`` or ``2026-10-01..2026-10-07`` (both ends included)."""
    first_text, _, last_text = str(value).partition("..")
    first = _day(first_text)
    last = _day(last_text) if last_text else first
    if last < first:
        raise PydanticCustomError("tingxue", "结束日期早于开始日期")
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _pattern(expression: str, meaning: str) -> AfterValidator:
    compiled = re.compile(expression)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise PydanticCustomError("tingxue", "{meaning}", {"meaning": meaning})
        return value

    return AfterValidator(check)


def _never(_value: object) -> str:
    raise PydanticCustomError("tingxue", "口令不写进配置；账号由人在浏览器窗口里登录")


Text = Annotated[str, Field(min_length=1)]
Code = Annotated[str, _pattern(r"[a-z][a-z0-9_]*", "只能用小写字母、数字和下划线，字母开头")]
Never = Annotated[str, BeforeValidator(_never)]
"""A key that people write and that must not be there: a password."""

Phone = Annotated[str, _pattern(r"\+?\d[\d-]{2,18}\d", "电话只能由数字和短横线组成")]
Url = Annotated[str, _pattern(r"https?://[^\s/]+\S*", "网址应以 http:// 或 https:// 开头")]
Task = Annotated[str, _pattern(r"\d+(,\d+)*", "任务编号应写成 13 或 10,23")]
Prefix = Annotated[str, _pattern(r"[A-Z]{2,6}", "应为 2 到 6 个大写字母，例如 LHS")]
IndexPrefix = Annotated[
    str, _pattern(r"[a-z][a-z0-9-]*-", "只能用小写字母、数字和短横线，以短横线结尾，例如 tingxue-")
]
Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Days = Annotated[tuple[date, ...], BeforeValidator(_days)]
Year = Annotated[int, Field(ge=2000, le=2999)]
Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
PositiveNumber = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
