"""The roster in use: what doctor says of it, and whom the program tells."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from fakes import FakeClock
from world import MONDAY, Told, World

from domain.plan import Plan
from domain.times import at_shanghai
from tingxue import chasing, doctor, rostering


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


# --- nobody on duty


def without(world: World, department: str) -> World:
    """The same world, where the roster names nobody for this department."""
    shifts = tuple(s for s in world.app.plan.shifts if s.department != department)
    return replace(world, app=replace(world.app, plan=replace(world.app.plan, shifts=shifts)))


def test_a_case_for_a_department_without_anybody_is_told_to_the_keeper_in_red(
    world: World,
) -> None:
    bare = without(world, "住建局")
    case_id = bare.say(1, ["bus_service"], urgency="orange")
    told = [t for t in bare.told(case_id) if t.purpose == "roster"]
    assert [t.receiver for t in told] == ["宣传部"]
    assert told[0].title.startswith("🔴【无人值班】住建局")
    assert "宣传部值班表管理员（示例）（0431-0000-0200）" in told[0].body
    assert "0431-0000-0104" in told[0].body  # the duty phone of the department
    [asked] = [t for t in bare.told(case_id) if (t.receiver, t.purpose) == ("住建局", "new")]
    assert "🔴值班表无人，请打值班电话" in asked.body


def test_the_keeper_is_told_once_a_day_for_a_case_and_not_of_manned_departments(
    world: World,
) -> None:
    case_id = world.say(1, ["bus_service"], urgency="orange")
    assert [t for t in world.told(case_id) if t.purpose == "roster"] == []
    bare = without(world, "住建局")
    for _ in range(3):
        bare.clock.move(8 * 60)
        chasing.chase(bare.app)
    assert len([t for t in bare.told(case_id) if t.purpose == "roster"]) == 1


def test_without_a_keeper_the_head_of_the_office_is_named(world: World) -> None:
    bare = without(world, "住建局")
    app = replace(bare.app, plan=replace(bare.app.plan, keeper=None))
    assert rostering.keeper(app).person == "宣传部负责人"
    assert ("note", True) in [(s, "没有写值班表管理人" in t) for s, t in found(
        replace(world, app=app), "值班表")]  # fmt: skip


def ticking(world: World) -> World:
    """The same world on a clock that goes on, a little at each look."""

    def clock() -> datetime:
        world.clock.move(0.001)
        return world.clock()

    return replace(world, app=replace(world.app, clock=clock))


def test_doctor_calls_it_trouble_when_nobody_is_on_duty(world: World) -> None:
    assert found(world, "值班表") == [("ok", "今后 14 天各部门都有人")]
    states = found(ticking(without(world, "财政局")), "值班表")
    assert {state for state, _ in states} == {"trouble"}
    assert any("现在无人值班：财政局" in text for _, text in states)


# --- the daily report


def test_gaps_ahead_are_told_to_the_office_once_a_day_after_eight(world: World) -> None:
    bare = without(world, "财政局")
    ours = replace(
        bare.app.plan.shifts[0], department="财政局", start=MONDAY - timedelta(days=9),
        end=MONDAY + timedelta(days=10),
    )  # fmt: skip
    plan = replace(bare.app.plan, shifts=(*bare.app.plan.shifts, ours))
    app, clock = replace(bare.app, plan=plan), world.clock

    def reported() -> list[Told]:
        return world.news(lambda: rostering.report_gaps(app))

    clock.now = at_shanghai(date(2026, 11, 23), 7, 59)
    assert reported() == []
    clock.now = at_shanghai(date(2026, 11, 23), 8)
    [said] = reported()
    assert said.title == "【值班表】今后14天有 1 处无人值班"
    assert "财政局 12月3日 10:00 至 12月7日 08:00" in said.body
    assert "宣传部值班表管理员（示例）" in said.body
    assert reported() == []
    clock.now = at_shanghai(date(2026, 11, 24), 8)
    assert len(reported()) == 1
    clock.now = at_shanghai(date(2026, 12, 3), 11)
    app = ticking(replace(bare, app=app)).app
    assert reported()[0].title.startswith("🔴")  # nobody is there already


def test_a_full_roster_is_not_reported(world: World) -> None:
    assert world.news(lambda: rostering.report_gaps(world.app)) == []


def test_in_december_a_year_without_holidays_is_reported_too(world: World) -> None:
    world.clock.now = at_shanghai(date(2026, 12, 1), 9)
    [said] = world.news(lambda: rostering.report_gaps(world.app))
    assert said.title == "【值班表】2027 年放假安排未录入"


# --- the file in the home


def test_a_changed_file_is_read_again_and_a_spoiled_one_changes_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    folder = world.app.home.config
    folder.mkdir()
    line = "  - {{department: 住建局, person: {}, phone: 0431-8000-0001}}\n"
    for text, person in (
        ("shifts: []\nstanding:\n" + line.format("甲"), "甲"),
        ("shifts: []\nstanding:\n" + line.format("乙某"), "乙某"),
        ("shifts: []\nstanding:\n" + line.format("丙") * 2, "乙某"),  # twice the same: refused
    ):
        (folder / "roster.yaml").write_text(text, "utf-8")
        assert [s.person for s in world.app.roster().shifts] == [person]
    assert "原来的继续有效" in caplog.text
    (folder / "roster.yaml").unlink()
    assert world.app.roster().shifts == world.app.plan.shifts
