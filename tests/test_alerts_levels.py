"""Levels: what gives which, and that more is never less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.levels import Spread, author_windows, level_for, reasons_for, risen
from domain.plan import LevelRule, Levels, Limit, Unsigned
from domain.types import Level, Urgency

_LIMIT = Limit(minutes=60, working=False)


def _rule(level: Level, **given_: object) -> LevelRule:
    plain: dict[str, object] = {
        "urgencies": (), "reports_24h": 0, "views": 0, "interactions": 0, "authors": 0,
        "authors_hours": 0, "first_of": (), "receivers": (), "name_duty_person": False,
    }  # fmt: skip
    return LevelRule(level=level, ack=_LIMIT, reply=_LIMIT, **{**plain, **given_})  # type: ignore[arg-type]


LEVELS = Levels(
    rules={
        Level.RED: _rule(
            Level.RED, urgencies=(Urgency.RED,), views=1_000_000, interactions=10_000
        ),
        Level.ORANGE: _rule(
            Level.ORANGE, urgencies=(Urgency.ORANGE,), views=100_000, interactions=1_000,
            authors=3, authors_hours=2,
        ),
        Level.YELLOW: _rule(
            Level.YELLOW, reports_24h=3, views=10_000, interactions=100,
            first_of=("safety_hazard", "food_safety"),
        ),
        Level.BLUE: _rule(Level.BLUE, urgencies=(Urgency.YELLOW, Urgency.BLUE)),
    },
    always_copied=(), overdue_to="督查室", life_lead="应急局", life_supports=(), event_hours=6,
    reminders=(0.5, 0.8), repeat_overdue_hours=24, statutory_acceptance_workdays=2,
    statutory_settlement_days=60, unsigned=Unsigned(deputy=1.25, head=1.5, inspection=2),
)  # fmt: skip
URGENCIES = [Urgency.NONE, Urgency.BLUE, Urgency.YELLOW, Urgency.ORANGE, Urgency.RED]
QUIET = Spread(authors={2: 1})


def _level(urgency: Urgency = Urgency.YELLOW, category: str = "parking", **spread: object) -> Level:
    return level_for(
        LEVELS, urgency=urgency, categories=[category], spread=replace(QUIET, **spread)  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("urgency", "level"),
    [(Urgency.RED, Level.RED), (Urgency.ORANGE, Level.ORANGE), (Urgency.YELLOW, Level.BLUE),
     (Urgency.BLUE, Level.BLUE), (Urgency.NONE, Level.BLUE)],
)  # fmt: skip
def test_urgency_is_not_level(urgency: Urgency, level: Level) -> None:
    assert _level(urgency) is level


@pytest.mark.parametrize(
    ("spread", "level"),
    [
        ({"reports_24h": 2}, Level.BLUE),
        ({"reports_24h": 3}, Level.YELLOW),
        ({"views": 9_999}, Level.BLUE),
        ({"views": 10_000}, Level.YELLOW),
        ({"views": 100_000}, Level.ORANGE),
        ({"views": 1_000_000}, Level.RED),
        ({"interactions": 100}, Level.YELLOW),
        ({"interactions": 1_000}, Level.ORANGE),
        ({"interactions": 10_000}, Level.RED),
        ({"authors": {2: 2}}, Level.BLUE),
        ({"authors": {2: 3}}, Level.ORANGE),
    ],
)
def test_each_figure_raises_the_level_exactly_at_its_threshold(
    spread: dict[str, object], level: Level
) -> None:
    assert _level(**spread) is level


def test_a_first_food_or_safety_complaint_is_yellow_at_once() -> None:
    assert _level(category="food_safety") is Level.YELLOW
    assert _level(category="safety_hazard") is Level.YELLOW


def test_a_figure_of_zero_in_a_rule_is_not_used() -> None:
    rule = _rule(Level.RED)
    nothing = Spread(reports_24h=0)
    assert reasons_for(rule, urgency=Urgency.RED, categories=["x"], spread=nothing) == ()


def test_the_reasons_say_the_figures_in_chinese() -> None:
    spread = replace(QUIET, reports_24h=4, views=12_000)
    rule = LEVELS.rules[Level.YELLOW]
    reasons = reasons_for(rule, urgency=Urgency.BLUE, categories=["parking"], spread=spread)
    assert reasons == ("24小时内同一事件 4 条反映", "阅读播放 12000 次")


def test_a_window_nobody_counted_is_an_error_and_not_a_zero() -> None:
    assert author_windows(LEVELS) == (2,)
    with pytest.raises(ValueError, match="within 2 h"):
        level_for(LEVELS, urgency=Urgency.BLUE, categories=[], spread=Spread())


def test_a_level_rises_by_itself_and_never_falls() -> None:
    assert risen(Level.YELLOW, Level.ORANGE) is Level.ORANGE
    assert risen(Level.ORANGE, Level.BLUE) is Level.ORANGE


_COUNT = st.integers(0, 2_000_000)
_SPREADS = st.builds(
    lambda reports, views, interactions, authors: Spread(
        reports_24h=reports, views=views, interactions=interactions, authors={2: authors}
    ),
    st.integers(0, 10), _COUNT, _COUNT, st.integers(0, 10),
)  # fmt: skip


@given(
    st.sampled_from(range(5)), st.sampled_from(range(5)), _SPREADS, _SPREADS,
    st.lists(st.sampled_from(["parking", "food_safety"])), st.booleans(),
)  # fmt: skip
def test_more_reports_views_authors_or_urgency_never_lower_the_level(
    urgency: int, further: int, spread: Spread, added: Spread, categories: list[str], food: bool
) -> None:
    before = level_for(LEVELS, urgency=URGENCIES[urgency], categories=categories, spread=spread)
    grown = Spread(
        reports_24h=spread.reports_24h + added.reports_24h,
        views=spread.views + added.views,
        interactions=spread.interactions + added.interactions,
        authors={2: spread.authors[2] + added.authors[2]},
    )
    after = level_for(
        LEVELS,
        urgency=URGENCIES[max(urgency, further)],
        categories=[*categories, "food_safety"] if food else categories,
        spread=grown,
    )
    assert after.rank >= before.rank
