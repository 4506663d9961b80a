"""态势: how much was said over 7 or 30 days, how, of what, where, and whose it is.

Numbers of the counting rule only (``tingxue.dailies``), never a word of anybody; what the page
draws it also writes.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import NotPermitted
from domain.times import shanghai_day
from domain.types import Polarity
from ledger.dailies import Total
from tingxue import dailies
from tingxue.app import App
from tingxue.dailies import Days
from tingxue.desk import access, charts, screen
from tingxue.desk.charts import Bar, Columns, Series
from tingxue.desk.pages.parts import SignedIn
from tingxue.names import POLARITIES

ROUTES = APIRouter()
Number = Callable[[Total], int]
_HEARD: Number = attrgetter("mentions")
_COMPLAINTS: Number = attrgetter("complaints")
SPANS = (7, 30)
_MOST_PLACES = 15
_HUES = {Polarity.NEGATIVE: "red", Polarity.NEUTRAL: "soft", Polarity.POSITIVE: "good"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The totals of some days, to be asked by name."""

    days: Sequence[date]
    each: Mapping[tuple[date, str, str], Total]

    @classmethod
    def of(cls, known: Days, days: Sequence[date]) -> "Numbers":
        """Those of these days."""
        each = {(d, one.kind, one.name): one for d in days for one in known.totals.get(d, ())}
        return cls(days=days, each=each)

    def by_day(self, kind: str, name: str, number: Number) -> list[int]:
        """One number a day; 0 where nothing was said or nothing is counted yet."""
        found = (self.each.get((day, kind, name)) for day in self.days)
        return [number(one) if one else 0 for one in found]

    def over(self, kind: str, number: Number) -> dict[str, int]:
        """By name over all days, the largest first; without those of 0."""
        sums = Counter[str]()
        for (_, its_kind, name), one in self.each.items():
            if its_kind == kind:
                sums[name] += number(one)
        return {name: n for name, n in sorted(sums.items(), key=lambda p: (-p[1], p[0])) if n}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A figure of the whole span, and of the span before: None where not all of it was heard."""

    name: str
    value: int
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category with complaints. line: the points of its days."""

    code: str
    name: str
    complaints: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """Everything on the page. table: day, mentions, complaints, then by polarity."""

    span: int
    days: Days
    sums: list[Sum]
    volume: Columns
    tones: Columns
    table: list[tuple[str, list[int]]]
    departments: list[Bar]
    kinds: list[Kind]
    platforms: list[Bar]
    places: list[Bar]


@ROUTES.get("/trends")
def show_trends(request: Request, found: SignedIn) -> Response:
    """The page; ``days``: 7 or 30."""
    if not access.sees_everything(found.actor):
        raise NotPermitted("态势只对宣传部、审核员、督查室和管理员开放")
    span = 30 if request.query_params.get("days") == "30" else 7
    app = found.app
    dailies.keep(app)  # where watch has not: at most so much that nobody waits for it
    every = dailies.last_days(app.clock(), 2 * span)
    with app.ledger.read() as books:
        days = dailies.read(app, books, every)
        silent, first = len(books.alarms.silences()), books.mentions.first_seen()
    heard_then = first is not None and shanghai_day(first) <= every[0]
    return screen.page(
        request, "trends.html", found=found, trends=_trends(app, days, every, heard_then),
        silent=silent, spans=SPANS,
    )  # fmt: skip


def _trends(app: App, days: Days, every: Sequence[date], heard_then: bool) -> Trends:
    """``every``: the days shown, and before them as many to compare with."""
    span = len(every) // 2
    before, numbers = every[:span], Numbers.of(days, every[span:])
    labels = [f"{day.month}月{day.day}日" for day in numbers.days]
    ticks = [f"{day.month}/{day.day}" for day in numbers.days]
    heard, complaints = (numbers.by_day("all", "", wanted) for wanted in (_HEARD, _COMPLAINTS))
    tones = [
        Series(name=name, hue=_HUES[tone], values=numbers.by_day("polarity", tone, _HEARD))
        for tone, name in POLARITIES.items()
    ]
    others = [n - c for n, c in zip(heard, complaints, strict=True)]
    table = zip(labels, *(heard, complaints, *(one.values for one in tones)), strict=True)
    whole = heard_then and not set(before) & set(days.missing)
    return Trends(
        span=span, days=days, sums=_sums(numbers, Numbers.of(days, before) if whole else None),
        tones=charts.columns(labels, ticks, tones),
        volume=charts.columns(labels, ticks, [
            Series(name="投诉", hue="orange", values=complaints),
            Series(name="其他", hue="blue", values=others),
        ]),
        table=[(label, list(row)) for label, *row in table],
        departments=_departments(app, numbers), kinds=_kinds(app, numbers),
        platforms=_platforms(app, numbers), places=_places(numbers),
    )  # fmt: skip


def _sums(numbers: Numbers, before: Numbers | None) -> list[Sum]:
    def one(name: str, kind: str, of: str, number: Number) -> Sum:
        then = sum(before.by_day(kind, of, number)) if before else None
        return Sum(name=name, value=sum(numbers.by_day(kind, of, number)), before=then)

    return [
        one("信息", "all", "", _HEARD),
        one("投诉", "all", "", _COMPLAINTS),
        one("负面", "polarity", Polarity.NEGATIVE, _HEARD),
    ]


def _departments(app: App, numbers: Numbers) -> list[Bar]:
    """Complaints by the department that leads their category, each category a part."""
    known = app.plan.categories
    owed: dict[str, list[tuple[str, int]]] = {}
    for code, count in numbers.over("category", _COMPLAINTS).items():
        if code in known:
            owed.setdefault(known[code].lead, []).append((known[code].name, count))
    ranked = sorted(owed.items(), key=lambda pair: -sum(count for _, count in pair[1]))
    return charts.bars([
        (lead, "", sum(count for _, count in parts), [
            (name, charts.HUES[n % len(charts.HUES)], count)
            for n, (name, count) in enumerate(parts)
        ])
        for lead, parts in ranked
    ])  # fmt: skip


def _kinds(app: App, numbers: Numbers) -> list[Kind]:
    known = app.plan.categories
    return [
        Kind(
            code=code, name=known[code].name, complaints=count,
            line=charts.spark(numbers.by_day("category", code, _COMPLAINTS)),
        )
        for code, count in numbers.over("category", _COMPLAINTS).items()
        if code in known
    ]  # fmt: skip


def _platforms(app: App, numbers: Numbers) -> list[Bar]:
    bad = numbers.over("platform", _COMPLAINTS)
    return charts.bars([
        (app.plan.platform_names.get(code, code), code, count, [
            ("投诉", "orange", bad.get(code, 0)), ("其他", "blue", count - bad.get(code, 0)),
        ])
        for code, count in numbers.over("platform", _HEARD).items()
    ])  # fmt: skip


def _places(numbers: Numbers) -> list[Bar]:
    """Places that complaints name."""
    named = list(numbers.over("place", _COMPLAINTS).items())[:_MOST_PLACES]
    return charts.bars([
        (name, name, count, [("投诉", "orange", count)]) for name, count in named
    ])  # fmt: skip
