"""The roster in use: what doctor says of it, and whom the program tells."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fakes import FakeClock
from world import World, opened_world

from config.loader import load
from domain.plan import Plan
from tingxue import doctor, rostering


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load(environ={})


@pytest.fixture
def world(tmp_path: Path, plan: Plan) -> Iterator[World]:
    with opened_world(tmp_path, plan) as made:
        yield made


def found(world: World, subject: str) -> list[tuple[str, str]]:
    """(state, text) of doctor's findings on this subject."""
    return [(f.state, f.text) for f in doctor.examine(world.app) if f.subject == subject]


# --- working days


def test_a_year_without_holidays_is_noted_in_november_and_trouble_in_december(
    world: World,
) -> None:
    [(state, text)] = found(world, "工作日")
    assert (state, "2027 年" in text) == ("note", True)
    december = replace(world.app, clock=FakeClock(datetime(2026, 12, 1, tzinfo=UTC)))
    assert [f.state for f in doctor.examine(december) if f.subject == "工作日"] == ["trouble"]


def test_a_year_that_the_office_entered_is_known(plan: Plan) -> None:
    hours = replace(plan.hours, known_years=plan.hours.known_years | {2027})
    assert rostering.unknown_years(hours, date(2026, 12, 9)) == []
    assert rostering.unknown_years(hours, date(2027, 1, 1)) == [2028]
