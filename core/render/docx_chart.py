"""A native, editable chart in the paper: XlsxWriter writes a small workbook, its chart part is moved into the .docx and
the workbook goes along, so that "edit data" works in Word. No picture, no font and no drawing library needed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from lxml import etree
from xlsxwriter.workbook import Workbook

from core.base.blocks import Chart
from core.render.native_chart import native_chart
from core.render.xlsx_chart import write_figures

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


# XlsxWriter leaves out what Excel 2007 took for granted; outside a workbook the schema's own defaults hold, and by
# those a line is smoothed and a gap is a zero (seen in LibreOffice). Parent, element, value, siblings it comes after.
EXPLICIT = (
    ("chartSpace", "roundedCorners", "0", ("lang", "date1904")),
    ("lineChart", "varyColors", "0", ("grouping",)),
    ("barChart", "varyColors", "0", ("grouping",)),
    ("catAx", "delete", "0", ("scaling",)),
    ("valAx", "delete", "0", ("scaling",)),
    ("catAx", "majorTickMark", "out", ("numFmt", "axPos")),
    ("catAx", "minorTickMark", "none", ("majorTickMark",)),
    ("valAx", "majorTickMark", "out", ("numFmt", "majorGridlines", "axPos")),
    ("valAx", "minorTickMark", "none", ("majorTickMark",)),
    ("legend", "overlay", "0", ("layout", "legendPos")),
    ("chart", "dispBlanksAs", "gap", ("plotVisOnly",)),
)


def add_chart(place: Paragraph, chart: Chart, width: float, height: float) -> None:
    """The chart in the paragraph ``place``, measures in millimetres."""
    document = place.part
    package = document.package
    if package is None:
        raise ValueError("the paragraph stands in no document")
    n = sum(str(part.partname).startswith("/word/charts/") for part in package.iter_parts()) + 1
    book = _workbook(chart)
    part = Part(PackURI(f"/word/charts/chart{n}.xml"), CHART_TYPE, b"", package)
    data = Part(PackURI(f"/word/embeddings/chart{n}.xlsx"), BOOK_TYPE, book, package)
    part._blob = _chart_xml(book, part.relate_to(data, RT.PACKAGE))
    place.add_run()._r.append(parse_xml(_inline(document.relate_to(part, RT.CHART), n, chart, width, height)))


def _workbook(chart: Chart) -> bytes:
    """Labels, series and target on one sheet, with the chart over them."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("数据")
    write_figures(sheet, chart, 0)
    sheet.insert_chart(0, len(chart.series) + 3, native_chart(book, chart, "数据", 1, 0))
    book.close()
    return out.getvalue()


def _chart_xml(book: bytes, data_id: str) -> bytes:
    """The chart part of the workbook, pointing at the workbook beside it."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        root = etree.fromstring(archive.read("xl/charts/chart1.xml"))
    for settings in root.findall(f"{{{C}}}printSettings"):
        root.remove(settings)
    for parent, tag, value, before in EXPLICIT:
        for one in root.iter(f"{{{C}}}{parent}"):
            _say(one, tag, value, before)
    for line in root.iter(f"{{{C}}}lineChart"):
        for series in line.findall(f"{{{C}}}ser"):
            _say(series, "smooth", "0", ("val",))
    for latin in list(root.iter(f"{{{A}}}latin")):
        latin.addnext(etree.Element(f"{{{A}}}ea", {"typeface": latin.get("typeface")}))
    external = etree.SubElement(root, f"{{{C}}}externalData", {f"{{{R}}}id": data_id}, nsmap={"r": R})
    etree.SubElement(external, f"{{{C}}}autoUpdate", {"val": "0"})
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _say(parent: Any, tag: str, value: str, after: tuple[str, ...]) -> None:
    """The element, set; made after the first of its siblings found, for the schema's order counts."""
    found = parent.find(f"{{{C}}}{tag}")
    if found is None:
        found = etree.Element(f"{{{C}}}{tag}")
        sibling = next(s for s in (parent.find(f"{{{C}}}{name}") for name in after) if s is not None)
        sibling.addnext(found)
    found.set("val", value)


def _inline(chart_id: str, n: int, chart: Chart, width: float, height: float) -> str:
    title = chart.title.translate({ord("&"): "&amp;", ord("<"): "&lt;", ord('"'): "&quot;"})
    return (
        f'<w:drawing {nsdecls("w", "wp", "a", "r")}><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{Mm(width)}" cy="{Mm(height)}"/><wp:docPr id="{1000 + n}" name="图表{n}" descr="{title}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{C}">'
        f'<c:chart xmlns:c="{C}" r:id="{chart_id}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
