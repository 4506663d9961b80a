"""Working time in Changchun: Monday to Friday, minus public holidays, plus weekends worked (调休).

Holidays come from the plan: the State Council names them each autumn for one year only. A year
that the plan does not know counts as Monday to Friday, and the log says so, once for each year.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

from domain.plan import OfficeHours
from domain.times import SHANGHAI, shanghai, shanghai_day, utc

LOG = logging.getLogger(__name__)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Implements ``domain.ports.WorkCalendar``. A span's last moment still counts as inside, so
    that a limit may end at closing time. Raises ValueError for spans that are empty, turned
    round, overlapping or out of order."""

    hours: OfficeHours

    def __post_init__(self) -> None:
        edges = [edge for span in self.hours.spans for edge in span]
        rising = all(a < b for a, b in zip(edges[::2], edges[1::2], strict=True))
        if not edges or not rising or edges != sorted(edges):
            raise ValueError("office hours: spans must not be empty, overlap or end before start")

    def is_workday(self, day: date) -> bool:
        """Whether the office works on this Shanghai day."""
        if day.year not in self.hours.known_years:
            _say_unknown(day.year)
        if day in self.hours.makeup_days:
            return True
        return day.weekday() < 5 and day not in self.hours.holidays

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The moment (UTC) when so many working minutes have passed since ``start``; never
        outside office hours, also for 0 minutes. Raises ValueError for negative minutes."""
        if minutes < 0:
            raise ValueError(f"negative working minutes: {minutes}")
        left = timedelta(minutes=minutes)
        for opens, closes in self._spans_from(start):
            begins = max(opens, utc(start))
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        raise AssertionError("unreachable: working days never end")

    def share(self, start: datetime, end: datetime, share: float) -> datetime:
        """The moment (UTC) when that share of the working time between two moments has passed; of
        the real time when no working time lies between them, or less than an hour in all."""
        spans = list(self._between(utc(start), utc(end)))
        left = sum((b - a for a, b in spans), timedelta()) * share
        if not spans or end - start < timedelta(hours=1):
            return utc(start) + (end - start) * share
        for begins, ends in spans:
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
        return utc(end)

    def _between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working spans within [start, end], cut to it."""
        for opens, closes in self._spans_from(start):
            begins, ends = max(opens, start), min(closes, end)
            if begins >= end:
                return
            if begins < ends:
                yield begins, ends

    def add_workdays(self, start: datetime, days: int) -> datetime:
        """End of office hours (UTC) of the ``days``-th working day after the day of ``start``.
        Raises ValueError for less than one day."""
        if days < 1:
            raise ValueError(f"working days must be at least 1: {days}")
        day = shanghai_day(start)
        while days:
            day += _DAY
            days -= self.is_workday(day)
        return self._spans(day)[-1][1]

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every span that has not ended before ``start``, for ever."""
        day = shanghai(start).date()
        while True:
            if self.is_workday(day):
                yield from (span for span in self._spans(day) if span[1] >= utc(start))
            day += _DAY

    def _spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        return _on(day, self.hours.spans)


@lru_cache(maxsize=1024)  # every running clock asks for the same days, every 15 seconds
def _on(day: date, spans: tuple[tuple[time, time], ...]) -> tuple[tuple[datetime, datetime], ...]:
    """The spans of that Shanghai day, in UTC."""
    return tuple(
        (utc(datetime.combine(day, a, SHANGHAI)), utc(datetime.combine(day, b, SHANGHAI)))
        for a, b in spans
    )


@cache
def _say_unknown(year: int) -> None:
    LOG.warning(
        "没有 %d 年的放假和调休安排，暂按周一至周五上班计算，工作日时限可能算错；"
        "请按国办通知录入 settings.yaml 的 hours（holidays、makeup_days、entered_years）",
        year,
    )
