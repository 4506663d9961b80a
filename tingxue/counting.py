"""The counting rule: which mentions a paper, a desk page or a chart counts for a period.

One function for reports, desk, Elasticsearch and Kibana (house.md §4): relevant mentions by
``first_seen_at``, over a Shanghai day or a Monday-to-Sunday week, drill never with real data. In
SQL the same rule stands in ``ledger.dailies``; a test holds the two against each other.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from domain.counting import CountedMention, CountedVerdict, ListedMention
from domain.times import day_bounds, shanghai_day, week_bounds
from domain.types import Mention, Verdict

PeriodKind = Literal["day", "week", "span"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One Shanghai day, Monday-to-Sunday week, or any other span: [start, end), aware UTC."""

    kind: PeriodKind
    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """First Shanghai day."""
        return shanghai_day(self.start)

    @property
    def last_day(self) -> date:
        """Last Shanghai day, inclusive."""
        return shanghai_day(self.end - timedelta(microseconds=1))

    @property
    def days(self) -> tuple[date, ...]:
        """Every Shanghai day of the period, in order."""
        length = (self.last_day - self.first_day).days + 1
        return tuple(self.first_day + timedelta(days=n) for n in range(length))

    @property
    def issue(self) -> tuple[int, int]:
        """(year, number) of a weekly paper: the ISO week, counted from 1 in each ISO year."""
        year, week, _ = self.first_day.isocalendar()
        return year, week

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in [start, end)."""
        return self.start <= moment < self.end


def period_of(kind: PeriodKind, day: date) -> Period:
    """The day itself, or the week it lies in. Raises ValueError for a span: see ``span_of``."""
    if kind == "span":
        raise ValueError("a span has no length of its own")
    start, end = day_bounds(day) if kind == "day" else week_bounds(day)
    return Period(kind=kind, start=start, end=end)


def span_of(first: date, last: date) -> Period:
    """All Shanghai days from the first to the last, both inclusive."""
    return Period(kind="span", start=day_bounds(first)[0], end=day_bounds(last)[1])


def previous(period: Period) -> Period:
    """The period just before, as long: what 环比 compares with."""
    if period.kind == "span":
        length = period.end - period.start
        return Period(kind="span", start=period.start - length, end=period.start)
    return period_of(period.kind, period.first_day - timedelta(days=1))


def last_finished(kind: PeriodKind, now: datetime) -> Period:
    """The latest period that has ended at ``now``: what a report made now is about."""
    return previous(period_of(kind, shanghai_day(now)))


def counted(
    mention: Mention | ListedMention | CountedMention, verdict: Verdict | CountedVerdict | None,
    period: Period, drill: bool,
) -> bool:  # fmt: skip
    """Whether the mention counts in the period. A mention without a verdict does not count."""
    if verdict is None or not verdict.relevant:
        return False
    return mention.drill == drill and period.holds(mention.first_seen_at)
