"""The Word file: what is in it, how it is laid out, and that it is always the same file."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook
from report_facts import (
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

from tingxue.reports import Facts
from tingxue.reports.daily import daily
from tingxue.reports.edition import material_of
from tingxue.reports.paper import Chart, Heading, Paper, Para, Table, plain, quote
from tingxue.reports.weekly import weekly
from tingxue.reports.word import word_bytes

PLAN = plan()
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def paper_of(facts: Facts, *, drill: bool = False) -> Paper:
    made_at = MONDAY_0830 if facts.period is WEEK else TUESDAY_0830
    given = material_of(facts, PLAN, made_at=made_at, late=False, drill=drill, edition=1)
    return weekly(given) if given.kind == "week" else daily(given)


def file_of(facts: Facts, *, drill: bool = False) -> bytes:
    return word_bytes(paper_of(facts, drill=drill), made_at=MONDAY_0830)


def opened(data: bytes) -> WordDocument:
    return Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def week_file() -> bytes:
    return file_of(season_week())


def texts_of(document: WordDocument) -> list[str]:
    """Every text of the body in order: paragraphs, then each table cell by cell."""
    found: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            found.append(block.text)
        else:
            found.extend(cell.text for row in block.rows for cell in row.cells)
    return [text for text in found if text]


def texts_meant(paper: Paper) -> list[str]:
    meant = [plain(line) for line in (*paper.title, *paper.subtitle)]
    for block in paper.blocks:
        if isinstance(block, Heading):
            meant.append(block.text)
        elif isinstance(block, Para):
            meant.append(plain(block.line))
        elif isinstance(block, Chart):
            meant.append(plain(block.caption))
        else:
            cells = [*block.header, *(plain(line) for row in block.rows for line in row)]
            meant.extend((plain(block.caption), *cells))
    return meant


@pytest.mark.parametrize("facts", [season_week(), empty_day(), busy_day()])
def test_the_file_says_what_the_paper_says_and_nothing_else(facts: Facts) -> None:
    assert texts_of(opened(file_of(facts))) == texts_meant(paper_of(facts))


def test_a_table_repeats_its_header_and_splits_no_row(week_file: bytes) -> None:
    tables = opened(week_file).tables
    assert len(tables) >= 6
    for table in tables:
        first, *rest = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in rest)


def charts_of(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = sorted(n for n in package.namelist() if n.startswith("word/charts/chart"))
        return [(name, package.read(name)) for name in names]


def sheet_behind(data: bytes, chart: str) -> list[list[object]]:
    """The embedded workbook that the chart part itself points to."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        relations = package.read(f"word/charts/_rels/{Path(chart).name}.rels").decode()
        target = re.search(r'Target="([^"]+\.xlsx)"', relations)
        assert target is not None
        inner = package.read(f"word/embeddings/{Path(target[1]).name}")
    sheet = load_workbook(io.BytesIO(inner)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def cells(table: WordTable) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_chart_of_days_holds_the_same_numbers_as_its_table(week_file: bytes) -> None:
    chart, xml = charts_of(week_file)[0]
    sheet = sheet_behind(week_file, chart)
    table = cells(opened(week_file).tables[0])
    assert [row[0] for row in sheet[1:]] == table[0][1:]
    for column, row in enumerate(table[1:], 1):
        assert [str(line[column]) for line in sheet[1:]] == row[1:]
    drawn = re.findall(r"<c:v>([^<]+)</c:v>", xml.decode())
    assert set(table[1][1:]) <= set(drawn)


def test_the_chart_of_categories_holds_the_same_numbers_as_its_table(week_file: bytes) -> None:
    sheet = sheet_behind(week_file, charts_of(week_file)[1][0])
    table = cells(opened(week_file).tables[2])
    assert [[str(v) for v in row] for row in sheet[1:]] == [row[:3] for row in table[1:]]


def test_charts_are_linked_described_and_labelled(week_file: bytes) -> None:
    document = opened(week_file)
    described = [p.get("descr") for p in document.element.iter("{*}docPr")]
    assert len(described) == len(charts_of(week_file)) == 2
    assert all((text and "拒载" in text) or "信息" in str(text) for text in described)
    for _, xml in charts_of(week_file):
        assert b"externalData" in xml
        assert xml.count(b"<c:ser>") == 2
        assert b'<c:showVal val="1"/>' in xml


def test_the_page_is_laid_out_as_the_standard_says(week_file: bytes) -> None:
    section = opened(week_file).sections[0]
    size = section.page_width, section.page_height
    margins = section.top_margin, section.left_margin, section.right_margin, section.bottom_margin
    assert [round(s.mm) for s in size if s] == [210, 297]
    assert [round(m.mm) for m in margins if m] == [37, 28, 26, 35]


@pytest.mark.parametrize(
    ("style", "font", "size", "line"),
    [
        ("公文正文", "仿宋_GB2312", 16, 28.95),
        ("Title", "方正小标宋简体", 22, 35),
        ("Heading 1", "黑体", 16, 28.95),
        ("Heading 2", "楷体_GB2312", 16, 28.95),
        ("Footer", "宋体", 14, 20),
        ("表格文字", "仿宋_GB2312", 12, 18),
    ],
)
def test_styles_name_the_official_fonts(
    week_file: bytes, style: str, font: str, size: float, line: float
) -> None:
    found = opened(week_file).styles[style]
    fonts = found.element.rPr.find(qn("w:rFonts"))
    assert {fonts.get(qn(f"w:{s}")) for s in ("ascii", "hAnsi", "eastAsia")} == {font}
    assert not [name for name in fonts.attrib if "heme" in name]
    assert found.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    assert found.font.size.pt == size
    assert found.font.bold is False
    assert found.paragraph_format.line_spacing.pt == pytest.approx(line, abs=0.05)


def test_body_text_is_indented_by_two_characters(week_file: bytes) -> None:
    indent = opened(week_file).styles["公文正文"].element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_pages_are_numbered_outside_between_dashes(week_file: bytes) -> None:
    document = opened(week_file)
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer in (section.footer, section.even_page_footer):
        assert "".join(t.text for t in footer._element.iter(qn("w:t"))) == "— 1 —"
        assert [f.get(qn("w:instr")) for f in footer._element.iter(qn("w:fldSimple"))] == ["PAGE"]
    styles = [f.paragraphs[0].style.name for f in (section.footer, section.even_page_footer)]
    assert styles == ["页码单", "页码双"]


def test_a_drill_stands_on_every_page() -> None:
    section = opened(file_of(empty_day(), drill=True)).sections[0]
    assert section.header.paragraphs[0].text == "【演练】"
    assert section.even_page_header.paragraphs[0].text == "【演练】"
    assert opened(file_of(empty_day())).sections[0].header.paragraphs[0].text == ""


def test_nothing_in_the_file_depends_on_the_time_of_writing(week_file: bytes) -> None:
    assert file_of(season_week()) == week_file
    with zipfile.ZipFile(io.BytesIO(week_file)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        inner = [n for n in package.namelist() if n.endswith(".xlsx")]
        for name in inner:
            book = load_workbook(io.BytesIO(package.read(name)))
            assert book.properties.created.year == 1980
    core = opened(week_file).core_properties
    assert core.created == core.modified == MONDAY_0830.replace(tzinfo=core.created.tzinfo)


def test_the_file_embeds_no_font_and_no_picture(week_file: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(week_file)) as package:
        names = package.namelist()
    assert not [n for n in names if n.endswith((".ttf", ".odttf", ".png", ".jpeg", ".jpg"))]


def test_strange_characters_of_visitors_do_not_break_the_file() -> None:
    text = "打\x00车\x0b被\ud800拒\u202e了\ufffe\n第二行 🥺"
    m = mention("a", WEEK.start, text=text)
    facts = facts_of(WEEK, [(m, verdict("a", "taxi_refusal"))], [])
    assert "打车被拒了 第二行 〔表情〕" in texts_of(opened(file_of(facts)))


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("等了两小时🥺🥺", "等了两小时〔表情〕"),
        ("👨‍👩‍👧 一家三口", "〔表情〕 一家三口"),
        ("差评❗️★☆→①℃", "差评〔表情〕★☆→①℃"),
        ("𝓢𝓷𝓸𝔀 真滑", "Snow 真滑"),
        ("\ue415\ufffd坏了", "〔表情〕坏了"),
        ("🇨🇳滑雪⛷", "〔表情〕滑雪〔表情〕"),
        ("㍿ é ß Привет 𠮷", "㍿ é ß Привет 𠮷"),
    ],
)
def test_signs_that_no_office_font_has_are_named_and_not_boxed(said: str, printed: str) -> None:
    assert quote(said, 40).text == printed


def test_an_empty_day_fits_without_chart_and_tables() -> None:
    data = file_of(replace(empty_day(), cases=[]))
    assert charts_of(data) == []
    assert opened(data).tables == []


def test_table_is_a_real_table(week_file: bytes) -> None:
    blocks = [b for b in paper_of(season_week()).blocks if isinstance(b, Table)]
    assert [len(t.rows) - 1 for t in opened(week_file).tables] == [len(b.rows) for b in blocks]
