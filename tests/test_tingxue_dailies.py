"""Daily totals: what is kept of a day equals what the counting rule counts, also after a change."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from world import MONDAY, World

from domain.times import shanghai_day
from domain.types import Actor, Mention, Role, Verdict
from ledger.dailies import Heard, Total
from tingxue import correcting, dailies, pipeline
from tingxue.counting import counted, period_of
from tingxue.reporting import facts_of
from tingxue.reports.figures import figures_of

JUDGE = Actor(name="研判员", role=Role.PUBLICITY, department="宣传部")
TODAY = shanghai_day(MONDAY)
CODES = ("taxi_refusal", "parking", "food_safety")
PLACES = ("天定山", "冰雪新天地", "莲花山")
DAYS = [TODAY - timedelta(days=n) for n in (3, 2, 1, 0)]


@pytest.fixture
def told(world: World) -> World:
    """Three finished days and the present one, with everything that counts and that does not."""
    chance = Random(7)
    world.clock.now = MONDAY - timedelta(days=3, hours=3)
    for number in range(40):
        world.clock.move(6750)
        world.said(
            number, chance.sample(CODES, chance.choice((0, 0, 1, 2))), urgency="none",
            text=f"第 {number} 条完全不同的话", relevant=chance.random() > 0.2,
            places=tuple(chance.sample(PLACES, chance.choice((0, 1, 2)))),
            polarity=chance.choice(("negative", "neutral", "positive")), sure=0.3,
        )  # fmt: skip
    world.clock.now = MONDAY
    world.said(500, ["parking"], text="还没有判读")
    world.analyser.said["500"]["relevant"] = True
    pipeline.analyse(world.app)
    world.said(501, ["parking"], text="这一条没有判读")
    return world


def by_the_rule(world: World, day: date) -> list[Total]:
    """The day's totals, chosen mention by mention by ``counting.counted``."""
    with world.app.ledger.read() as books:
        rows = [row for part in books.mentions.every_id() for row in _rows(books, part)]
    period = period_of("day", day)
    chosen = [row for row in rows if counted(*row, period, world.app.ledger.drill)]
    return list(dailies.tallied(_heard(mention, verdict) for mention, verdict in chosen if verdict))


def _rows(books: object, ids: Sequence[str]) -> list[tuple[Mention, Verdict | None]]:
    verdicts = books.mentions.verdicts(ids)  # type: ignore[attr-defined]
    return [(m, verdicts.get(m.mention_id)) for m in books.mentions.many(ids)]  # type: ignore[attr-defined]


def _heard(mention: Mention, verdict: Verdict) -> Heard:
    return Heard(
        platform=mention.platform, polarity=str(verdict.polarity),
        categories=tuple(tag.category for tag in verdict.complaints), places=verdict.places,
    )  # fmt: skip


def shown(world: World) -> dailies.Days:
    with world.app.ledger.read() as books:
        return dailies.read(world.app, books, DAYS)


def test_kept_and_live_totals_are_what_the_rule_counts(told: World) -> None:
    assert shown(told).missing == tuple(DAYS[:3])
    assert dailies.keep(told.app, days=4) == 3
    found = shown(told)
    assert (found.missing, found.old, found.live) == ((), (), (TODAY,))
    for day in DAYS:
        assert found.totals[day] == by_the_rule(told, day), day
        assert sum(one.mentions for one in found.totals[day]) > 0


def test_they_are_the_figures_of_the_papers(told: World) -> None:
    dailies.keep(told.app)
    for day, totals in shown(told).totals.items():
        with told.app.ledger.read() as books:
            facts = facts_of(books, period_of("day", day))
        figures = figures_of(facts, told.app.plan, as_of=MONDAY, drill=False)
        for one in totals:
            key = {"all": "mentions", "category": f"category.{one.name}"}.get(one.kind, "")
            key = key or (f"{one.kind}.{one.name}" if one.kind in ("platform", "polarity") else "")
            if key:
                assert figures[key].value == one.mentions, (day, key)
            if one.kind == "all":
                assert figures["complaints"].value == one.complaints


def test_a_correction_of_a_past_day_has_it_counted_anew_and_no_other(told: World) -> None:
    dailies.keep(told.app)
    with told.app.ledger.read() as books:
        past = books.mentions.seen_within(*_bounds(DAYS[1]))
    foreign = next(m for m, v in past if v and not v.relevant)
    correcting.correct(
        told.app, foreign.mention_id, actor=JUDGE, complaint=True, categories=["lodging"]
    )
    assert shown(told).old == (DAYS[1],)
    assert shown(told).totals[DAYS[1]] != by_the_rule(told, DAYS[1])
    assert dailies.keep(told.app) == 1
    found = shown(told)
    assert (found.old, found.totals[DAYS[1]]) == ((), by_the_rule(told, DAYS[1]))
    kept = {(one.kind, one.name): one.complaints for one in found.totals[DAYS[1]]}
    assert kept["category", "lodging"] == 1


def _bounds(day: date) -> tuple[object, object]:
    period = period_of("day", day)
    return period.start, period.end


def test_counting_again_changes_nothing_and_a_new_analyser_everything(told: World) -> None:
    dailies.keep(told.app)
    before = told.rows()["day_totals"]
    assert dailies.keep(told.app) == 0
    for said in told.analyser.said.values():
        said["polarity"] = "positive"
    with told.app.ledger.write() as books:
        books.mentions.again()
    pipeline.analyse(told.app)
    assert shown(told).old == tuple(DAYS[:3])
    assert dailies.keep_all(told.app) == 3 and told.rows()["day_totals"] != before
    for day in DAYS:
        assert shown(told).totals[day] == by_the_rule(told, day)


def test_a_step_ends_with_the_day_that_brings_it_to_its_limit_newest_first(told: World) -> None:
    assert dailies.keep(told.app, days=4, most=1) == 1
    assert shown(told).missing == tuple(DAYS[:2])


def test_a_day_is_kept_only_some_minutes_after_its_end(told: World) -> None:
    told.clock.now = period_of("day", TODAY).end + timedelta(minutes=9)
    dailies.keep(told.app)
    with told.app.ledger.read() as books:
        assert dailies.read(told.app, books, [TODAY]).live == (TODAY,)
    told.clock.move(61)
    assert dailies.keep(told.app) == 1
