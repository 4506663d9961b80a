"""Figures only of a season: weeks, and per category and place what came, was mended, came back.

"Mended" is a case of the period that 宣传部 has closed; "came back" one that was opened because of
reports after such a closing (再次发生).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.plan import Plan
from domain.times import shanghai_day
from domain.types import Case, State
from tingxue.reports.casework import OPEN, category_name, live_cases
from tingxue.reports.figure import Facts, Figure, Row, count, rate, segment
from tingxue.reports.tallies import grouped, ids_of, is_complaint


def season_figures(facts: Facts, now: Sequence[Row], plan: Plan) -> Iterator[Figure]:
    """All of them; ``now``: the counted mentions of the period."""
    yield from _weeks(facts, now)
    opened = [c for c in live_cases(facts.cases) if facts.period.holds(c.opened_at)]
    yield from _fate("season", "", opened)
    earlier = dict.fromkeys(case.recurs for case in opened if case.recurs)
    yield count("season.again_of", "其后再次发生的原案件", earlier, "件")
    for code in dict.fromkeys(code for case in opened for code in case.categories):
        own = [case for case in opened if code in case.categories]
        yield from _fate(f"mended.{segment(code)}", category_name(code, plan), own)
    for place in dict.fromkeys(case.place for case in opened if case.place and case.recurs):
        own = [case for case in opened if case.place == place]
        yield from _fate(f"spot.{segment(place)}", place, own)


def _fate(key: str, who: str, cases: Sequence[Case]) -> Iterator[Figure]:
    """What became of these cases, as they stand now."""

    def of(part: str, name: str, chosen: Sequence[Case]) -> Figure:
        return count(f"{key}.{part}", f"{who}{name}", [c.case_id for c in chosen], "件")

    opened = of("opened", "本期新立案件", cases)
    mended = of("mended", "其中已办结", [c for c in cases if c.status is State.CLOSED])
    yield from (opened, mended)
    yield from rate(f"{key}.mended_rate", f"{who}办结率", mended, opened)
    yield of("going", "其中在办", [c for c in cases if c.status in OPEN])
    yield of("again", "其中再次发生", [c for c in cases if c.recurs])


def monday(day: date) -> date:
    """Of the day's week."""
    return day - timedelta(days=day.weekday())


def _weeks(facts: Facts, now: Sequence[Row]) -> Iterator[Figure]:
    """By Monday-to-Sunday week; the first and the last as far as the period goes."""
    by_week = grouped(now, lambda row: [monday(shanghai_day(row[0].first_seen_at)).isoformat()])
    complained = set(ids_of(filter(is_complaint, now)))
    for week in dict.fromkeys(monday(day) for day in facts.period.days):
        name, ids = f"{week.month}月{week.day}日当周", by_week.get(week.isoformat(), [])
        yield count(f"week.{week}", f"{name}信息量", ids)
        yield count(f"week.{week}.complaints", f"{name}投诉量", [i for i in ids if i in complained])
