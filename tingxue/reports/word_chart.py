"""A native Word chart: editable, with its numbers in an embedded workbook and an alt text.

python-docx cannot make charts; python-pptx writes the chart XML and this file puts it into the
Word package (official-practice.md §6). Series differ in darkness and dash, so a black-and-white
print can be read.
"""

# mypy: disable-error-code="no-untyped-call"
# (python-pptx ships types for only a part of itself)
import io
from datetime import UTC, datetime

import xlsxwriter
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from pptx.chart.chart import Chart as PptxChart
from pptx.chart.data import CategoryChartData
from pptx.chart.series import BarSeries, LineSeries
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml as parse_chart
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from tingxue.reports.paper import Chart, plain
from tingxue.reports.word_styles import FANGSONG

_FORMS = {"line": XL_CHART_TYPE.LINE_MARKERS, "bar": XL_CHART_TYPE.BAR_CLUSTERED}
_SHADES = (RGBColor(0x1F, 0x3A, 0x5F), RGBColor(0xA6, 0xA6, 0xA6))
_DASHES = (MSO_LINE.SOLID, MSO_LINE.DASH)
_MARKERS = (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.DIAMOND)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""Time stamp inside the embedded workbook: fixed, so that equal charts are equal bytes."""

_INLINE = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:drawing>
<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{n}"/>
<wp:cNvGraphicFramePr/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:graphicData uri="{chart}"><c:chart xmlns:c="{chart}" xmlns:r="{rel}" r:id="{rid}"/>
</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"""


def add_chart(paragraph: Paragraph, chart: Chart, number: int) -> None:
    """Put the chart into the paragraph; ``number`` counts the charts of the document from 1."""
    package = paragraph.part.package
    workbook = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        workbook_bytes(chart),
        package,
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    part._blob = chart_xml(chart, part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE))
    rid = paragraph.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    size = {"cx": Mm(150), "cy": Mm(_height(chart))}
    run = parse_xml(_INLINE.format(**size, n=number, rid=rid, chart=_CHART, rel=_REL))
    described = next(run.iter("{*}docPr"))
    described.set("name", plain(chart.caption))
    described.set("descr", plain(chart.alt))
    paragraph._p.append(run)


def _height(chart: Chart) -> int:
    """Millimetres: bars need room for each label."""
    return 62 if chart.form == "line" else 16 + 8 * len(chart.labels)


def workbook_bytes(chart: Chart) -> bytes:
    """The workbook behind the chart: labels in column A, one series per further column."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _EPOCH, "author": "听雪"})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_column(1, 0, chart.labels)
    for column, series in enumerate(chart.series, 1):
        sheet.write_string(0, column, series.name)
        sheet.write_column(1, column, [figure.value for figure in series.figures])
    book.close()
    return buffer.getvalue()


def chart_xml(chart: Chart, workbook_rid: str) -> bytes:
    """The chart part: python-pptx's XML, styled, linked to its workbook."""
    data = CategoryChartData(number_format="0")
    data.categories = chart.labels
    for series in chart.series:
        data.add_series(series.name, [figure.value for figure in series.figures])
    space = parse_chart(data.xml_bytes(_FORMS[chart.form]))
    _dress(PptxChart(space, None), chart.form)
    for old in space.findall(f"{{{_CHART}}}externalData"):
        space.remove(old)
    link = OxmlElement("c:externalData")
    link.set(f"{{{_REL}}}id", workbook_rid)
    update = OxmlElement("c:autoUpdate")
    update.set("val", "0")
    link.append(update)
    space.append(link)
    return serialize_part_xml(space)


def _dress(drawn: PptxChart, form: str) -> None:
    drawn.has_title = False
    drawn.has_legend = True
    drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
    drawn.legend.include_in_layout = False
    drawn.font.size, drawn.font.name = Pt(10.5), FANGSONG
    drawn.value_axis.has_major_gridlines = form == "line"
    drawn.value_axis.minimum_scale = 0
    drawn.value_axis.visible = form == "line"
    drawn.category_axis.has_major_gridlines = False
    if form == "bar":
        drawn.category_axis.reverse_order = True
        drawn.plots[0].gap_width, drawn.plots[0].overlap = 60, 0
    drawn.plots[0].has_data_labels = True
    labels = drawn.plots[0].data_labels
    if form == "line":
        labels.position = XL_LABEL_POSITION.ABOVE
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, "0", False
    for n, series in enumerate(drawn.plots[0].series):
        _shade(series, n)
    for fonts in drawn._chartSpace.iter(f"{{{_DRAWING}}}latin"):
        chinese = OxmlElement("a:ea")
        chinese.set("typeface", FANGSONG)
        fonts.addnext(chinese)


def _shade(series: BarSeries | LineSeries, n: int) -> None:
    if isinstance(series, LineSeries):
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = _SHADES[n], Pt(2)
        series.format.line.dash_style = _DASHES[n]
        series.marker.style, series.marker.size = _MARKERS[n], 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _SHADES[n]
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _SHADES[n]
