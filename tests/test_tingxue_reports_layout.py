"""The layout of every paper, and that the checker sees what is wrong with a spoiled one."""

import io
from collections.abc import Callable

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from paperlayout import faults
from papermaking import PAPERS, SIGNED, made
from report_facts import TUESDAY_0830, busy_day, empty_day, worst_day

from tingxue.reports import Facts
from tingxue.reports.daily import daily
from tingxue.reports.edition import material_of
from tingxue.reports.length import pages


@pytest.mark.parametrize("paper", list(PAPERS))
def test_every_paper_is_laid_out_as_the_standard_says(paper: str) -> None:
    assert faults(made(paper)) == []


@pytest.mark.parametrize("facts", [worst_day, busy_day, empty_day])
def test_a_daily_paper_is_reckoned_to_fill_two_pages_at_most(facts: Callable[[], Facts]) -> None:
    given = material_of(facts(), SIGNED, made_at=TUESDAY_0830, late=False, drill=False, edition=1)
    assert pages(daily(given)) <= 2


def test_the_office_may_have_a_line_to_sign_on_and_a_mark_and_never_a_head_or_number() -> None:
    document = Document(io.BytesIO(made("签字日报")))
    texts = [p.text for p in document.paragraphs]
    assert texts[0] == "内部资料　注意保存"
    assert any(t.startswith("拟稿：") and "审核：" in t and t.endswith("签发：") for t in texts)
    plain_one = [p.text for p in Document(io.BytesIO(made("日报"))).paragraphs]
    assert not [t for t in plain_one if "签发" in t or "内部资料" in t]
    assert not [t for t in texts if "号" in t and "〔" in t]


@pytest.fixture(scope="module")
def good() -> bytes:
    return made("周报")


def _style(document: WordDocument, name: str = "公文正文"):  # type: ignore[no-untyped-def]
    return document.styles[name]


def _wide_margin(d: WordDocument) -> None:
    d.sections[0].left_margin = Mm(32)


def _other_font(d: WordDocument) -> None:
    _style(d).element.rPr.find(qn("w:rFonts")).set(qn("w:eastAsia"), "微软雅黑")


def _smaller(d: WordDocument) -> None:
    _style(d, "Heading 1").font.size = Pt(15)


def _bold_title(d: WordDocument) -> None:
    _style(d, "Title").font.bold = True


def _swapped(d: WordDocument) -> None:
    heads = [p for p in d.paragraphs if p.style.name == "Heading 1"]
    heads[1].runs[0].text, heads[2].runs[0].text = heads[2].text, heads[1].text


def _item_left_out(d: WordDocument) -> None:
    item = next(p for p in d.paragraphs if p.style.name == "公文条目")
    item.runs[0].text = "2." + item.text[2:]


def _no_indent(d: WordDocument) -> None:
    layout = _style(d).element.pPr
    layout.remove(layout.find(qn("w:ind")))


def _other_pitch(d: WordDocument) -> None:
    _style(d).paragraph_format.line_spacing = Pt(30)


def _long_title(d: WordDocument) -> None:
    title = next(p for p in d.paragraphs if p.style.name == "Title")
    title.runs[0].text = "【演练】莲花山生态旅游度假区网络舆情交办单"


def _one_side(d: WordDocument) -> None:
    d.settings.odd_and_even_pages_header_footer = False


def _bare_number(d: WordDocument) -> None:
    d.sections[0].footer.paragraphs[0].runs[0].text = ""


def _header_once(d: WordDocument) -> None:
    mark = d.tables[1].rows[0]._tr.trPr
    mark.remove(mark.find(qn("w:tblHeader")))


def _row_split(d: WordDocument) -> None:
    mark = d.tables[1].rows[2]._tr.trPr
    mark.remove(mark.find(qn("w:cantSplit")))


def _red_by_hand(d: WordDocument) -> None:
    d.paragraphs[6].runs[0].font.color.rgb = RGBColor(255, 0, 0)


def _centred_by_hand(d: WordDocument) -> None:
    d.paragraphs[6].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _wider_characters(d: WordDocument) -> None:
    marks = _style(d).element.rPr
    marks.remove(marks.find(qn("w:spacing")))


def _no_words_for_the_chart(d: WordDocument) -> None:
    next(d.element.body.iter("{*}docPr")).attrib.pop("descr")


def _narrow_comma(d: WordDocument) -> None:
    body = next(p for p in d.paragraphs if p.style.name == "公文正文")
    body.runs[0].text = body.text.replace("，", ",", 1)


def _emoji(d: WordDocument) -> None:
    d.paragraphs[6].runs[0].text += "😀"


SPOILS: dict[Callable[[WordDocument], None], str] = {
    _wide_margin: "margin left 32.0 mm",
    _other_font: "style 公文正文: fonts",
    _smaller: "style Heading 1: size 15.0",
    _bold_title: "style Title: bold",
    _swapped: "out of order",
    _item_left_out: "item '2.",
    _no_indent: "style 公文正文: indent {}",
    _other_pitch: "21 lines of 28 characters",
    _long_title: "goes on in a second line",
    _one_side: "odd and even",
    _bare_number: "page number '1 —'",
    _header_once: "does not repeat its header",
    _row_split: "may be split",
    _red_by_hand: "formatted by hand",
    _centred_by_hand: "formatted by hand",
    _wider_characters: "22 lines of 27 characters",
    _no_words_for_the_chart: "without words for the blind",
    _narrow_comma: "narrow punctuation",
    _emoji: "signs without a font",
}


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_paper_is_seen(good: bytes, spoil: Callable[[WordDocument], None]) -> None:
    document = Document(io.BytesIO(good))
    spoil(document)
    buffer = io.BytesIO()
    document.save(buffer)
    assert [f for f in faults(buffer.getvalue()) if SPOILS[spoil] in f]
