"""A paper as a Word file that a clerk can open, change and sign.

Layout values are those of official-practice.md §5 (GB/T 9704-2012, measured): exact 28.95 pt lines
with −0.25 pt character spacing give 22 lines of 28 characters. Fonts are named, never embedded. No
red head, no document number, no seal: those are the office's own.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Row
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from tingxue.reports.length import kept_rows
from tingxue.reports.paper import Block, Chart, Heading, Paper, Para, Table, plain
from tingxue.reports.word_chart import add_chart
from tingxue.reports.word_styles import apply_page, apply_styles

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PARAGRAPHS = {
    "body": "公文正文", "item": "公文条目", "note": "表注", "annex": "附件说明",
    "signing": "签署", "date": "成文日期", "to": "主送",
}  # fmt: skip
_HEADINGS = ("附件", "Heading 1", "Heading 2")


@cache
def _styled() -> bytes:
    """A paper without a word: defining its styles takes longer than writing most papers."""
    document = Document()
    apply_styles(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word_bytes(paper: Paper, *, made_at: datetime) -> bytes:
    """The .docx file. The same paper and ``made_at`` give the same bytes."""
    document = Document(io.BytesIO(_styled()))
    apply_page(document, paper.header)
    styles = {style.name or "": style.style_id for style in document.styles}
    if paper.mark:
        _say(document, paper.mark, styles["标记"])
    for line in paper.title:
        _say(document, plain(line), styles["Title"])
    for line in paper.subtitle:
        _say(document, plain(line), styles["Subtitle"])
    charts = 0
    for block in paper.blocks:
        charts += isinstance(block, Chart)
        _add(document, block, charts, styles)
    _describe(document, paper, made_at)
    _drop_preview(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _add(
    document: WordDocument, block: Block, chart_number: int, styles: Mapping[str, str]
) -> None:
    if isinstance(block, Heading):
        _say(document, block.text, styles[_HEADINGS[block.depth]])
    elif isinstance(block, Para):
        _say(document, plain(block.line), styles[_PARAGRAPHS[block.style]])
    elif isinstance(block, Table):
        _add_table(document, block, styles)
    else:
        add_chart(_say(document, "", styles["图"]), block, chart_number)
        _say(document, plain(block.caption), styles["图题"])


def _say(document: WordDocument, text: str, style: str) -> Paragraph:
    """A paragraph in the style of that id: asked by name, python-docx goes through all styles for
    each paragraph."""
    paragraph = document.add_paragraph(text)
    paragraph._p.style = style
    return paragraph


def _add_table(document: WordDocument, block: Table, styles: Mapping[str, str]) -> None:
    _say(document, plain(block.caption), styles["Caption"])
    table = document.add_table(rows=0, cols=len(block.header), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _narrow_margins(table)
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Mm(width)
    body = "表格小字" if block.small else "表格文字"
    head, style, left = (styles[name] for name in ("表头", body, f"{body}左"))
    columns = range(len(block.header))
    looks = tuple(left if number in block.left else style for number in columns)
    lines = [_Line(tuple(block.header), (head,) * len(looks), header=True)]
    lines += [_Line(tuple(map(plain, row)), looks) for row in block.rows]
    for number, line in enumerate(lines, 1):
        table._tbl.append(_row(line, block.widths, with_next=number < kept_rows(block)))
    _say(document, "", styles["表后"])


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a table, with the style of each cell."""

    texts: tuple[str, ...]
    styles: tuple[str, ...]
    header: bool = False


def _row(line: _Line, widths: Sequence[int], *, with_next: bool) -> CT_Row:
    """The row as one piece of XML: cell by cell through python-docx a paper takes far longer. It
    is never split between pages; ``with_next`` keeps it on the page of the following one."""
    repeat = "<w:tblHeader/>" if line.header else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{Mm(width).twips}"/><w:vAlign w:val="center"/>'
        f"</w:tcPr>{_cell(line, number, with_next)}</w:tc>"
        for number, width in enumerate(widths)
    )
    made = f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeat}</w:trPr>{cells}</w:tr>"
    return cast(CT_Row, parse_xml(made))


def _cell(line: _Line, number: int, with_next: bool) -> str:
    keep = "<w:keepNext/>" if with_next else ""
    lines = escape(line.texts[number]).split("\n")
    text = "<w:br/>".join(f'<w:t xml:space="preserve">{one}</w:t>' for one in lines)
    style = f"<w:pStyle w:val={quoteattr(line.styles[number])}/>"
    return f"<w:p><w:pPr>{style}{keep}</w:pPr><w:r>{text}</w:r></w:p>"


def _narrow_margins(table: WordTable) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", "20"), ("left", "40"), ("bottom", "20"), ("right", "40")):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), width)
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _describe(document: WordDocument, paper: Paper, made_at: datetime) -> None:
    core = document.core_properties
    core.title = "".join(plain(line) for line in paper.title)
    core.author = core.last_modified_by = "听雪"
    core.comments = core.keywords = core.subject = ""
    core.created = core.modified = made_at.replace(tzinfo=None)
    core.language = "zh-CN"
    core.revision = 1


def _drop_preview(document: WordDocument) -> None:
    """The template's own preview picture shows an empty page: leave it out."""
    relations = document.part.package.rels
    previews = [r for r, rel in relations.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]
    for rid in previews:
        del relations[rid]


def _without_times(data: bytes) -> bytes:
    """The same package with fixed entry times, so that equal papers are equal files."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, _ZIP_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return buffer.getvalue()
