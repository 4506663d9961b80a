"""Is a Word file laid out as official-practice.md §5 says? ``faults`` reads the file alone.

It shares no value with the code that writes papers: every number here is from GB/T 9704-2012 or is
the look of a table decided in docs/reports.md.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

MARGINS = {"top": 37, "left": 28, "right": 26, "bottom": 35}
CHARS, LINES, PITCH, SIZE = 28, 22, 28.95, 16.0
DIGITS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Look:
    """font, size and line pitch in points (0: as the picture needs), side, indent of line one in
    hundredths of a character, and of one edge."""

    font: str
    size: float
    pitch: float
    side: str = "both"
    first: int = 0
    edge: tuple[str, int] | None = None


FANG, KAI, HEI, SONG, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LOOKS = {
    "Title": Look(TITLE, 22, 35, "center"),
    "Subtitle": Look(KAI, 14, 24, "center"),
    "标记": Look(HEI, 16, PITCH, "left"),
    "主送": Look(FANG, 16, PITCH, "left"),
    "公文正文": Look(FANG, 16, PITCH, "both", 200),
    "公文条目": Look(FANG, 16, PITCH, "left", 200),
    "Heading 1": Look(HEI, 16, PITCH, "both", 200),
    "Heading 2": Look(KAI, 16, PITCH, "both", 200),
    "附件": Look(HEI, 16, PITCH, "left"),
    "附件说明": Look(FANG, 16, PITCH, "left", 200),
    "签署": Look(FANG, 16, PITCH, "left", 200),
    "成文日期": Look(FANG, 16, PITCH, "right", 0, ("right", 400)),
    "Caption": Look(FANG, 14, 24, "center"),
    "图题": Look(FANG, 14, 24, "center"),
    "图": Look(FANG, 12, 0, "center"),
    "表头": Look(HEI, 10.5, 16, "center"),
    "表格文字": Look(FANG, 12, 18, "center"),
    "表格小字": Look(FANG, 10.5, 15, "center"),
    "表格文字左": Look(FANG, 12, 18, "left"),
    "表格小字左": Look(FANG, 10.5, 15, "left"),
    "表注": Look(FANG, 10.5, 16, "both"),
    "表后": Look(FANG, 6, 8, "both"),
    "Header": Look(HEI, 12, 18, "center"),
    "页码单": Look(SONG, 14, 20, "right", 0, ("right", 100)),
    "页码双": Look(SONG, 14, 20, "left", 0, ("left", 100)),
}
BESIDE_STYLE = {qn("w:pStyle"), qn("w:keepNext")}
"""What a paragraph may say beside its style: what page it goes on, never how it looks."""


def faults(data: bytes) -> list[str]:
    """Everything that is not as it should be, in words; empty for a good paper."""
    document = Document(io.BytesIO(data))
    return [
        *(fault for section in document.sections for fault in _page(section)),
        *_room(document),
        *_title(document),
        *_numbers(document),
        *_styles(document),
        *_direct(document),
        *_headings(document),
        *_items(document),
        *_tables(document),
        *_charts(document),
        *_signs(document),
        *_package(data),
    ]


def _page(section: Section) -> Iterator[str]:
    if [round(length.mm) for length in (section.page_width, section.page_height) if length] != [
        210,
        297,
    ]:
        yield "page is not A4"
    for side, wanted in MARGINS.items():
        found = getattr(section, f"{side}_margin").mm
        if abs(found - wanted) > 1:
            yield f"margin {side} {found:.1f} mm"
    if section._sectPr.findall(qn("w:docGrid")):
        yield "a grid of characters"


def _room(document: WordDocument) -> Iterator[str]:
    """22 lines of 28 characters, reckoned from what the file says."""
    section, style = document.sections[0], document.styles["公文正文"]
    width = section.page_width.pt - section.left_margin.pt - section.right_margin.pt
    height = section.page_height.pt - section.top_margin.pt - section.bottom_margin.pt
    spacing = style.element.rPr.find(qn("w:spacing"))
    closer = int(spacing.get(qn("w:val"))) / 20 if spacing is not None else 0.0
    chars = int(width / (style.font.size.pt + closer))
    lines = int(height / style.paragraph_format.line_spacing.pt)
    if (lines, chars) != (LINES, CHARS):
        yield f"{lines} lines of {chars} characters"


def _title(document: WordDocument) -> Iterator[str]:
    """No line of it goes on in another one."""
    section, style = document.sections[0], document.styles["Title"]
    width = section.page_width.pt - section.left_margin.pt - section.right_margin.pt
    closer = int(style.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    for paragraph in document.paragraphs:
        if paragraph.style.name == "Title" and len(paragraph.text) > width / (22 + closer):
            yield f"title {paragraph.text!r} goes on in a second line"


def _numbers(document: WordDocument) -> Iterator[str]:
    section = document.sections[0]
    if not document.settings.odd_and_even_pages_header_footer:
        yield "odd and even pages are numbered on one side"
    if abs(section.footer_distance.mm - 25) > 1:
        yield "page number at another height"
    for footer, style in ((section.footer, "页码单"), (section.even_page_footer, "页码双")):
        paragraph = footer.paragraphs[0]
        shown = "".join(t.text or "" for t in paragraph._p.iter(qn("w:t")))
        fields = [f.get(qn("w:instr")) for f in paragraph._p.iter(qn("w:fldSimple"))]
        if shown != "— 1 —" or fields != ["PAGE"]:
            yield f"page number {shown!r}"
        if paragraph.style.name != style:
            yield f"page number in style {paragraph.style.name}"


def paragraphs(document: WordDocument) -> Iterator[Paragraph]:
    """Those of the body and of the tables in it."""
    for element in document.element.body.iter(qn("w:p")):
        yield Paragraph(element, document)


def _styles(document: WordDocument) -> Iterator[str]:
    section = document.sections[0]
    marks = [
        place.paragraphs[0].style
        for place in (section.header, section.even_page_header, section.footer,
                      section.even_page_footer)
    ]  # fmt: skip
    used = {p.style.name: p.style for p in paragraphs(document)} | {s.name: s for s in marks}
    for name, style in used.items():
        if name not in LOOKS:
            yield f"style {name} is none of ours"
        else:
            yield from (f"style {name}: {what}" for what in _look(style, LOOKS[name]))


def _look(style: ParagraphStyle, look: Look) -> Iterator[str]:
    marks, layout = style.element.rPr, style.element.pPr
    fonts = marks.find(qn("w:rFonts"))
    named = {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    if named != {look.font} or any("heme" in key for key in fonts.attrib):
        yield f"fonts {sorted(map(str, named))}"
    if style.font.size.pt != look.size:
        yield f"size {style.font.size.pt}"
    if style.font.bold or style.font.italic:
        yield "bold or italic"
    if str(style.font.color.rgb) != "000000":
        yield "not black"
    spacing = marks.find(qn("w:spacing"))
    if spacing is None or spacing.get(qn("w:val")) != "-5":
        yield "characters are not set closer by a quarter point"
    pitch = layout.find(qn("w:spacing"))
    exact = pitch.get(qn("w:lineRule")) == "exact"
    if exact != bool(look.pitch) or (
        exact and abs(int(pitch.get(qn("w:line"))) / 20 - look.pitch) > 0.05
    ):
        yield f"line pitch {pitch.get(qn('w:line'))}"
    side = layout.find(qn("w:jc"))
    if side is None or side.get(qn("w:val")) != look.side:
        yield "another side"
    yield from _indent(layout.find(qn("w:ind")), look)


def _indent(indent: BaseOxmlElement | None, look: Look) -> Iterator[str]:
    wanted = {"firstLine": look.first} if look.first else {}
    if look.edge:
        wanted[look.edge[0]] = look.edge[1]
    found = {} if indent is None else {
        key: int(indent.get(qn(f"w:{key}Chars"), "0"))
        for key in ("firstLine", "left", "right")
        if indent.get(qn(f"w:{key}")) or indent.get(qn(f"w:{key}Chars"))
    }  # fmt: skip
    if found != wanted:
        yield f"indent {found}"


def _direct(document: WordDocument) -> Iterator[str]:
    """Looks come from styles alone, so that a clerk changes one and all follow."""
    for paragraph in paragraphs(document):
        layout = paragraph._p.pPr
        beside = {child.tag for child in layout} - BESIDE_STYLE if layout is not None else set()
        if beside or any(run._r.rPr is not None for run in paragraph.runs):
            yield f"formatted by hand: {paragraph.text[:12]!r}"


def _headings(document: WordDocument) -> Iterator[str]:
    """一、二、三、 and under each （一）（二）, in order, none left out."""
    first = second = 0
    ended = False
    for paragraph in document.paragraphs:
        name, text = paragraph.style.name, paragraph.text
        if name == "Heading 1":
            first, second = first + 1, 0
            if not text.startswith(f"{_numeral(first)}、") or ended:
                yield f"heading {text!r} out of order"
        elif name == "Heading 2":
            second += 1
            if not text.startswith(f"（{_numeral(second)}）") or not first:
                yield f"heading {text!r} out of order"
        elif name == "附件":
            ended = True
            if not text.startswith("附件"):
                yield f"heading {text!r} is no 附件"
    if not first:
        yield "no heading"


def _numeral(number: int) -> str:
    return DIGITS[number - 1] if number <= 10 else f"十{DIGITS[number - 11]}"


def _items(document: WordDocument) -> Iterator[str]:
    """1. 2. 3. in order, from 1 after anything else."""
    before = 0
    for paragraph in document.paragraphs:
        found = re.match(r"(\d+)\.", paragraph.text)
        number = int(found[1]) if found and paragraph.style.name == "公文条目" else 0
        if paragraph.style.name == "公文条目" and number != before + 1:
            yield f"item {paragraph.text[:8]!r} out of order"
        before = number


def _tables(document: WordDocument) -> Iterator[str]:
    for table in document.tables:
        rows = [row._tr.trPr for row in table.rows]
        if rows[0] is None or rows[0].find(qn("w:tblHeader")) is None:
            yield "a table does not repeat its header"
        if any(row is None or row.find(qn("w:cantSplit")) is None for row in rows):
            yield "a row may be split between pages"
        if sum(column.width.mm for column in table.columns) > 157:
            yield "a table is wider than the text"
    blocks = [p for p in document.element.body if p.tag in (qn("w:p"), qn("w:tbl"))]
    for before, block in pairwise(blocks):
        if block.tag == qn("w:tbl") and Paragraph(before, document).style.name != "Caption":
            yield "a table without a caption"


def _charts(document: WordDocument) -> Iterator[str]:
    for drawing in document.element.body.iter(qn("w:drawing")):
        shown = next(drawing.iter("{*}docPr"), None)
        if shown is None or not shown.get("descr"):
            yield "a chart without words for the blind"
        if next(drawing.iter("{*}chart"), None) is None:
            yield "a drawing that is no chart"
    if next(document.element.body.iter("{*}pict"), None) is not None:
        yield "a picture"


def _signs(document: WordDocument) -> Iterator[str]:
    for paragraph in paragraphs(document):
        ours = re.sub("“[^”]*”?", "", paragraph.text)
        if paragraph.style.name.startswith(("公文", "Heading")) and re.search(
            "[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", ours
        ):
            yield f"narrow punctuation in {ours[:20]!r}"
        boxed = [c for c in paragraph.text if _is_boxed(c)]
        if boxed:
            yield f"signs without a font: {boxed}"


def _is_boxed(sign: str) -> bool:
    """Whether a Chinese font has a box for it: a symbol outside the Chinese character set."""
    if unicodedata.category(sign) not in ("So", "Sk", "Cn", "Co", "Cs", "Mn", "Cf", "Cc"):
        return False
    try:
        return sign != "\n" and not sign.encode("gbk")
    except UnicodeEncodeError:
        return True


def _package(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.endswith((".ttf", ".odttf", ".png", ".jpeg", ".jpg", ".emf")):
                yield f"embedded {name}"
