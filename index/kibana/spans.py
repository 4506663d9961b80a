"""Time ranges as Kibana writes them ("now-6d/d"), and what they mean in Shanghai.

Only the forms that the boards use: now, less some days or weeks, rounded to a day or a Monday.
Kibana counts so when its time zone is Asia/Shanghai and its week begins on Monday
(docs/operating.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.times import at_shanghai, shanghai_day

_FORM = re.compile(r"now(?:-(\d+)([dw]))?(?:/([dw]))?")


@dataclass(frozen=True, slots=True)
class Span:
    """From and to, both inclusive: rounded, ``to`` is the last millisecond of its day or week."""

    since: str
    until: str

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """[first, last] moment, aware UTC, as of ``now``. Raises ValueError for another form."""
        return _moment(self.since, now, up=False), _moment(self.until, now, up=True)


LAST_7_DAYS = Span("now-6d/d", "now")
LAST_30_DAYS = Span("now-29d/d", "now")
LAST_WEEK = Span("now-1w/w", "now-1w/w")
WEEK_BEFORE = Span("now-2w/w", "now-2w/w")
EVER = Span("now-1500d/d", "now")
"""Longer than anything is kept: what stands now, whenever it began."""


def _moment(text: str, now: datetime, *, up: bool) -> datetime:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"not a time range of the boards: {text}")
    number, unit, rounded = form.groups()
    at = now - timedelta(days=int(number or 0) * (7 if unit == "w" else 1))
    if rounded is None:
        return at
    day = shanghai_day(at)
    if rounded == "w":
        day -= timedelta(days=day.weekday())
    length = timedelta(days=7 if rounded == "w" else 1)
    start = at_shanghai(day)
    return start + length - timedelta(milliseconds=1) if up else start
