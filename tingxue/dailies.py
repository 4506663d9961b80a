"""The totals of each Shanghai day by the counting rule: finished days are kept in the ledger, the
day that goes on is counted when somebody looks.

A kept day equals what ``tingxue.counting`` counts; when a verdict of it changes, by a correction
or a new analyser, it is counted anew before it is shown as certain.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.times import day_bounds, shanghai_day
from ledger.books import Books
from ledger.dailies import Heard, Total
from tingxue.app import App

KEPT_DAYS = 60
AT_ONCE = 5_000
"""Mentions after which one transaction counts no further day."""
_SETTLED = timedelta(minutes=10)
"""So long after midnight a day is not kept yet: on PostgreSQL an analyser's transaction that began
before the day's row was there does not see it (ledger.dailies.changed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Totals by day, a day without any mention included. live: counted just now; old: as they were
    before verdicts changed; missing: not counted yet."""

    totals: dict[date, list[Total]]
    live: tuple[date, ...]
    old: tuple[date, ...]
    missing: tuple[date, ...]


def tallied(heard: Iterable[Heard]) -> Iterator[Total]:
    """The totals of these mentions. A mention with two categories counts for both."""
    counts: dict[tuple[str, str], list[int]] = {}
    for one in heard:
        complaint = bool(one.categories)
        for key in _keys(one):
            found = counts.setdefault(key, [0, 0])
            found[0] += 1
            found[1] += complaint
    for (kind, name), (mentions, complaints) in sorted(counts.items()):
        yield Total(kind=kind, name=name, mentions=mentions, complaints=complaints)


def _keys(one: Heard) -> Iterator[tuple[str, str]]:
    yield "all", ""
    yield "polarity", one.polarity
    yield "platform", one.platform
    yield from (("category", code) for code in one.categories)
    yield from (("place", name) for name in one.places)


def last_days(now: datetime, count: int) -> list[date]:
    """The Shanghai day of ``now`` and those before it, oldest first; so many in all."""
    today = shanghai_day(now)
    return [today - timedelta(days=n) for n in reversed(range(count))]


def keep(app: App, days: int = KEPT_DAYS, most: int = AT_ONCE) -> int:
    """Count those of the last finished days that are not kept as they are now, newest first, until
    ``most`` mentions are counted; days counted. Twice is once."""
    wanted = [day for day in last_days(app.clock(), days) if _finished(day, app.clock())]
    with app.ledger.read() as books:  # look before taking the write lock
        kept = books.dailies.kept(wanted)
    behind = [day for day in reversed(wanted) if not kept.get(day)]
    if not behind:
        return 0
    with app.ledger.write() as books:
        return _count(app, books, behind, most)


def keep_all(app: App) -> int:
    """The same until nothing is left: the work of ``watch``."""
    total = 0
    while done := keep(app):
        total += done
    return total


def _count(app: App, books: Books, days: Sequence[date], most: int) -> int:
    counted = 0
    for number, day in enumerate(days, 1):
        change = books.dailies.begin(day)
        totals = _heard(app, books, day)
        books.dailies.put(day, change, totals)
        counted += _mentions(totals)
        if counted >= most:
            return number
    return len(days)


def read(app: App, books: Books, days: Sequence[date]) -> Days:
    """The totals of these days as they can be had now."""
    now = app.clock()
    live = tuple(day for day in days if not _finished(day, now))
    done = [day for day in days if day not in live]
    kept, totals = books.dailies.kept(done), books.dailies.totals(done)
    found = {day: totals.get(day, []) for day in kept}
    return Days(
        totals=found | {day: _heard(app, books, day) for day in live}, live=live,
        old=tuple(day for day in done if kept.get(day) is False),
        missing=tuple(day for day in done if day not in kept),
    )  # fmt: skip


def _heard(app: App, books: Books, day: date) -> list[Total]:
    return list(tallied(books.dailies.heard(*day_bounds(day), drill=app.ledger.drill)))


def _finished(day: date, now: datetime) -> bool:
    return day_bounds(day)[1] + _SETTLED <= now


def _mentions(totals: Sequence[Total]) -> int:
    return sum(one.mentions for one in totals if one.kind == "all")
