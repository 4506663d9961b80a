"""From a report to what departments get: one event is one message, nights are quiet, and what
reached nobody is seen.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import ScriptedChannel
from world import World, opened_world

from config.loader import SHIPPED, load
from domain.plan import Pace, Plan
from domain.times import at_shanghai
from domain.types import SendResult, Urgency
from tingxue import doctor, pipeline
from tingxue.app import App
from tingxue.cli import main
from tingxue.unheard import still_unheard

DEAD = SendResult(outcome="dead", error="93000")


def grouped(plan: Plan) -> Plan:
    """Everything over one robot that groups."""
    names = {
        name: replace(spec, pace=Pace(digest_seconds=60)) for name, spec in plan.channels.items()
    }
    return replace(plan, channels=names)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, grouped(load(environ={}))) as found:
        yield found


def connected(world: World) -> tuple[App, ScriptedChannel]:
    channel = ScriptedChannel()
    return replace(world.app, channels={"console": channel}), channel


@pytest.mark.full
def test_an_event_with_300_copies_is_one_message_that_grows(world: World) -> None:
    app, channel = connected(world)
    for number in range(300):
        world.said(
            number,
            ["taxi_refusal"],
            text="天定山门口司机拒载，张口就要二百",
            places=("天定山滑雪场",),
        )
        if number % 20 == 0:
            pipeline.analyse(app)
            pipeline.triage(app)
            pipeline.notify(app)
        world.clock.move(3)
    for _ in range(4):
        pipeline.analyse(app)
        pipeline.triage(app)
        pipeline.notify(app)
        world.clock.move(60)
    [case_id] = world.cases()
    assert len(world.case(case_id).mention_ids) == 300
    to_lead = [given for given in channel.given if given.receiver == "住建局"]
    assert to_lead[0].alert.purpose == "new"
    assert len(to_lead) <= 3  # new, and risen to 黄, perhaps further


def test_a_quiet_nights_blue_reports_come_in_the_morning_as_one(world: World) -> None:
    app, channel = connected(world)
    world.clock.now = at_shanghai(world.clock.now.date(), 23)
    places = ("天定山滑雪场", "冰雪新天地", "莲花山滑雪场")
    for number, place in enumerate(places):
        world.say(number, ["taxi_refusal"], text=f"{place}{number}号门打不到车", places=(place,))
    pipeline.notify(app)
    assert channel.given == []
    world.clock.move(8.5 * 3600)
    pipeline.notify(app)
    [one] = [given for given in channel.given if given.receiver == "住建局"]
    assert one.alert.title == "【汇总】3 条通知，涉及 3 起（蓝 3）"
    assert all(case_id in one.alert.body for case_id in world.cases())


def test_blue_copies_come_at_the_half_hour_as_one_and_ask_for_nothing(world: World) -> None:
    app, channel = connected(world)
    world.clock.move(60)
    for number, place in enumerate(("天定山滑雪场", "冰雪新天地", "莲花山滑雪场")):
        world.say(number, ["taxi_refusal"], text=f"{place}{number}号门打不到车", places=(place,))
        pipeline.notify(app)
        world.clock.move(120)
    assert "住建局" in {given.receiver for given in channel.given}
    assert "宣传部" not in {given.receiver for given in channel.given}
    world.clock.move(24 * 60)
    pipeline.notify(app)
    [one] = [given for given in channel.given if given.receiver == "宣传部"]
    assert one.alert.body.startswith("以下抄送，请知悉，无需签收：\n· ")
    assert all(case_id in one.alert.body for case_id in world.cases())


def test_an_urgent_copy_does_not_wait(world: World) -> None:
    app, channel = connected(world)
    world.clock.move(60)
    world.say(1, ["taxi_refusal"], urgency="orange")
    pipeline.notify(app)
    assert "宣传部" in {given.receiver for given in channel.given}


def test_what_reached_nobody_is_seen_by_the_doctor_and_on_the_case(world: World) -> None:
    broken = ScriptedChannel([DEAD] * 100)
    app = replace(world.app, channels={"console": broken, "file": broken})
    case_id = world.say(1, ["taxi_refusal"])
    pipeline.notify(app)
    findings = [f for f in doctor.examine(app) if f.subject == "未送达"]
    assert {f.state for f in findings} == {"trouble"}
    [lead] = [f.text for f in findings if f.text.startswith("住建局")]
    assert case_id in lead and "请立即电话通知" in lead
    world.do(case_id, "ack", "住建局")  # somebody rang
    said = [f.text for f in doctor.examine(app) if f.subject == "未送达"]
    assert said and not any(text.startswith("住建局的") for text in said)
    environ = {"TINGXUE_HOME": str(app.home.path)}
    shown = CliRunner().invoke(main, ["case", "show", case_id], env=environ)
    assert "未送达 住建局：渠道全部失败，此后已签收或办理，不必再通知" in shown.stdout
    assert "未送达 城管局：渠道全部失败，请立即电话通知" in shown.stdout
    assert CliRunner().invoke(main, ["doctor"], env=environ).exit_code == 1


def test_what_reached_neither_deputy_nor_head_is_past_when_the_department_has_acted(
    world: World,
) -> None:
    broken = ScriptedChannel([DEAD] * 1000)
    app = replace(world.app, channels={"console": broken, "file": broken})

    def unheard() -> set[str]:
        pipeline.notify(app)
        return {one.receiver for one in still_unheard(app)}

    case_id = world.say(1, ["taxi_refusal"], urgency=Urgency.ORANGE)
    owing = [row.department for row in world.case(case_id).obligations]
    for _ in range(11):
        world.clock.move(3 * 60)
        pipeline.chase(app)
    ladder = {"住建局", "住建局备班", "住建局负责人", "督查室"}
    assert ladder <= unheard()
    world.do(case_id, "ack", "住建局")
    assert ladder & unheard() == {"督查室"}  # which was told of the others, too
    for name in owing:
        if name != "住建局":
            world.do(case_id, "ack", name)
    assert unheard() == {"宣传部", "文体旅科局", "值班手机"}  # copied: they owe nothing
    world.clock.now = world.case(case_id).obligations[0].reply_due
    world.clock.move(60)
    pipeline.chase(app)
    assert {"住建局负责人", "督查室"} <= unheard()  # the reply is late: signed for is not enough
    world.do(case_id, "reply", "住建局")
    assert not {"住建局负责人", "督查室"} & unheard()


def test_who_stands_in_is_on_duty_by_the_roster_as_it_is_now(world: World) -> None:
    """The roster's file may change while ``watch`` runs; the plan that was read then does not."""
    works = ScriptedChannel()
    plan = replace(world.app.plan, receivers={**world.app.plan.receivers, "替班员丙": ("phone",)})
    broken = ScriptedChannel([DEAD] * 100)
    channels = {"console": broken, "file": broken, "phone": works}
    app = replace(world.app, plan=plan, channels=channels)
    text = (SHIPPED / "roster.yaml").read_text("utf-8").replace("住建局值班员甲", "替班员丙")
    app.home.config.mkdir(exist_ok=True)
    (app.home.config / "roster.yaml").write_text(text, "utf-8")
    world.say(1, ["taxi_refusal"])
    pipeline.notify(app)
    assert [(one.receiver, one.stands_for) for one in works.given] == [("替班员丙", "住建局")]
