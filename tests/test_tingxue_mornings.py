"""The lines of each morning: once a day whatever happens, and with the figures of the papers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select
from world import World, opened_world

from domain.plan import Daily, Plan, Shift
from domain.times import Steady, at_shanghai, shanghai_day
from domain.types import Outcome, RunReport, SourceRun, Urgency
from ledger import schema
from ledger.lines import Line
from tingxue import mornings, reporting
from tingxue.counting import last_finished
from tingxue.reports import figures_of

HALF_PAST = time(8, 30)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
STEPS = (60, -60, 3600, -3600, 86400, -86400)


@pytest.fixture
def world(tmp_path: Path, plan: Plan) -> Iterator[World]:
    daily = Daily(duty_at=HALF_PAST, group_at=HALF_PAST, group="管委会领导")
    quiet = replace(plan, daily=daily, sources=plan.sources[:1])
    with opened_world(tmp_path, quiet) as found:
        mornings.tell_due(found.app)  # Monday 10:00: the first start, nothing is owed
        yield found


def lines(world: World) -> list[str]:
    mine = schema.alerts.c
    query = select(mine.title).where(mine.purpose.in_(("duty", "daily"))).order_by(mine.created_at)
    with world.app.ledger.read() as books:
        return list(books.connection.scalars(query))


def ran(world: World, outcome: Outcome) -> None:
    run = SourceRun(run_id=f"r{world.clock()}", source=world.app.plan.sources[0].name,
                    started_at=world.clock())  # fmt: skip
    with world.app.ledger.write() as books:
        books.runs.begin(run)
        books.runs.end(run.run_id, world.clock(), RunReport(outcome=outcome, seen=3, new=1))


def test_each_morning_has_its_two_lines_and_no_more(world: World) -> None:
    assert lines(world) == []
    for _ in range(3 * 24 * 60 // 5):
        world.clock.move(300)
        mornings.tell_due(world.app)
    days = [line for line in lines(world) if "每日一报" in line]
    assert [line[:12] for line in days] == [
        "【每日一报】11月23日", "【每日一报】11月24日", "【每日一报】11月25日",
    ]  # fmt: skip
    assert len(lines(world)) == 6
    assert not any("补发" in line for line in lines(world))


def test_the_line_to_the_person_on_duty_says_how_things_stand(world: World) -> None:
    case_id = world.say(1, ["parking"], urgency=Urgency.YELLOW)
    world.say(2, ["taxi_refusal"], urgency=Urgency.ORANGE)
    world.clock.now = at_shanghai(TUESDAY, 8, 20)
    ran(world, Outcome.OK)
    world.clock.move(600)
    [duty, group] = world.news(lambda: mornings.tell_due(world.app))
    assert duty.receiver == "宣传部"
    assert duty.title.startswith("【值守正常】11月24日：在办 2 件，待签收 ")
    assert "来源：1 个来源都采集正常" in duty.body
    assert "未送达：没有" in duty.body
    assert "值班：宣传部 宣传部值班员甲（0431-0000-0201）" in duty.body
    assert "哪天早上没有收到本条，就是值守程序停了" in duty.body
    assert group.receiver == "管委会领导"
    assert group.title.startswith("【每日一报】11月23日：新立 2 件，办结 0 件，待签收 ")
    assert "逾期：" in group.body and "住建局" in group.body
    assert world.case(case_id)


def test_its_figures_are_the_papers(world: World) -> None:
    case_id = world.say(1, ["parking"])
    world.say(2, ["taxi_refusal"], urgency=Urgency.ORANGE)
    world.close(case_id)
    world.clock.now = at_shanghai(TUESDAY, 8, 30)
    stands = mornings.standing(world.app)
    with world.app.ledger.read() as books:
        facts = reporting.facts_of(books, last_finished("day", world.clock()))
    paper = figures_of(facts, world.app.plan, as_of=world.clock(), drill=False)
    assert (stands.new, stands.closed) == (2, 1)
    assert stands.new == paper["cases.new"].value
    assert stands.closed == paper["cases.closed"].value
    assert stands.open == paper["cases.open"].value == 1
    assert stands.overdue == paper["duties.overdue"].value > 0
    assert stands.unsigned_late == paper["duties.unsigned"].value
    assert sum(count for _, count in stands.owing) == stands.overdue


def test_what_came_this_morning_is_in_hand_but_not_new_yesterday(world: World) -> None:
    world.clock.now = at_shanghai(TUESDAY, 7, 0)
    world.say(1, ["parking"])
    stands = mornings.standing(world.app)
    assert (stands.new, stands.open) == (0, 1)


@pytest.mark.parametrize(
    ("outcome", "why"), [(None, "没有运行"), (Outcome.NO_RESPONSE_SEEN, "未收到响应")]
)
def test_a_source_that_is_down_is_named_and_the_line_does_not_say_all_is_well(
    world: World, outcome: Outcome | None, why: str
) -> None:
    world.clock.now = at_shanghai(TUESDAY, 8, 29)
    if outcome:
        ran(world, outcome)
    world.clock.move(60)
    duty, _ = world.news(lambda: mornings.tell_due(world.app))
    assert duty.title.startswith("【值守有异常】")
    assert f"{world.app.plan.sources[0].title}（{why}）" in duty.body
    assert "请运行 tingxue doctor 查看来源" in duty.body


def test_a_person_with_channels_of_their_own_gets_the_line(world: World) -> None:
    start = at_shanghai(MONDAY)
    shift = Shift(department="宣传部", person="值班手机", phone="0431-0000-0999", start=start,
                  end=start + timedelta(days=3))  # fmt: skip
    world.clock.now = at_shanghai(TUESDAY, 8, 30)
    app = replace(world.app, plan=replace(world.app.plan, shifts=(shift,)))
    duty, _ = world.news(lambda: mornings.tell_due(app))
    assert duty.receiver == "值班手机"


def test_without_a_work_group_nobody_gets_its_line(world: World) -> None:
    daily = replace(world.app.plan.daily, group=None)
    app = replace(world.app, plan=replace(world.app.plan, daily=daily))
    world.clock.now = at_shanghai(TUESDAY, 8, 30)
    assert [told.purpose for told in world.news(lambda: mornings.tell_due(app))] == ["duty"]


@pytest.mark.parametrize("back", [(8, 31), (9, 0), (11, 45), (14, 29)])
def test_an_outage_of_six_hours_over_half_past_eight_gives_one_late_line(
    world: World, back: tuple[int, int]
) -> None:
    world.clock.now = at_shanghai(TUESDAY, *back) - timedelta(hours=6)
    mornings.tell_due(world.app)
    assert lines(world) == []
    world.clock.move(6 * 3600)
    for _ in range(100):
        mornings.tell_due(world.app)
        world.clock.move(60)
    assert len(lines(world)) == 2
    assert all(("（补发）" in line) is (back != (8, 31)) for line in lines(world))


def test_two_days_down_give_the_line_of_the_day_and_none_of_the_days_before(world: World) -> None:
    world.clock.now = at_shanghai(TUESDAY + timedelta(days=2), 12)
    for _ in range(10):
        mornings.tell_due(world.app)
        world.clock.move(60)
    assert len(lines(world)) == 2


def said_under(step: float, at: float, *, every: float = 300) -> list[float]:
    """Seconds by the steady clock at which lines are said in six days from a midnight on, when the
    wall clock is set by ``step`` at second ``at``. The rule alone, without a ledger."""
    begun, found = at_shanghai(date(2026, 12, 1)), []
    last = Line(day=shanghai_day(begun - timedelta(days=1)), times=0, steady=0.0, machine="")
    for tick in range(int(6 * 86400 // every)):
        seconds = tick * every
        now = begun + timedelta(seconds=seconds + (step if seconds >= at else 0))
        due = at_shanghai(shanghai_day(now), 8, 30)
        steady = Steady(lambda seconds=seconds: seconds, "m")  # type: ignore[misc]
        if mornings.is_due(last, due, now, steady):
            last = Line(day=shanghai_day(now), times=1, steady=seconds, machine="m")
            found.append(seconds)
    return found


@pytest.mark.parametrize(
    "step", [-3600, *(pytest.param(s, marks=pytest.mark.full) for s in STEPS if s != -3600)]
)
def test_a_clock_that_is_set_at_any_hour_drops_no_morning_and_doubles_none(step: int) -> None:
    for at in range(86400, 3 * 86400, 1800):
        found = said_under(step, at)
        gaps = [b - a for a, b in pairwise(found)]
        assert len(found) == 6, (step, at, found)
        assert min(gaps) >= 22.5 * 3600 and max(gaps) <= 25.5 * 3600, (step, at, gaps)


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_is_set_after_the_line_was_said(world: World, step: int) -> None:
    seconds = [0.0]
    app = replace(world.app, steady=Steady(lambda: seconds[0], "one start"))

    def passes(hours: float) -> None:
        for _ in range(int(hours * 6)):
            seconds[0] += 600
            world.clock.move(600)
            mornings.tell_due(app)

    world.clock.now = at_shanghai(TUESDAY, 8, 0)
    passes(1)
    assert len(lines(world)) == 2
    world.clock.move(step)
    passes(20)
    assert len(lines(world)) == 2
    passes(5)
    assert len(lines(world)) == 4


def test_two_programs_on_one_ledger_say_one_line(world: World) -> None:
    world.clock.now = at_shanghai(TUESDAY, 8, 30)
    text = ("题", "文")
    assert mornings._say(world.app, "duty", "宣传部", text) == 1
    assert mornings._say(world.app, "duty", "宣传部", text) == 0


def test_the_moments_are_the_offices(world: World) -> None:
    daily = Daily(duty_at=time(7, 0), group_at=time(17, 30), group="管委会领导")
    app = replace(world.app, plan=replace(world.app.plan, daily=daily))
    for hour, minute, so_far in ((6, 59, 0), (7, 0, 1), (17, 29, 1), (17, 30, 2)):
        world.clock.now = at_shanghai(TUESDAY, hour, minute)
        mornings.tell_due(app)
        assert len(lines(world)) == so_far
