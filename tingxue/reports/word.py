"""A paper as a Word file that a clerk can open, change and sign.

Layout values are those of official-practice.md §5 (GB/T 9704-2012, measured): exact 28.95 pt lines
with −0.25 pt character spacing give 22 lines of 28 characters. Fonts are named, never embedded. No
red head, no document number, no seal: those are the office's own.
"""

import io
import zipfile
from datetime import datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from tingxue.reports.paper import Block, Chart, Heading, Paper, Para, Table, plain
from tingxue.reports.word_chart import add_chart
from tingxue.reports.word_styles import apply_page, apply_styles

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PARAGRAPHS = {"body": "公文正文", "item": "公文条目", "note": "表注"}


def word_bytes(paper: Paper, *, made_at: datetime) -> bytes:
    """The .docx file. The same paper and ``made_at`` give the same bytes."""
    document = Document()
    apply_styles(document)
    apply_page(document, paper.header)
    for line in paper.title:
        document.add_paragraph(plain(line), style="Title")
    for line in paper.subtitle:
        document.add_paragraph(plain(line), style="Subtitle")
    charts = 0
    for block in paper.blocks:
        charts += isinstance(block, Chart)
        _add(document, block, charts)
    _describe(document, paper, made_at)
    _drop_preview(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _add(document: WordDocument, block: Block, chart_number: int) -> None:
    if isinstance(block, Heading):
        document.add_paragraph(block.text, style=f"Heading {block.depth}")
    elif isinstance(block, Para):
        document.add_paragraph(
            plain(block.line),
            style=_PARAGRAPHS[block.style],
        )
    elif isinstance(block, Table):
        _add_table(document, block)
    else:
        add_chart(document.add_paragraph(style="图"), block, chart_number)
        document.add_paragraph(plain(block.caption), style="图题")


def _add_table(document: WordDocument, block: Table) -> None:
    document.add_paragraph(plain(block.caption), style="Caption")
    table = document.add_table(rows=1, cols=len(block.header), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _narrow_margins(table)
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Mm(width)
    head, style = (  # looked up once: python-docx goes through all styles for each cell
        document.styles[name].style_id
        for name in ("表头", "表格小字" if block.small else "表格文字")
    )
    _fill(table.rows[0], [((text, head), False) for text in block.header], block.widths)
    _repeat_header(table.rows[0])
    for line in block.rows:
        cells = [((plain(c), style), n in block.left) for n, c in enumerate(line)]
        _fill(table.add_row(), cells, block.widths)
    _keep_together(table, tall=block.tall)
    document.add_paragraph(style="表后")


def _fill(row: _Row, contents: list[tuple[tuple[str, str], bool]], widths: tuple[int, ...]) -> None:
    cant_split = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(cant_split)
    for cell, ((text, style), left), width in zip(row.cells, contents, widths, strict=True):
        cell.width = Mm(width)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _write(cell, text, style, left)


def _write(cell: _Cell, text: str, style: str, left: bool) -> None:
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph._p.style = style
    paragraph.add_run(text)
    if left:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _repeat_header(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_together(table: WordTable, *, tall: bool) -> None:
    """The header stays with the first row; a short table stays on one page."""
    rows = table.rows
    short = len(rows) <= 12 and not tall
    for row in list(rows)[: len(rows) - 1 if short else 1 if tall else 2]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _narrow_margins(table: WordTable) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "40")
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
