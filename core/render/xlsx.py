"""A document as a workbook, the annex an office works with: sheet 报告 tells the whole, and one sheet an action (each
level-2 heading) holds that action's tables. A long list stands on a sheet of its own, to be filtered and sorted.

Figures are figures, days are days, text is text: nothing a user typed becomes a formula."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from core.base.blocks import Document
from core.render.xlsx_cells import Formats
from core.render.xlsx_chart import ChartData
from core.render.xlsx_outline import write_outline
from core.render.xlsx_parts import COVER, Part, parts
from core.render.xlsx_table import IDS, widen, write_table

MARK = "演示数据"


def render(document: Document) -> bytes:
    """The bytes of the file; the same document gives the same bytes."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _properties(book, document)
        formats = Formats(book)
        planned = parts(document)
        data = ChartData(book)
        cover = book.add_worksheet(COVER)
        _paper(cover, document, landscape=False)
        write_outline(cover, document, planned, formats)
        for part in planned:
            sheet = book.add_worksheet(part.sheet)
            _paper(sheet, document, landscape=True)
            _write_part(sheet, part, formats, data)
        data.write()
    return out.getvalue()


def _write_part(sheet: Worksheet, part: Part, formats: Formats, data: ChartData) -> None:
    """The title with the way back, then every table and chart one under another."""
    sheet.write_string(0, 0, part.title, formats.title)
    sheet.write_url(1, 0, f"internal:'{COVER}'!A1", formats.link, "返回报告")
    row, widths = 3, dict[int, float]()
    for item in part.items:
        if not item.elsewhere:
            widen(item.table, widths)
    for column, width in widths.items():
        sheet.set_column(column, column, width)
    sheet.set_column(IDS, IDS, None, None, {"hidden": True})
    for item in part.items:
        if item.elsewhere:
            sheet.write_url(
                row,
                0,
                f"internal:'{item.elsewhere}'!A1",
                formats.link,
                f"{item.table.title}：见工作表“{item.elsewhere}”",
            )
            row += 2
            continue
        if len(part.items) == 1:
            _freeze(sheet, row, len(item.table.rows))
        row = write_table(sheet, item.table, row, formats, widths, filtered=len(part.items) == 1)
        if item.chart is not None:
            row = data.draw(sheet, item.chart, row)
        row += 2
    if len(part.items) > 1:
        sheet.freeze_panes(1, 0)


def _freeze(sheet: Worksheet, row: int, rows: int) -> None:
    """The header of a sheet's only table stays in sight, on the screen and on every printed page."""
    sheet.freeze_panes(row + 2, 1)
    if rows > 20:
        sheet.repeat_rows(row + 1)


def _paper(sheet: Worksheet, document: Document, *, landscape: bool) -> None:
    """A4, tables one page wide, 演示数据 above and the page number below."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.8)
    marks = "　".join(word for word, on in (("草稿　征求意见", document.draft), (MARK, document.demo)) if on)
    title = document.title.replace("&", "&&")[:100]
    sheet.set_header(f"&L{title}" + (f"&R&B{marks}" if marks else ""))
    sheet.set_footer(f"&C— &P —&R{MARK if document.demo else ''}")


def _properties(book: Workbook, document: Document) -> None:
    about = {
        "title": document.title,
        "author": document.issuer or "专项行动平台",
        "subject": MARK if document.demo else "",
    }
    day = document.signed_on or document.as_of or datetime(2000, 1, 1, tzinfo=UTC).date()
    book.set_properties({**about, "created": datetime.combine(day, time(0), UTC)})
