"""Routing: who leads, who supports, who is told, and over which channels."""

from datetime import UTC, datetime

import pytest

from alerts.routing import channels_for, deliveries_for, head_channels, route
from domain.errors import ConfigError
from domain.plan import (
    Category,
    Department,
    LevelRule,
    Levels,
    Limit,
    OfficeHours,
    Plan,
    Retention,
    Unsigned,
)
from domain.types import Alert, Level, Urgency

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_LIMIT = Limit(minutes=60, working=False)


def _category(code: str, lead: str, *supports: str) -> Category:
    return Category(code=code, name=code, covers="", lead=lead, supports=supports, task="1")


def _department(name: str, *channels: str) -> Department:
    return Department(name=name, duty_phone="", head=f"{name}负责人", channels=channels)


def _rule(level: Level, *receivers: str) -> LevelRule:
    return LevelRule(
        level=level, ack=_LIMIT, reply=_LIMIT, urgencies=(), reports_24h=0, views=0,
        interactions=0, authors=0, authors_hours=0, first_of=(), receivers=receivers,
        name_duty_person=False,
    )  # fmt: skip


def _plan() -> Plan:
    categories = [
        _category("taxi_refusal", "住建局", "城管局", "交警大队"),
        _category("traffic_jam", "交警大队"),
        _category("consumer_dispute", "商务局", "宣传部", "市场监管分局"),
    ]
    departments = [
        _department("住建局", "wecom_traffic", "mail"), _department("交警大队", "wecom_traffic"),
        _department("督查室", "mail"), _department("无渠道局"),
    ]  # fmt: skip
    receivers = ("管委会领导", "应急局", "宣传部", "住建局")
    rules = [_rule(Level.RED, *receivers), *map(_rule, (Level.ORANGE, Level.YELLOW, Level.BLUE))]
    levels = Levels(
        rules={rule.level: rule for rule in rules}, always_copied=("宣传部", "文体旅科局"),
        overdue_to="督查室", life_lead="应急局", life_supports=("公安分局", "宣传部"),
        event_hours=6, reminders=(), repeat_overdue_hours=24, statutory_acceptance_workdays=2,
        statutory_settlement_days=60, unsigned=Unsigned(deputy=1.25, head=1.5, inspection=2),
    )  # fmt: skip
    return Plan(
        zone="", case_prefix="LHS", categories={c.code: c for c in categories},
        departments={d.name: d for d in departments}, places=(), lookalikes=(),
        platform_names={}, levels=levels, shifts=(),
        hours=OfficeHours(spans=(), holidays=frozenset(), makeup_days=frozenset()),
        channels={}, receivers={"管委会领导": ("sms", "mail"), "督查室": ("wecom_watch",)},
        sources=(),
        retention=Retention(
            originals=1, rejects=1, mentions=1, cases=1, audit=1, backups=1
        ),
        user_dictionary=(), report_title="", search_words=(),
    )  # fmt: skip


PLAN = _plan()


def test_the_lead_replies_the_supports_sign_and_two_departments_are_told() -> None:
    way = route(PLAN, categories=["taxi_refusal"], urgency=Urgency.YELLOW, level=Level.BLUE)
    assert way.leads == ("住建局",)
    assert way.supports == ("城管局", "交警大队")
    assert way.copied == ("宣传部", "文体旅科局")
    assert way.extra == ()


def test_a_department_that_leads_one_category_and_supports_another_leads() -> None:
    codes = ["taxi_refusal", "traffic_jam"]
    way = route(PLAN, categories=codes, urgency=Urgency.YELLOW, level=Level.BLUE)
    assert way.leads == ("住建局", "交警大队")
    assert way.supports == ("城管局",)


def test_a_copied_department_with_a_part_of_its_own_is_named_once() -> None:
    way = route(PLAN, categories=["consumer_dispute"], urgency=Urgency.BLUE, level=Level.BLUE)
    assert "宣传部" in way.supports
    assert way.copied == ("文体旅科局",)


def test_red_tells_the_leadership_too_and_nobody_twice() -> None:
    way = route(PLAN, categories=["taxi_refusal"], urgency=Urgency.RED, level=Level.RED)
    assert way.extra == ("管委会领导", "应急局")
    assert len(way.everyone) == len(set(way.everyone))


def test_red_without_a_category_goes_to_those_who_save_lives() -> None:
    way = route(PLAN, categories=[], urgency=Urgency.RED, level=Level.RED)
    assert way.leads == ("应急局",)
    assert way.supports == ("公安分局", "宣传部")
    assert way.copied == ("文体旅科局",)


def test_no_category_and_not_red_is_no_case() -> None:
    with pytest.raises(ValueError, match="no case"):
        route(PLAN, categories=[], urgency=Urgency.ORANGE, level=Level.ORANGE)


def test_an_unknown_category_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="ski_lift"):
        route(PLAN, categories=["ski_lift"], urgency=Urgency.BLUE, level=Level.BLUE)


def test_channels_come_in_order_and_a_receivers_own_entry_wins() -> None:
    assert channels_for(PLAN, "住建局") == ("wecom_traffic", "mail")
    assert channels_for(PLAN, "管委会领导") == ("sms", "mail")
    assert channels_for(PLAN, "督查室") == ("wecom_watch",)


@pytest.mark.parametrize("name", ["无渠道局", "没有的局"])
def test_a_receiver_without_a_channel_is_an_error_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        channels_for(PLAN, name)


def test_a_head_is_reached_over_the_department_unless_named_apart() -> None:
    assert head_channels(PLAN, "住建局") == ("住建局负责人", ("wecom_traffic", "mail"))
    with pytest.raises(ConfigError, match="没有的局"):
        head_channels(PLAN, "没有的局")


def _alert(level: Level | None) -> Alert:
    return Alert(
        alert_id="a1", case_id="LHS-1", purpose="new", level=level, title="", body="",
        created_at=NOW, drill=False,
    )  # fmt: skip


def test_red_goes_over_all_channels_at_once() -> None:
    rows = deliveries_for(_alert(Level.RED), "住建局", ["sms", "mail", "sms"])
    assert [(row.channel, row.fallback) for row in rows] == [("sms", ()), ("mail", ())]
    assert len({row.delivery_id for row in rows}) == 2


@pytest.mark.parametrize("level", [Level.ORANGE, Level.BLUE, None])
def test_any_other_level_goes_over_the_first_with_the_rest_behind(level: Level | None) -> None:
    [row] = deliveries_for(_alert(level), "住建局", ["wecom", "mail", "sms"])
    assert (row.channel, row.fallback) == ("wecom", ("mail", "sms"))
    assert (row.state, row.attempts, row.next_at) == ("pending", 0, NOW)


def test_the_same_occasion_gets_the_same_delivery_id() -> None:
    [once] = deliveries_for(_alert(Level.BLUE), "住建局", ["wecom"])
    [twice] = deliveries_for(_alert(Level.BLUE), "住建局", ["wecom", "mail"])
    [other] = deliveries_for(_alert(Level.BLUE), "城管局", ["wecom"])
    assert once.delivery_id == twice.delivery_id != other.delivery_id


def test_an_alert_to_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match="住建局"):
        deliveries_for(_alert(Level.BLUE), "住建局", [])
