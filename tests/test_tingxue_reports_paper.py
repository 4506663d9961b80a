"""What the papers say: where each number comes from, and the fixed wording."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from report_facts import (
    DAY,
    HOUR,
    MONDAY_0830,
    TUESDAY_0830,
    WEEK,
    busy_day,
    case,
    empty_day,
    facts_of,
    good_runs,
    mention,
    obligation,
    plan,
    rows,
    run,
    season_week,
    verdict,
)

from domain.types import Level, Outcome, State
from tingxue.counting import previous
from tingxue.reports import Facts
from tingxue.reports.daily import daily
from tingxue.reports.edition import material_of
from tingxue.reports.paper import (
    Chart,
    Heading,
    Line,
    Paper,
    Table,
    lines_of,
    plain,
    say,
    titled,
)
from tingxue.reports.weekly import weekly
from tingxue.reports.wording import Material

PLAN = plan()
MADE = [season_week, empty_day, busy_day]


def material(
    facts: Facts, *, late: bool = False, drill: bool = False, edition: int = 1
) -> Material:
    made_at: datetime = MONDAY_0830 if facts.period is WEEK else TUESDAY_0830
    return material_of(facts, PLAN, made_at=made_at, late=late, drill=drill, edition=edition)


def compose(given: Material) -> Paper:
    return weekly(given) if given.kind == "week" else daily(given)


def all_lines(paper: Paper) -> list[Line]:
    inside = [line for block in paper.blocks for line in lines_of(block)]
    return [*paper.title, *paper.subtitle, *inside]


def text(facts: Facts, **marks: bool) -> str:
    return "\n".join(plain(line) for line in all_lines(compose(material(facts, **marks))))


@pytest.mark.parametrize("made", MADE)
def test_every_number_is_a_figure_a_date_a_name_an_id_or_a_quotation(
    made: Callable[[], Facts],
) -> None:
    given = material(made())
    numbers = 0
    for line in all_lines(compose(given)):
        for span in line:
            if span.sort == "words":
                assert not re.search(r"\d", span.text), plain(line)
            if span.sort == "figure":
                assert span.text == given.figures[span.key].shown
                numbers += 1
    assert numbers >= 2


def test_a_template_with_a_number_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        say("共3条")
    with pytest.raises(ValueError, match="no figure"):
        say("共３条")


@pytest.mark.parametrize("made", MADE)
def test_charts_show_figures_and_nothing_else(made: Callable[[], Facts]) -> None:
    given = material(made())
    for block in compose(given).blocks:
        if isinstance(block, Chart):
            for series in block.series:
                assert len(series.figures) == len(block.labels)
                assert all(given.figures[figure.key] == figure for figure in series.figures)


def headings(paper: Paper) -> list[str]:
    return [block.text for block in paper.blocks if isinstance(block, Heading) and block.depth == 1]


def test_the_sections_stand_in_the_official_order() -> None:
    assert headings(compose(material(busy_day()))) == [
        "一、总体情况", "二、重点舆情", "三、处置情况", "四、需关注",
    ]  # fmt: skip
    assert headings(compose(material(season_week()))) == [
        "一、本周舆情概况", "二、重点舆情及处置", "三、部门办理情况", "四、研判", "五、工作建议",
    ]  # fmt: skip


def test_the_title_names_the_issue_of_the_year() -> None:
    first, second = compose(material(season_week())).title
    assert plain(first) + plain(second) == "莲花山生态旅游度假区网络舆情周报（2026年第47期）"


def test_widths_fill_the_type_area() -> None:
    for facts in (season_week(), busy_day()):
        for block in compose(material(facts)).blocks:
            if isinstance(block, Table):
                assert sum(block.widths) == 156, plain(block.caption)
                assert len(block.widths) == len(block.header)
                assert all(len(row) == len(block.header) for row in block.rows)


def test_an_empty_period_says_so_without_percentages() -> None:
    said = text(empty_day())
    assert "监测期内未监测到涉莲花山生态旅游度假区相关信息（前一日3条）。" in said
    assert "%" not in said
    assert "%" not in text(facts_of(WEEK, [], rows(previous(WEEK), 80, 1)))


def test_an_empty_period_with_a_source_down_claims_nothing() -> None:
    runs = [*good_runs(DAY), run("xhs", DAY.start, Outcome.IP_OR_ACCOUNT_BLOCKED)]
    assert "不能据此认为没有相关舆情" in text(facts_of(DAY, [], [], runs))
    assert "不能据此认为没有相关舆情" not in text(empty_day())


def test_a_base_of_zero_is_called_new() -> None:
    said = text(facts_of(DAY, rows(DAY, 25, 1), []))
    assert "信息25条，系新增（前一日0条）" in said
    assert "%" not in said.split("二、重点舆情")[0]


def test_a_small_base_gives_counts() -> None:
    said = text(facts_of(DAY, rows(DAY, 25, 1), rows(previous(DAY), 12, 2)))
    assert "信息25条，较前一日增加13条（前一日12条）" in said


def test_a_large_base_gives_a_percentage_in_words() -> None:
    assert "信息128条，环比上升32.0%（上周97条）" in text(season_week())
    fewer = facts_of(WEEK, rows(WEEK, 30, 1), rows(previous(WEEK), 40, 2))
    assert "信息30条，环比下降25.0%（上周40条）" in text(fewer)


def test_the_same_number_is_level() -> None:
    same = facts_of(WEEK, rows(WEEK, 30, 1), rows(previous(WEEK), 30, 2))
    assert "信息30条，与上周持平" in text(same)


def test_a_source_that_was_down_is_said_with_its_times_and_reasons() -> None:
    said = text(season_week())
    assert "有2个来源采集不完整" in said
    assert "长春日报（11月17日6时至11月17日18时5分，访问受限、需要人工验证）" in said
    assert "长春晚报（11月22日18时起至期末未恢复，页面结构变化）" in said


def test_a_source_that_flaps_is_summed_up() -> None:
    outcomes = (Outcome.RATE_LIMITED, Outcome.OK) * 4
    runs = [run("jlrb", DAY.start + n * HOUR, outcome) for n, outcome in enumerate(outcomes)]
    said = text(facts_of(DAY, [], [], runs))
    assert "吉林日报（11月23日0时至11月23日7时5分间中断4次，访问受限）" in said


def test_a_source_that_did_not_run_is_said() -> None:
    runs = [r for r in good_runs(DAY) if r.source != "ccwb"]
    assert "有1个来源监测期内未运行：长春晚报。" in text(facts_of(DAY, [], [], runs))


def test_the_late_mark_and_the_edition_stand_under_the_title() -> None:
    paper = compose(material(empty_day(), late=True, edition=2))
    assert plain(paper.subtitle[1]) == "编制时间：2026年11月24日8时30分　第2版　补发"
    assert "补发" not in text(empty_day())


def test_a_drill_is_marked_in_title_and_header() -> None:
    paper = compose(material(empty_day(), drill=True))
    assert plain(paper.title[0]).startswith("【演练】")
    assert paper.header == "【演练】"
    assert compose(material(empty_day())).header == ""


def test_what_visitors_say_is_marked_as_not_verified() -> None:
    paper = compose(material(busy_day()))
    notable = next(b for b in paper.blocks if isinstance(b, Table))
    assert all(plain(row[1]).startswith("据网民反映（未核实），") for row in notable.rows)


@pytest.mark.parametrize("word", ["造谣", "恶意", "无理", "刁民", "别有用心", "炒作", "属实"])
def test_the_poster_is_never_judged(word: str) -> None:
    assert word not in text(season_week()) + text(busy_day()) + text(empty_day())


def test_advice_names_lead_support_and_the_limits_of_the_work_in_hand() -> None:
    opened = DAY.end - HOUR
    lead = obligation("C-1", "住建局", opened, State.SIGNED, due=48)
    given = [case("C-1", opened, ["a"], [lead])]
    seen = (mention("a", WEEK.start), verdict("a", "taxi_refusal"))
    facts = facts_of(WEEK, [seen], [])
    said = text(replace(facts, cases=given))
    assert (
        "建议由住建局牵头，城管局、交警大队配合，办理“拒载”类事项（本周投诉1条，在办案件1件），"
        "答复时限为11月25日23时。" in said
    )


def test_no_work_in_hand_gives_no_advice() -> None:
    said = text(facts_of(WEEK, [], []))
    assert "建议由" not in said
    assert "本周数据未显示需要专门部署的事项。" in said


def test_holidays_ahead_come_from_the_plan() -> None:
    def said_with(days: frozenset[object]) -> str:
        hours = replace(PLAN.hours, holidays=days)  # type: ignore[arg-type]
        own = replace(PLAN, hours=hours)
        given = replace(material(empty_day()), plan=own)
        return "".join(plain(line) for line in all_lines(daily(given)))

    ahead = DAY.last_day.replace(day=29)
    assert "法定节假日（11月29日）" in said_with(frozenset({ahead}))
    assert "法定节假日" not in said_with(frozenset())


def test_a_red_case_still_in_hand_deserves_attention() -> None:
    opened = DAY.start + HOUR
    lead = obligation("C-9", "应急局", opened, State.IN_HAND, due=48)
    red = case("C-9", opened, ["a"], [lead], level=Level.RED, categories=(), place="天定山滑雪场")
    said = text(replace(facts_of(DAY, [(mention("a", opened), verdict("a"))], []), cases=[red]))
    assert (
        "C-9（红色，据网民反映，未核实：天定山滑雪场人身安全）已转应急局办理，目前办理中。" in said
    )


def test_a_level_that_nobody_has_confirmed_says_so_in_the_paper() -> None:
    opened = DAY.start + HOUR
    lead = obligation("C-9", "应急局", opened, State.IN_HAND, due=48)
    red = case("C-9", opened, ["a"], [lead], level=Level.RED, categories=(), place="天定山滑雪场")
    facts = facts_of(DAY, [(mention("a", opened), verdict("a"))], [])
    said = text(replace(facts, cases=[replace(red, unverified_since=opened)]))
    assert "C-9（红色，级别待核实，据网民反映" in said
    assert said.count("待核实") == 2  # in the table of grave cases too


def test_long_lists_are_cut_and_the_paper_says_so() -> None:
    paper = compose(material(season_week()))
    detail = [b for b in paper.blocks if isinstance(b, Table)][-1]
    assert len(detail.rows) == 30
    assert "注：表中列前30条，共80条，全部明细见同名电子表格。" in text(season_week())
    assert "附件：明细、办理情况、采集情况（见同名电子表格）" in text(busy_day())


def keys_by_column(table: Table) -> dict[str, set[str]]:
    """What the figures of each column are about: the key without the row's own part."""
    found: dict[str, set[str]] = {}
    for row in table.rows:
        for head, line in zip(table.header, row, strict=True):
            for span in line:
                if span.key:
                    parts = span.key.split(".")
                    own = {"platform": 2, "category": 2, "department": 2, "duties": 1}
                    tail = parts[own.get(parts[0], 1) :]
                    found.setdefault(head, set()).add(".".join(tail))
    return found


