"""The Excel file: every figure with its ids, the masked detail, and no formula from a stranger."""

import io
import zipfile
from dataclasses import replace
from functools import cache

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from report_facts import (
    DAY,
    MONDAY_0830,
    TUESDAY_0830,
    WEEK,
    busy_day,
    empty_day,
    facts_of,
    mention,
    plan,
    season_week,
    verdict,
)

from domain.types import Mention
from tingxue.reports import Facts
from tingxue.reports.daily import daily
from tingxue.reports.edition import material_of
from tingxue.reports.excel import excel_bytes
from tingxue.reports.sheets import harmless, write_row
from tingxue.reports.weekly import weekly
from tingxue.reports.wording import Material

PLAN = plan()
Rows = list[tuple[object, ...]]


def given(facts: Facts) -> Material:
    made_at = MONDAY_0830 if facts.period is WEEK else TUESDAY_0830
    return material_of(facts, PLAN, made_at=made_at, late=False, drill=False, edition=1)


def file_of(material: Material) -> bytes:
    return excel_bytes(material, (weekly if material.kind == "week" else daily)(material))


@cache
def season_file() -> bytes:
    return file_of(given(season_week()))


@cache
def book_of(data: bytes) -> Workbook:
    """Parsed once; nobody changes it."""
    return load_workbook(io.BytesIO(data))


def sheet_of(data: bytes, name: str) -> Worksheet:
    sheet = book_of(data)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(data: bytes, name: str) -> Rows:
    """The rows below the title line and the column names."""
    return list(sheet_of(data, name).iter_rows(min_row=3, values_only=True))


def test_the_source_sheet_lists_every_figure_with_all_its_ids() -> None:
    material = given(season_week())
    listed: dict[str, list[object]] = {}
    for key, _, one in rows_of(season_file(), "指标来源"):
        listed.setdefault(str(key), []).append(one)
    assert list(listed) == list(material.figures.by_key)
    for key, figure in material.figures.by_key.items():
        assert listed[key] == list(figure.ids or figure.parts or [""]), key


def test_the_summary_gives_every_figure_as_a_number() -> None:
    material = given(season_week())
    summary = {row[4]: row[1] for row in rows_of(season_file(), "汇总")}
    assert summary == {k: pytest.approx(f.value) for k, f in material.figures.by_key.items()}


def test_the_summary_names_figures_in_chinese() -> None:
    named = {row[4]: row[0] for row in rows_of(season_file(), "汇总")}
    assert named["category.taxi_refusal"] == "本周拒载投诉"
    assert named["platform.weibo.previous"] == "上周微博信息"
    assert named["casework.taxi_refusal.open"] == "拒载在办案件"


def test_the_detail_has_every_counted_mention_and_its_id() -> None:
    facts = season_week()
    detail = rows_of(season_file(), "明细")
    assert sorted(str(row[-1]) for row in detail) == sorted(m.mention_id for m, _ in facts.mentions)


def test_the_detail_has_the_columns_duty_staff_know() -> None:
    header = [c.value for c in sheet_of(file_of(given(empty_day())), "明细")[2]]
    wanted = ["首见时间", "平台", "类别", "地点", "级别", "案件编号", "摘要", "链接", "信息编号"]
    assert [name for name in header if name in wanted] == wanted


def test_counts_that_were_not_shown_stay_empty() -> None:
    facts = season_week()
    detail = {row[-1]: row for row in rows_of(season_file(), "明细")}
    first, second = facts.mentions[0][0].mention_id, facts.mentions[1][0].mention_id
    assert detail[first][10:14] == (None, None, None, None)
    assert detail[second][10:14] == (3, 1, None, 111)


def test_the_handling_sheet_has_one_row_per_obligation() -> None:
    facts = busy_day()
    handling = rows_of(file_of(given(facts)), "办理情况")
    duties = {(o.case_id, o.department) for case in facts.cases for o in case.obligations}
    assert {(row[0], row[4]) for row in handling} == duties
    assert len(handling) == len(duties)


FORMULAS = ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    seen: Mention = replace(mention("a", DAY.start, text=text), url=text)
    data = file_of(given(facts_of(DAY, [(seen, verdict("a", "taxi_refusal"))], [])))
    row = sheet_of(data, "明细")[3]
    for cell in (row[8], row[9]):
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")
        assert cell.hyperlink is None


def test_an_address_is_plain_text() -> None:
    sheet = sheet_of(season_file(), "明细")
    assert str(sheet[3][9].value).startswith("https://")
    assert sheet[3][9].hyperlink is None


def test_ordinary_texts_are_left_alone() -> None:
    assert harmless("排队两个小时=白来") == "排队两个小时=白来"
    assert harmless("LHS-20261123-0001") == "LHS-20261123-0001"


def test_a_very_long_text_is_cut_and_not_lost() -> None:
    text = harmless("雪" * 40_000)
    assert 30_000 < len(text) < 32_767
    assert text.endswith("……")


@pytest.mark.parametrize("name", ["汇总", "明细", "办理情况", "指标来源"])
def test_header_rows_are_frozen_and_columns_are_wide_enough(name: str) -> None:
    sheet = sheet_of(season_file(), name)
    assert sheet.freeze_panes == "A3"
    assert sheet["A1"].value.startswith("莲花山生态旅游度假区网络舆情周报（2026年第47期）")
    assert sheet.column_dimensions["A"].width > 15


def test_nothing_in_the_file_depends_on_the_time_of_writing() -> None:
    data = file_of(given(season_week()))
    assert data == file_of(given(season_week()))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 31, 0, 0, 0)}
    created = load_workbook(io.BytesIO(data)).properties.created
    assert created == MONDAY_0830.replace(tzinfo=created.tzinfo)


@pytest.mark.parametrize(
    "text", ["a<b & c>d", "]]> <is>", "说\"好\" '是'", "A1", "0x12_x", "雪 雪"]
)
def test_every_sign_of_a_text_comes_back(text: str) -> None:
    facts = empty_day()
    seen = facts.period.start
    only = replace(facts, mentions=[(mention("a" * 24, seen, text=text), verdict("a" * 24))])
    [row] = rows_of(file_of(given(only)), "明细")
    assert row[8] == text


def test_what_looks_like_the_code_of_a_sign_is_no_sign() -> None:
    file = io.BytesIO()
    write_row(file, 3, ["_x0041_"])
    assert "_x005F_x0041_" in file.getvalue().decode()
