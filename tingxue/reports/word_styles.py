"""Page and styles of the Word papers: every look is a named style, so a clerk can change it once.

Sizes in points: 16 is 三号, 22 二号, 14 四号, 12 小四, 10.5 五号 (official-practice.md §5).
"""

from typing import cast

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import _Footer, _Header
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

FANGSONG, KAITI, HEITI, SONGTI = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
TITLE_FONT = "方正小标宋简体"
LINE = 28.95
_AFTER_SPACE = ("w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc")
_TIGHTER = "-5"
"""Twentieths of a point between characters: with ``LINE`` exactly 28 characters a line."""

Align = WD_ALIGN_PARAGRAPH
_LEFT, _CENTRE = Align.JUSTIFY, Align.CENTER


def apply_styles(document: WordDocument) -> None:
    """Define all styles the papers use."""
    _style(document, "Normal", FANGSONG, 16, LINE, _LEFT)
    _style(document, "Title", TITLE_FONT, 22, 35, _CENTRE)
    _style(document, "Subtitle", KAITI, 14, 24, _CENTRE)
    body = _style(document, "公文正文", FANGSONG, 16, LINE, _LEFT)
    _indent_two(body)
    _indent_two(_style(document, "公文条目", FANGSONG, 16, LINE, Align.LEFT))
    for depth, (name, font) in enumerate((("Heading 1", HEITI), ("Heading 2", KAITI))):
        heading = _style(document, name, font, 16, LINE, _LEFT)
        _indent_two(heading)
        heading.paragraph_format.keep_with_next = True
        _outline(heading, depth)
    caption = _style(document, "Caption", FANGSONG, 14, 24, _CENTRE)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(6)
    _style(document, "图题", FANGSONG, 14, 24, _CENTRE)
    _close(_style(document, "表头", HEITI, 10.5, 16, _CENTRE))
    _close(_style(document, "表格文字", FANGSONG, 12, 18, _CENTRE))
    _close(_style(document, "表格小字", FANGSONG, 10.5, 15, _CENTRE))
    _close(_style(document, "表格文字左", FANGSONG, 12, 18, Align.LEFT))
    _close(_style(document, "表格小字左", FANGSONG, 10.5, 15, Align.LEFT))
    _style(document, "表注", FANGSONG, 10.5, 16, _LEFT)
    _style(document, "表后", FANGSONG, 6, 8, _LEFT)
    _style(document, "Header", HEITI, 12, 18, _CENTRE)
    _ends(document)
    _page_numbers(document)
    chart = _style(document, "图", FANGSONG, 12, 0, _CENTRE)
    chart.paragraph_format.keep_with_next = True
    _chinese(document)


def _ends(document: WordDocument) -> None:
    """What stands above the title and below the text."""
    _style(document, "标记", HEITI, 16, LINE, Align.LEFT)
    _style(document, "主送", FANGSONG, 16, LINE, Align.LEFT)
    annex = _style(document, "附件", HEITI, 16, LINE, Align.LEFT)
    annex.paragraph_format.page_break_before = True
    _outline(annex, 0)
    note = _style(document, "附件说明", FANGSONG, 16, LINE, Align.LEFT)
    note.paragraph_format.space_before = Pt(LINE)
    _indent_two(note)
    sign = _style(document, "签署", FANGSONG, 16, LINE, Align.LEFT)
    sign.paragraph_format.space_before = Pt(LINE)
    _indent_two(sign)
    _side_indent(_style(document, "成文日期", FANGSONG, 16, LINE, Align.RIGHT), "right", 4, 16)


def _page_numbers(document: WordDocument) -> None:
    """单右空一字，双左空一字."""
    _style(document, "Footer", SONGTI, 14, 20, _LEFT)
    _side_indent(_style(document, "页码单", SONGTI, 14, 20, Align.RIGHT), "right", 1, 14)
    _side_indent(_style(document, "页码双", SONGTI, 14, 20, Align.LEFT), "left", 1, 14)


def _side_indent(style: ParagraphStyle, side: str, characters: int, size: float) -> None:
    """So many characters away from one edge of the text."""
    setattr(style.paragraph_format, f"{side}_indent", Pt(characters * size))
    indent = style.element.pPr.find(qn("w:ind"))
    indent.set(qn(f"w:{side}Chars"), str(100 * characters))


def _style(
    document: WordDocument,
    name: str,
    font: str,
    size: float,
    line: float,
    align: WD_ALIGN_PARAGRAPH,
) -> ParagraphStyle:
    """A paragraph style; ``line`` in points exactly, 0 for single (a picture needs the room)."""
    styles = document.styles
    found = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style = cast(ParagraphStyle, found)
    _plain_font(style, font, size)
    layout = style.paragraph_format
    layout.alignment = align
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY if line else WD_LINE_SPACING.SINGLE
    if line:
        layout.line_spacing = Pt(line)
    return style


def _plain_font(style: ParagraphStyle, font: str, size: float) -> None:
    """Exactly this font: no theme font, colour, border or weight of the template stays."""
    element = style.element
    for tag in ("w:rPr", "w:pPr"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    properties = element.get_or_add_rPr()
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)
    properties.append(fonts)
    style.font.size = Pt(size)
    style.font.bold = style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), _TIGHTER)
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _indent_two(style: ParagraphStyle) -> None:
    """左空二字, in characters, so that it follows the size."""
    style.paragraph_format.first_line_indent = Pt(31.5)
    indent = style.element.pPr.find(qn("w:ind"))
    indent.set(qn("w:firstLineChars"), "200")


def _outline(style: ParagraphStyle, depth: int) -> None:
    """Show the headings in the navigation pane."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), str(depth))
    style.element.get_or_add_pPr().append(level)


def _close(style: ParagraphStyle) -> None:
    """No extra room between Chinese and digits: in a narrow column it breaks 11月16日 in two."""
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        off = OxmlElement(tag)
        off.set(qn("w:val"), "0")
        style.element.get_or_add_pPr().insert_element_before(off, *_AFTER_SPACE)


def _chinese(document: WordDocument) -> None:
    """Spelling in Chinese; the layout rules of Word 2013 and later."""
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")
    compat = document.settings.element.find(qn("w:compat"))
    if compat is None:
        compat = OxmlElement("w:compat")
        document.settings.element.append(compat)
    mode = OxmlElement("w:compatSetting")
    mode.set(qn("w:name"), "compatibilityMode")
    mode.set(qn("w:uri"), "http://schemas.microsoft.com/office/word")
    mode.set(qn("w:val"), "15")
    compat.append(mode)


def apply_page(document: WordDocument, header: str) -> None:
    """A4, the margins of GB/T 9704, — 1 — outside below, ``header`` on every page."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    _number(section.footer, "页码单")
    _number(section.even_page_footer, "页码双")
    for place in (section.header, section.even_page_header):
        _mark(place, header)


def _mark(place: _Header, text: str) -> None:
    place.is_linked_to_previous = False
    place.paragraphs[0].style = "Header"
    place.paragraphs[0].add_run(text)


def _number(place: _Footer, style: str) -> None:
    """``— 1 —``."""
    place.is_linked_to_previous = False
    paragraph = place.paragraphs[0]
    paragraph.style = style
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    shown = OxmlElement("w:r")
    digit = OxmlElement("w:t")
    digit.text = "1"
    shown.append(digit)
    field.append(shown)
    paragraph._p.append(field)
    paragraph.add_run(" —")
