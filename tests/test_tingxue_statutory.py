"""The statutory clock in the hall: whom its steps reach, with what to do, and what is shown."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from world import World, opened_world

from config.loader import load
from tingxue import pipeline
from tingxue.cli_cases import _statutory_line

DAY = timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, load(environ={})) as made:
        yield made


def registered(world: World) -> str:
    """A case with one lead and a support, signed by both, and registered as a complaint."""
    case_id = world.say(1, ["taxi_refusal"])
    for row in world.case(case_id).obligations:
        world.do(case_id, "ack", row.department)
    world.do(case_id, "register")
    return case_id


def told_after(world: World, days: float) -> list[tuple[str, str, str]]:
    """(receiver, purpose, title without its level and number) told that many days later."""
    world.clock.move(days * 24 * 3600)
    news = world.news(lambda: pipeline.chase(world.app))
    return [
        (told.receiver, told.purpose, told.title.split("】")[1].split("：")[0])
        for told in news
        if "旅游投诉" in told.title
    ]


def test_the_decision_is_asked_of_publicity_and_then_of_the_inspection(world: World) -> None:
    case_id = registered(world)
    assert told_after(world, 0.9) == []
    assert told_after(world, 0.3) == [("宣传部", "remind", "旅游投诉待决定是否受理")]
    assert told_after(world, 0) == []
    found = told_after(world, 1.2)
    [late] = {title for *_, title in found}
    assert late == "旅游投诉超法定时限未决定是否受理"
    assert sorted(receiver for receiver, *_ in found) == ["宣传部", "宣传部负责人", "督查室"]
    bodies = [
        t.body for t in world.told(case_id) if t.receiver == "宣传部" and "旅游投诉" in t.title
    ]
    assert all(f"tingxue case admit 或 refuse {case_id}" in body for body in bodies)
    actions = [(e.action, e.department) for e in _events(world, case_id) if e.action == "escalate"]
    assert actions.count(("escalate", "")) == 1


def test_the_end_is_asked_of_the_leads_their_heads_and_the_inspection(world: World) -> None:
    case_id = registered(world)
    world.do(case_id, "admit")
    assert {who for who, *_ in told_after(world, 31)} == {"宣传部", "住建局"}
    over = told_after(world, 30)
    assert {who for who, *_ in over} == {"宣传部", "住建局", "住建局负责人", "督查室"}
    assert {title for *_, title in over} == {"旅游投诉超法定时限未办结"}
    world.do(case_id, "reply", "住建局")  # from here on it is 宣传部's turn
    assert {who for who, *_ in told_after(world, 1)} == {"宣传部", "宣传部负责人", "督查室"}
    world.do(case_id, "accept", "住建局")
    assert told_after(world, 30) == []


def test_what_is_shown_follows_what_was_decided(world: World) -> None:
    case_id = registered(world)
    now = world.clock()
    assert "前决定是否受理，" in _statutory_line(world.case(case_id), now)
    assert _statutory_line(world.case(case_id), now + 70 * DAY).count("（已过）") == 2
    world.do(case_id, "admit")
    line = _statutory_line(world.case(case_id), now + 70 * DAY)
    assert "受理，" in line and "决定是否受理" not in line and line.endswith("前办结（已过）")
    world.close(world.say(2, ["parking"]))
    other = world.say(3, ["food_safety"])
    world.do(other, "register")
    world.do(other, "refuse")
    assert _statutory_line(world.case(other), now).endswith("决定不予受理，不再计时")


def _events(world: World, case_id: str):  # type: ignore[no-untyped-def]
    with world.app.ledger.read() as books:
        return books.cases.events(case_id)
