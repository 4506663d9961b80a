"""Every paper there is, made from facts that were written for these tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from report_facts import (
    HOUR,
    MONDAY_0830,
    TUESDAY_0830,
    WEEK,
    busy_day,
    empty_day,
    plan,
    season_week,
    worst_day,
)
from world import World, opened_world

from domain.types import Counts
from domain.upkeep import PaperSpec
from tingxue import casepapers, periodpapers
from tingxue.reports import Facts, Figures, figures_of
from tingxue.reports.daily import daily
from tingxue.reports.edition import material_of
from tingxue.reports.revision import Revision, changes
from tingxue.reports.weekly import weekly
from tingxue.reports.word import word_bytes

PLAN = plan()
OURS = PaperSpec(signing=("拟稿", "审核", "签发"), mark="内部资料　注意保存")
SIGNED = replace(PLAN, papers=OURS)
PHONE = "13800138000"


def period_paper(facts: Facts, *, signed: bool = False) -> bytes:
    made_at = MONDAY_0830 if facts.period is WEEK else TUESDAY_0830
    given = material_of(
        facts, SIGNED if signed else PLAN, made_at=made_at, late=False, drill=signed, edition=1
    )
    paper = weekly(given) if given.kind == "week" else daily(given)
    return word_bytes(paper, made_at=made_at)


def corrected_paper() -> bytes:
    """A second edition: five mentions came late."""
    facts = busy_day()
    fewer = replace(facts, mentions=facts.mentions[5:])
    before = figures_of(fewer, SIGNED, as_of=TUESDAY_0830, drill=False)

    def revise(now: Figures) -> Revision:
        found = changes(before, now, lambda _key, _one: "补录")
        return Revision(edition=1, made_at=TUESDAY_0830, changes=found)

    given = material_of(
        facts, SIGNED, made_at=TUESDAY_0830 + HOUR, late=False, drill=False, edition=2,
        revise=revise,
    )  # fmt: skip
    return word_bytes(daily(given), made_at=TUESDAY_0830)


PAPERS: dict[str, Callable[[], bytes]] = {
    "周报": lambda: period_paper(season_week()),
    "日报": lambda: period_paper(busy_day()),
    "最忙日报": lambda: period_paper(worst_day(), signed=True),
    "空日报": lambda: period_paper(empty_day()),
    "更正日报": corrected_paper,
    "签字日报": lambda: period_paper(busy_day(), signed=True),
}


@lru_cache
def made(paper: str) -> bytes:
    return PAPERS[paper]()


@contextmanager
def paper_world(folder: Path) -> Iterator[World]:
    """Five reports in three cases; nobody has signed for 200 hours, but one who answered."""
    with opened_world(folder, SIGNED) as world:
        for n in range(3):
            world.say(
                n, ("taxi_refusal",), places=("龙嘉机场",), counts=Counts(likes=30 * n, views=900),
                text=f"第{n}次从机场打车被拒载😡，电话{PHONE}，希望有人管",
            )  # fmt: skip
            world.clock.now += timedelta(minutes=20)
        world.say(10, ("price_gouging",), places=("天定山滑雪场",), text="一碗面四十五，没有标价")
        other = world.say(11, ("safety_hazard",), places=("莲花山滑雪场",), urgency="orange")
        world.clock.now += HOUR
        world.do(other, "ack", "应急局")
        world.do(other, "reply", "应急局")
        world.clock.now += timedelta(hours=200)
        yield world


def taxi(world: World) -> str:
    """The case of the first three reports."""
    return next(c for c in world.cases() if "taxi_refusal" in world.case(c).categories)


ON_CASES: dict[str, Callable[[World], list[Path]]] = {
    "交办单": lambda world: casepapers.assign(world.app, taxi(world), "住建局"),
    "督办单": lambda world: casepapers.urge(world.app, taxi(world)),
    "专报": lambda world: casepapers.special(world.app, taxi(world)),
    "逾期事项清单": lambda world: casepapers.arrears(world.app),
    "雪季总结": lambda world: periodpapers.season(world.app),
    "值班交接单": lambda world: periodpapers.handover(world.app),
}
"""Each gives its Word and its Excel file."""