def test_each_column_of_a_table_holds_the_figure_its_head_names() -> None:
    tables = [b for b in compose(material(season_week())).blocks if isinstance(b, Table)]
    _, platforms, categories, _, departments, *_ = tables
    assert keys_by_column(categories) == {
        "投诉量": {""}, "上周": {"previous"}, "增减": {"change"},
    }  # fmt: skip
    assert keys_by_column(departments) == {
        "新增": {"new"}, "已签收": {"signed"}, "签收率": {"sign_rate"}, "办结": {"closed"},
        "按时办结率": {"ontime_rate"}, "平均用时": {"hours"}, "逾期": {"overdue"},
    }  # fmt: skip
    last = zip(platforms.header, platforms.rows[-1], strict=True)
    total = {head: [span.key for span in line] for head, line in last}
    assert total["信息量"] == ["mentions"]
    assert total["其中投诉"] == ["complaints"]
    assert total["上周信息量"] == ["mentions.previous"]
    complaints = {s.key for row in platforms.rows[:-1] for s in row[2]}
    assert all(key.endswith(".complaints") for key in complaints)


def test_each_row_of_a_table_holds_the_figures_of_its_own_name() -> None:
    tables = [b for b in compose(material(season_week())).blocks if isinstance(b, Table)]
    names = {code: known.name for code, known in PLAN.categories.items()}
    for row in tables[2].rows:
        keys = {span.key.split(".")[1] for line in row for span in line if span.key}
        assert {names[code] for code in keys} == {plain(row[0])}
    for row in tables[4].rows[:-1]:
        keys = {span.key.split(".")[1] for line in row for span in line if span.key}
        assert keys == {plain(row[0])}


@pytest.mark.parametrize(
    "kind",
    ["日报", "周报", "交办单", "督办单", "专报", "逾期事项清单", "值班交接单", "演练评分表"],
)
@pytest.mark.parametrize("base", ["莲花山生态旅游度假区网络舆情", "莲花山生态旅游度假区"])
@pytest.mark.parametrize("mark", ["", "【演练】"])
def test_a_title_is_broken_where_it_makes_sense(mark: str, base: str, kind: str) -> None:
    lines = [plain(line) for line in titled(mark, base, kind)]
    assert "".join(lines) == mark + base + kind
    assert max(map(len, lines)) <= 20 and (len(lines) == 1 or lines[1].endswith(kind))
    assert len(lines) == (2 if len(mark + base + kind) > 20 else 1)
