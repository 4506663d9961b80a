"""What is searched, who shares a site, how long it is left alone, when counts are seen again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.collection import Pause, holding, next_try, sites, until
from domain.plan import Place, Plan, RefreshRule, SearchRule, SourceSpec
from domain.refreshing import is_hot, next_look, next_reading
from domain.searchwords import queries, rules, wanted
from domain.types import Counts, Outcome

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def place(**more: object) -> Place:
    given = {
        "name": "天定山滑雪场",
        "kind": "site",
        "aliases": ("天定山",),
        "operator": "",
        "town": "",
    }
    return Place(**{**given, **more})  # type: ignore[arg-type]


# --- what is searched


def test_a_name_is_searched_by_its_shortest_form_and_a_shared_one_never_alone() -> None:
    zone = place(name="莲花山度假区", aliases=("莲花山管委会", "莲花山"), weak=("莲花山",))
    typed = [query.typed for query in queries(rules([place(), zone]))]
    assert typed == [
        ("天定山",),
        ("莲花山度假区", "莲花山管委会"),
        ("长春 莲花山",),
        ("滑雪 莲花山",),
    ]
    assert rules([replace(zone, searched=False)]) == ()


def test_the_offices_own_rules_take_the_place_of_the_names_and_hold_for_themselves() -> None:
    own = (SearchRule(must=("长春",), any=("新天地", "长春新天地"), exclude=("上海",)),)
    found = rules([place(search=own), place(name="泉眼镇", aliases=())])
    assert [query.typed for query in queries(found)] == [("长春 新天地", "长春新天地"), ("泉眼镇",)]
    assert [
        wanted(found, text)
        for text in ("长 春的新天地关门了", "上海新天地，不是长春", "新天地真好", "从上海来泉眼镇")
    ] == [True, False, False, True]
    assert wanted((), "什么都行")


def test_the_shipped_places_find_what_is_ours(plan: Plan) -> None:
    said = {
        "Ｔ恤都湿了，天 定 山雪太大": True, "长春的莲花山人真多": True, "深圳莲花山风筝": False,
        "冰雪新天地的票": True, "上海新天地的冰雪展": False, "龙嘉机场晚点": False,
    }  # fmt: skip
    assert {text: wanted(plan.search_rules, text) for text in said} == said
    assert len([one for q in queries(plan.search_rules) for one in q.typed]) <= 20


# --- who is left alone


def source(plan: Plan, name: str, **more: object) -> SourceSpec:
    return replace(plan.sources[0], name=name, **more)  # type: ignore[arg-type]


def test_newspapers_of_one_host_stop_together_and_others_go_on(plan: Plan) -> None:
    day, night = source(plan, "a", start_urls=("http://p.cn/a",)), source(
        plan, "b", start_urls=("http://p.cn/b",)
    )  # fmt: skip
    far = source(plan, "c", start_urls=("http://q.cn",))
    video = source(plan, "d", platform="douyin", start_urls=())
    assert [sites(one) for one in (day, night, far, video)] == [
        ("p.cn",), ("p.cn",), ("q.cn",), ("douyin",)
    ]  # fmt: skip
    pause = Pause(site="p.cn", began_at=NOW, until=NOW + HOUR, source="a",
                  outcome=Outcome.RATE_LIMITED)  # fmt: skip
    held = [holding(one, {"p.cn": pause}) for one in (day, night, far, video)]
    assert held == [pause, pause, None, None]
    assert next_try(night, NOW - HOUR, pause) == NOW + 5 * HOUR  # every six hours
    assert next_try(night, NOW - 20 * HOUR, pause) == NOW + HOUR
    assert next_try(far, None, None) is None


def test_only_a_refusal_stops_a_site(plan: Plan) -> None:
    hours = {outcome: until(outcome, plan.cooldown_hours, NOW) for outcome in Outcome}
    assert {k: (v - NOW) / HOUR for k, v in hours.items() if v} == {
        Outcome.LOGIN_REQUIRED: 12, Outcome.VERIFY_REQUIRED: 24, Outcome.RATE_LIMITED: 2,
        Outcome.IP_OR_ACCOUNT_BLOCKED: 24,
    }  # fmt: skip


# --- when counts are looked at again


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [(0, 0.5, 1), (1, 2, 2), (23.5, 24, 24.5), (24, 30, 48), (100, 130, 124), (140, 150, 164),
     (150, 160, None), (0, 169, None)],
)  # fmt: skip
def test_counts_are_looked_at_hourly_then_daily_then_never(
    last: float, now: float, due: float | None
) -> None:
    """Hours since the post was published; a week has 168."""
    found = next_look(RefreshRule(), began=NOW, last=NOW + last * HOUR, now=NOW + now * HOUR,
                      hot=True)  # fmt: skip
    assert found == (None if due is None else NOW + due * HOUR)
    assert next_look(RefreshRule(), began=NOW, last=NOW, now=NOW, hot=False) is None


def test_a_post_is_hot_by_its_reactions_or_by_its_case() -> None:
    few, many = Counts(likes=9, comments=10, views=9000), Counts(likes=9, comments=10, shares=1)
    rule = RefreshRule()
    assert [is_hot(rule, one, in_open_case=False) for one in (None, few, many)] == [
        False, False, True
    ]  # fmt: skip
    assert is_hot(rule, None, in_open_case=True)


@pytest.mark.parametrize(
    ("read", "now", "own", "due"),
    [(None, 5, False, 5), (None, 169, True, None), (1, 2, True, 2), (1, 2, False, 25),
     (30, 40, True, 54), (30, 40, False, 54), (150, 160, True, None)],
)  # fmt: skip
def test_comments_are_read_at_once_and_then_daily_but_below_our_own_posts_hourly_at_first(
    read: float | None, now: float, own: bool, due: float | None
) -> None:
    """Hours since the post was published."""
    found = next_reading(
        RefreshRule(), began=NOW, read=None if read is None else NOW + read * HOUR,
        now=NOW + now * HOUR, own=own,
    )  # fmt: skip
    assert found == (None if due is None else NOW + due * HOUR)
