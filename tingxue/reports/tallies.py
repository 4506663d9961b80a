"""Figures over mentions: totals, attitude, platforms, categories, places, days.

One mention may carry several categories and places, so those figures need not add up to the total.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from domain.plan import Plan
from domain.times import shanghai_day
from tingxue.counting import Period
from tingxue.names import POLARITIES
from tingxue.reports.figure import Counted, Figure, compared, count, segment

THIS = {"day": "当日", "week": "本周", "span": "本期"}
LAST = {"day": "前一日", "week": "上周", "span": "前期"}


def is_complaint(row: Counted) -> bool:
    """Whether the analyser found at least one complaint in it."""
    return bool(row[1].complaints)


def ids_of(rows: Iterable[Counted]) -> list[str]:
    """Mention ids, in the order of the rows."""
    return [mention.mention_id for mention, _ in rows]


def categories_of(row: Counted) -> list[str]:
    """Codes of the complaints, each once."""
    return list(dict.fromkeys(tag.category for tag in row[1].complaints))


def places_of(row: Counted) -> list[str]:
    """Places it names, each once."""
    return list(dict.fromkeys(row[1].places))


def grouped(
    rows: Sequence[Counted], names: Callable[[Counted], Iterable[str]]
) -> dict[str, list[str]]:
    """Mention ids by name, the names in order of first appearance."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        for name in names(row):
            groups.setdefault(name, []).append(row[0].mention_id)
    return groups


def mention_figures(
    period: Period, now: Sequence[Counted], before: Sequence[Counted], plan: Plan
) -> Iterator[Figure]:
    """All figures over the counted mentions of this period and the one before."""
    this = THIS[period.kind]
    complaints, complained = list(filter(is_complaint, now)), list(filter(is_complaint, before))
    yield from _pair(period, "mentions", "信息量", ids_of(now), ids_of(before))
    yield from _pair(period, "complaints", "投诉量", ids_of(complaints), ids_of(complained))
    for polarity, name in POLARITIES.items():
        ids = ids_of(row for row in now if row[1].polarity == polarity)
        yield count(f"polarity.{polarity}", f"{this}{name}信息", ids)
    names = {**plan.platform_names, **_unnamed(now, before, plan)}
    yield from _groups(
        period,
        "platform",
        now,
        before,
        lambda row: [row[0].platform],
        {c: f"{n}信息" for c, n in names.items()},
    )
    for code, ids in grouped(complaints, lambda row: [row[0].platform]).items():
        yield count(f"platform.{segment(code)}.complaints", f"{this}{names[code]}投诉", ids)
    kinds = {code: f"{category.name}投诉" for code, category in plan.categories.items()}
    yield from _groups(period, "category", complaints, complained, categories_of, kinds)
    places = {place.name: f"涉{place.name}投诉" for place in plan.places}
    yield from _groups(period, "place", complaints, complained, places_of, places)
    yield from _days(period, now)


def _unnamed(now: Sequence[Counted], before: Sequence[Counted], plan: Plan) -> dict[str, str]:
    codes = {row[0].platform for row in (*now, *before)}
    return {code: code for code in sorted(codes - set(plan.platform_names))}


def _pair(
    period: Period, key: str, name: str, now: Iterable[str], before: Iterable[str]
) -> Iterator[Figure]:
    yield from compared(
        count(key, f"{THIS[period.kind]}{name}", now),
        count(f"{key}.previous", f"{LAST[period.kind]}{name}", before),
    )


def _groups(
    period: Period,
    key: str,
    now: Sequence[Counted],
    before: Sequence[Counted],
    names: Callable[[Counted], Iterable[str]],
    titles: dict[str, str],
) -> Iterator[Figure]:
    """One compared figure per name that occurs now or occurred before, the largest first."""
    these, those = grouped(now, names), grouped(before, names)
    place = {name: n for n, name in enumerate((*titles, *these, *those))}
    for name in sorted({*these, *those}, key=lambda n: (-len(these.get(n, ())), place[n])):
        title = titles.get(name, name)
        ids = these.get(name, []), those.get(name, [])
        yield from _pair(period, f"{key}.{segment(name)}", title, *ids)


def _days(period: Period, now: Sequence[Counted]) -> Iterator[Figure]:
    by_day = grouped(now, lambda row: [shanghai_day(row[0].first_seen_at).isoformat()])
    complained = set(ids_of(filter(is_complaint, now)))
    for day in period.days:
        name, ids = f"{day.month}月{day.day}日", by_day.get(day.isoformat(), [])
        yield count(f"day.{day}", f"{name}信息量", ids)
        yield count(f"day.{day}.complaints", f"{name}投诉量", [i for i in ids if i in complained])
