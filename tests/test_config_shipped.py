"""The shipped files say what the resort's plan says, completely."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.checks import PLATFORMS
from config.loader import SHIPPED
from domain.plan import Limit, Plan
from domain.types import Level, Urgency

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "official-practice.md"
NUMBER = re.compile(r"minutes: \d|: \[?[\d.]+(, [\d.]+)*\]?\s*$|\[\d\d:\d\d, ")
BASIS = re.compile("建议值|〔2016〕|《|条例第")
ANSWERS = {  # what the plan's table writes longer, or as a remark
    "taxi_refusal": "出租车、网约车拒载、挑客，一听去莲花山就不去，议价、不打表不拉",
    "other_complaint": "以上各类都不包括的投诉，例如投诉热线打不通",
}


def table_rows() -> Iterator[list[str]]:
    """Rows of the taxonomy table: code, name, covers, lead, support, task."""
    if not REFERENCE.exists():
        pytest.skip("../shared/reference/official-practice.md is not here")
    for line in REFERENCE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and re.fullmatch(r"[a-z_]+", cells[0]) and cells[5][:1].isdigit():
            yield cells


def test_the_categories_are_those_of_the_plans_table(plan: Plan) -> None:
    rows = list(table_rows())
    assert len(rows) == 20
    assert list(plan.categories) == [row[0] for row in rows]
    for code, name, covers, lead, support, task in rows:
        ours = plan.categories[code]
        assert (ours.name, ours.lead, ours.task) == (name, lead, task)
        assert ours.covers == ANSWERS.get(code, covers)
        named = tuple(support.split("、")) if support else ()
        # "各成员单位" names nobody: who supports is decided case by case
        assert ours.supports == (() if support == "各成员单位" else named)


def test_all_20_categories_and_23_departments_are_complete(plan: Plan) -> None:
    assert len(plan.categories) == 20
    assert len(plan.departments) == 23
    for category in plan.categories.values():
        assert category.name and category.covers and category.task
        assert {category.lead, *category.supports} <= set(plan.departments)
    phones = {department.duty_phone for department in plan.departments.values()}
    assert len(phones) == 23
    assert all(re.fullmatch(r"0431-0000-01\d\d", phone) for phone in phones)


def test_the_holidays_of_2026_are_those_of_the_notice(plan: Plan) -> None:
    """国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04."""
    spans = {(1, 1): 3, (2, 15): 9, (4, 4): 3, (5, 1): 5, (6, 19): 3, (9, 25): 3, (10, 1): 7}
    off = {date(2026, *first) + timedelta(days=n) for first, days in spans.items()
           for n in range(days)}  # fmt: skip
    worked = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
    assert {day for day in plan.hours.holidays if day.year == 2026} == off
    assert {day for day in plan.hours.makeup_days if day.year == 2026} == {
        date(2026, *day) for day in worked
    }
    assert 2026 in plan.hours.known_years and 2027 not in plan.hours.known_years


def test_everybody_who_may_be_told_can_be_reached(plan: Plan) -> None:
    told = {*plan.departments, "管委会领导", "值班手机", plan.levels.overdue_to}
    told |= {department.head for department in plan.departments.values()}
    told |= {name for rule in plan.levels.rules.values() for name in rule.receivers}
    assert told <= set(plan.receivers)
    for channels in plan.receivers.values():
        assert channels
        assert set(channels) <= set(plan.channels)


def test_every_department_always_has_somebody_on_duty(plan: Plan) -> None:
    for moment in (datetime(2026, 11, 23, tzinfo=UTC), datetime(2031, 2, 3, 20, 1, tzinfo=UTC)):
        covered = {shift.department for shift in plan.shifts if shift.start <= moment < shift.end}
        assert covered >= {*plan.departments, "管委会领导"}


def test_the_limits_are_those_of_the_level_table(plan: Plan) -> None:
    limits = {level: (rule.ack, rule.reply) for level, rule in plan.levels.rules.items()}
    assert limits == {
        Level.RED: (Limit(minutes=10, working=False), Limit(minutes=5 * 60, working=False)),
        Level.ORANGE: (Limit(minutes=15, working=False), Limit(minutes=24 * 60, working=False)),
        Level.YELLOW: (Limit(minutes=30, working=False), Limit(minutes=48 * 60, working=False)),
        Level.BLUE: (Limit(minutes=120, working=True), Limit(minutes=48 * 60, working=False)),
    }
    named = {level for level, rule in plan.levels.rules.items() if rule.name_duty_person}
    assert named == {Level.RED, Level.ORANGE}


def test_urgency_is_not_level(plan: Plan) -> None:
    rules = plan.levels.rules
    assert {level: rule.urgencies for level, rule in rules.items()} == {
        Level.RED: (Urgency.RED,),
        Level.ORANGE: (Urgency.ORANGE,),
        Level.YELLOW: (),  # a single complaint never is 黄
        Level.BLUE: (Urgency.YELLOW, Urgency.BLUE),
    }
    assert rules[Level.YELLOW].reports_24h == 3
    assert set(rules[Level.YELLOW].first_of) == {"safety_hazard", "food_safety"}
    assert (rules[Level.ORANGE].authors, rules[Level.ORANGE].authors_hours) == (3, 2)
    spread = [(rule.views, rule.interactions) for rule in rules.values()]
    assert spread == [(1_000_000, 10_000), (100_000, 1_000), (10_000, 100), (0, 0)]


def test_who_is_told_of_everything_and_of_what_is_late(plan: Plan) -> None:
    levels = plan.levels
    assert levels.always_copied == ("宣传部", "文体旅科局")
    assert levels.overdue_to == "督查室"
    assert (levels.life_lead, levels.life_supports) == ("应急局", ("公安分局", "宣传部"))
    assert (levels.event_hours, levels.repeat_overdue_hours) == (6, 24)
    assert levels.reminders == (0.5, 0.8)
    assert "管委会领导" in levels.rules[Level.RED].receivers
    assert levels.statutory_acceptance_workdays == 2
    assert levels.statutory_settlement_days == 60


def test_aliases_follow_the_labelling_rules(plan: Plan) -> None:
    owner = {word: place.name for place in plan.places for word in (place.name, *place.aliases)}
    for word in ("新天地", "1号门", "1号游客服务中心", "长春冰雪新天地", "莲花山冰雪新天地"):
        assert owner[word] == "冰雪新天地"
    assert owner["天定山"] == "天定山滑雪场"
    assert owner["莲花山"] == owner["莲花山生态旅游度假区"] == "莲花山度假区"
    kinds = {place.name: place.kind for place in plan.places}
    assert kinds == {
        "冰雪新天地": "site", "天定山滑雪场": "site", "莲花山滑雪场": "site",
        "莲花山度假区": "zone", "龙嘉机场": "hub",
        "泉眼镇": "town", "劝农山镇": "town", "四家乡": "town",
    }  # fmt: skip


def test_sites_have_an_operator_and_a_town(plan: Plan) -> None:
    towns = {place.name for place in plan.places if place.kind == "town"}
    for place in plan.places:
        if place.kind == "site":
            assert place.operator in plan.departments
            assert place.town in towns


def test_places_that_are_not_ours_are_known_as_such(plan: Plan) -> None:
    near = {word for one in plan.lookalikes if one.word == "莲花山" for word in one.near}
    assert near >= {"深圳", "番禺", "潍坊", "新泰", "佛山", "铁岭"}
    competitors = {name for one in plan.lookalikes if not one.word for name in one.names}
    assert competitors >= {"冰雪大世界", "亚布力", "雪乡", "北大湖", "净月潭"}


def test_an_ambiguous_word_is_never_searched_alone(plan: Plan) -> None:
    assert {"冰雪新天地", "天定山", "莲花山滑雪场", "莲花山度假区"} <= set(plan.search_words)
    assert not {"莲花山", "新天地", "1号门", "龙嘉机场"} & set(plan.search_words)
    assert len(plan.search_words) == len(set(plan.search_words))


def test_every_platform_has_a_chinese_name(plan: Plan) -> None:
    assert set(plan.platform_names) == PLATFORMS
    assert len(PLATFORMS) == 19
    assert all(re.search("[一-鿿]", name) for name in plan.platform_names.values())
    assert len(set(plan.platform_names.values())) == 19


def test_three_papers_and_one_site_are_on_and_what_nobody_has_checked_is_off(plan: Plan) -> None:
    on = {(source.title, source.kind) for source in plan.sources if source.enabled}
    papers = {(title, "founder") for title in ("吉林日报", "长春日报", "长春晚报")}
    assert on == papers | {("中国吉林网", "articles")}
    assert [source.enabled for source in plan.sources if source.kind == "rss"] == [False]
    for source in plan.sources:
        assert source.enabled or source.before_enabling, "a person is told what to do first"
        assert source.delay_seconds >= 5  # official-practice.md 7.2: at most 1 request in 5 s
        assert source.options["words"]  # or the whole paper would be stored


def test_retention_is_as_proposed(plan: Plan) -> None:
    kept = plan.retention
    assert (kept.originals, kept.rejects, kept.mentions) == (180, 30, 730)
    assert (kept.cases, kept.audit, kept.backups) == (730, 1095, 180)


def test_the_user_dictionary_keeps_names_and_complaint_words_whole(plan: Plan) -> None:
    words = set(plan.user_dictionary)
    assert words >= {"天定山", "冰雪新天地", "冰雪专线", "莲花山滑雪场", "宰客", "拒载", "甩客"}
    assert words >= {place.name for place in plan.places}


@pytest.mark.parametrize("file", ["levels.yaml", "settings.yaml", "sources.yaml"])
def test_every_number_says_beside_it_whether_it_is_a_proposal_or_law(file: str) -> None:
    numbers = 0
    for number, line in enumerate((SHIPPED / file).read_text(encoding="utf-8").splitlines(), 1):
        code, _, comment = line.partition("#")
        if NUMBER.search(code):
            numbers += 1
            assert BASIS.search(comment), f"{file}:{number} {line.strip()}"
    assert numbers >= 7


def test_no_shipped_file_holds_a_secret_or_a_real_looking_phone() -> None:
    for path in SHIPPED.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), path.name
        phones = re.findall(r"0431-\d{4}-\d{4}", text)
        assert all(phone.startswith("0431-0000-") for phone in phones), path.name
