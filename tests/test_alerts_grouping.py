"""Digests, stand-ins and quiet hours: what is read, by whom, and when."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from contracts.outbox_contract import NOW, a_delivery
from hypothesis import given
from hypothesis import strategies as st
from test_alerts_messages import BRIEF, LEAD

from alerts import messages
from alerts.channels.wecom import MARKDOWN_BYTES, contents
from alerts.grouping import as_sent, digest_of
from alerts.mentions import Mentions
from alerts.routing import not_before
from alerts.succession import stand_ins
from domain.identity import digest
from domain.plan import Plan
from domain.times import at_shanghai
from domain.types import Alert, Digested, Level

DESK = "https://desk.example/l/"


def member(
    number: int, level: Level = Level.BLUE, reports: int = 1, *, signs: bool = False,
    **changes: object,
) -> Digested:  # fmt: skip
    brief = replace(BRIEF, case_id=f"LHS-20261123-{number:04}", level=level, **changes)  # type: ignore[arg-type]
    ask = replace(LEAD, link=f"{DESK}{number:04}{'x' * 150}" if signs else "")
    title, body = messages.new_case(brief, ask)
    alert = Alert(
        alert_id=digest(str(number), title), case_id=brief.case_id, purpose="new", level=level,
        title=title, body=body, created_at=NOW, drill=brief.drill,
    )  # fmt: skip
    return Digested(alert=alert, reports=reports)


# --- digests


def test_a_digest_counts_and_names_each_case_with_what_it_asks_and_where_to_look() -> None:
    said = digest_of([member(1), member(2, Level.YELLOW, reports=7), member(3)])
    assert said.title == "【汇总】3 条通知，涉及 3 起（黄 1、蓝 2）"
    assert said.body.splitlines() == [
        "请逐件办理并签收，编号如下：",
        "· 【黄色】新投诉：拒载、绕道（冰雪新天地） LHS-20261123-0002，现有 7 条反映；"
        "请于 11月23日 14:20 前签收，11月24日 14:05 前答复 https://example.com/p/1",
        *(
            f"· 【蓝色】新投诉：拒载、绕道（冰雪新天地） LHS-20261123-000{n}，现有 1 条反映；"
            "请于 11月23日 14:20 前签收，11月24日 14:05 前答复 https://example.com/p/1"
            for n in (1, 3)
        ),
    ]
    assert (said.level, said.case_id) == (Level.YELLOW, None)


def test_a_digest_has_the_link_that_signs_under_each_case_that_waits_for_it() -> None:
    said = digest_of([member(1, signs=True), member(2), member(3, signs=True)])
    first, link, plain, third, last = said.body.splitlines()[1:]
    assert first.endswith("前答复") and "LHS-20261123-0001" in first and "0003" in third
    assert link == f"点此签收（请勿转发）：{DESK}0001{'x' * 150}"
    assert last.removeprefix("点此签收（请勿转发）：").startswith(f"{DESK}0003")
    assert plain.endswith("https://example.com/p/1")


def test_of_a_case_told_twice_the_newest_link_stands_in_the_digest() -> None:
    older, newer = member(1, signs=True), member(1, Level.YELLOW, signs=True)
    body = newer.alert.body.replace(DESK, f"{DESK}new-")
    newer = replace(newer, alert=replace(newer.alert, body=body))
    assert digest_of([older, newer]).body.count(DESK) == 1
    assert f"{DESK}new-0001" in digest_of([older, newer]).body


@given(st.integers(2, 30), st.text(max_size=200))
def test_no_link_of_a_digest_is_cut_where_the_robot_s_limit_ends_it(count: int, text: str) -> None:
    members = [member(n, signs=True, place=text) for n in range(count)]
    delivery = replace(a_delivery(members[0].alert), digest=tuple(members))
    [message] = contents(as_sent(delivery).alert, 1, Mentions())
    said = str(message["markdown"]["content"])  # type: ignore[index]
    assert len(said.encode("utf-8")) <= MARKDOWN_BYTES
    found = re.findall(r"https://desk\.example/l/\S*", said)
    assert found and all(re.fullmatch(rf"{DESK}\d{{4}}x{{150}}", one) for one in found)


def test_a_case_stands_once_however_often_it_was_spoken_of() -> None:
    said = digest_of([member(1), member(1, Level.YELLOW, reports=3)])
    assert said.title == "【汇总】2 条通知，涉及 1 起（黄 1、蓝 1）"
    assert said.body.count("LHS-20261123-0001") == 1
    assert "【黄色】" in said.body and "另有 1 条较早的通知" in said.body
    assert said.case_id == "LHS-20261123-0001"


def test_a_digest_of_hundreds_is_no_wall_of_text() -> None:
    said = digest_of([member(n) for n in range(1, 301)])
    lines = said.body.splitlines()
    assert len(lines) == 22
    assert lines[-1].startswith("另有 280 起：LHS-20261123-0021、") and lines[-1].endswith(
        "等，共 280 起"
    )
    assert "反映内容" not in said.body


def test_a_drill_says_so_in_its_digest() -> None:
    said = digest_of([member(1, drill=True), member(2, drill=True)])
    assert said.title.startswith("【演练】【汇总】")
    assert said.body.startswith("【演练】")
    assert said.body.count("【演练】") == 1


@given(st.lists(st.text(), min_size=2, max_size=40), st.integers(0, 400))
def test_a_digest_of_any_texts_fits_the_robot(texts: list[str], reports: int) -> None:
    members = [member(n, reports=reports, text=text, place=text) for n, text in enumerate(texts)]
    delivery = replace(a_delivery(members[0].alert), digest=tuple(members))
    [message] = contents(as_sent(delivery).alert, 1, Mentions())
    said = str(message["markdown"]["content"])  # type: ignore[index]
    assert len(said.encode("utf-8")) <= MARKDOWN_BYTES
    assert f"{len(members)} 条通知" in said


# --- stand-ins


def nobody(department: str) -> str:
    return ""


def one_of_them(department: str) -> str:
    return "甲" if department == "住建局" else ""


def test_the_shipped_plan_has_no_stand_in_behind_the_same_channels(plan: Plan) -> None:
    """Who has only what has just failed would be a delay: the red mark comes at once."""
    assert stand_ins(plan, member(1).alert, "住建局", nobody) == ()


def test_the_line_goes_from_the_person_on_duty_to_the_head_and_to_who_watches(plan: Plan) -> None:
    ways = {"甲": ("phone",), "住建局负责人": ("office",), "督查室": ("post",)}
    plan = replace(plan, receivers={**plan.receivers, **ways})
    alert, told, receiver = member(1).alert, [], "住建局"
    while found := stand_ins(plan, alert, receiver, one_of_them):
        [heir] = found
        receiver = heir.receiver
        told.append((receiver, heir.channel))
    assert told == [("甲", "phone"), ("住建局负责人", "office"), ("督查室", "post"),
                    ("督查室负责人", "console")]  # fmt: skip


def test_a_stand_in_reads_for_whom_it_is() -> None:
    delivery = replace(a_delivery(member(1).alert), receiver="督查室", stands_for="住建局")
    first = as_sent(delivery).alert.body.splitlines()[0]
    assert first == "代收：住建局的通知渠道全部失败，请督查室立即电话转告住建局"


def test_a_message_of_its_own_is_sent_as_it_is() -> None:
    delivery = a_delivery(member(1).alert)
    assert as_sent(delivery) == delivery


# --- quiet hours


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return at_shanghai(datetime(2026, 11, day, tzinfo=UTC).date(), hour, minute)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (at(21, 59), at(21, 59)), (at(22), at(7, 30, 24)), (at(23, 59), at(7, 30, 24)),
        (at(0), at(7, 30)), (at(7, 29), at(7, 30)), (at(7, 30), at(7, 30)), (at(12), at(12)),
    ],
)  # fmt: skip
def test_blue_waits_for_the_morning(plan: Plan, made: datetime, due: datetime) -> None:
    assert not_before(plan, Level.BLUE, made) == due


@pytest.mark.parametrize("level", [Level.RED, Level.ORANGE, Level.YELLOW])
def test_nothing_else_waits_as_shipped(plan: Plan, level: Level) -> None:
    assert not_before(plan, level, at(23)) == at(23)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (at(9), at(9)), (at(9, 1), at(9, 30)), (at(9, 30), at(9, 30)), (at(9, 59), at(10)),
        (at(21, 29), at(21, 30)), (at(21, 31), at(7, 30, 24)), (at(3), at(7, 30)),
    ],
)  # fmt: skip
def test_a_blue_copy_goes_at_the_next_half_hour_with_the_others(
    plan: Plan, made: datetime, due: datetime
) -> None:
    assert not_before(plan, Level.BLUE, made, copied=True) == due


@pytest.mark.parametrize("level", [Level.RED, Level.ORANGE, Level.YELLOW])
def test_no_other_copy_waits_as_shipped(plan: Plan, level: Level) -> None:
    assert not_before(plan, level, at(9, 1), copied=True) == at(9, 1)


def test_quiet_hours_within_a_day(plan: Plan) -> None:
    rule = replace(plan.levels.rules[Level.BLUE], quiet=(time(12), time(13, 30)))
    levels = replace(plan.levels, rules={**plan.levels.rules, Level.BLUE: rule})
    plan = replace(plan, levels=levels)
    assert not_before(plan, Level.BLUE, at(12, 15)) == at(13, 30)
    assert not_before(plan, Level.BLUE, at(13, 30)) == at(13, 30)
    assert not_before(plan, Level.BLUE, at(1)) == at(1)
