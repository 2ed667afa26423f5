"""The first sheet: the report to read through, every table in it a line that leads to its sheet."""

from __future__ import annotations

from typing import assert_never

from xlsxwriter.worksheet import Worksheet

from core.base.blocks import (
    Block,
    Bullets,
    Chart,
    Day,
    Document,
    Heading,
    Notice,
    PageBreak,
    Paragraph,
    Table,
    numbered,
    plain,
)
from core.render.xlsx_cells import Formats, text
from core.render.xlsx_parts import Part
from core.render.xlsx_table import LINE, fit_row

INDENT = "　　"
WIDTH = 76  # an upright A4 page; a single wider column would be cut in print


def write_outline(sheet: Worksheet, document: Document, planned: list[Part], formats: Formats) -> None:
    """Title, day, and the body from top to bottom, then the annexes and the signature."""
    sheet.set_column(0, 0, WIDTH)
    sheet.hide_gridlines(2)
    text(
        sheet,
        0,
        0,
        document.title,
        formats.get(bold=True, font_size=18, align="center", font_name="黑体", text_wrap=True),
    )
    fit_row(sheet, 0, [(document.title, WIDTH * 0.6)], 26)
    if document.as_of is not None:
        text(sheet, 1, 0, f"（截至{plain(Day(document.as_of))}）", formats.get(align="center"))
    sheet.freeze_panes(2, 0)
    places = {
        id(item.block): item.elsewhere or part.sheet for part in planned for item in part.items if not item.elsewhere
    }
    row = _body(sheet, document.blocks, 3, places, formats)
    several = len(document.attachments) > 1
    for i, annex in enumerate(document.attachments, start=1):
        text(sheet, row, 0, f"附件{i if several else ''}　{annex.title}", formats.title)
        row = _body(sheet, annex.blocks, row + 1, places, formats)
    signed = [*document.signature, *([plain(Day(document.signed_on))] if document.signed_on else [])]
    for line in signed:
        text(sheet, row, 0, line, formats.get(align="right"))
        row += 1


def _body(sheet: Worksheet, blocks: tuple[Block, ...], row: int, places: dict[int, str], formats: Formats) -> int:
    for block, number in numbered(blocks):
        if isinstance(block, Table | Chart):
            _pointer(sheet, row, block, places[id(block)], formats)
            row += 1
            continue
        for line, looks in _lines(block, number):
            text(sheet, row, 0, line, formats.get(text_wrap=True, **looks))
            fit_row(sheet, row, [(line, WIDTH)], 20 if looks.get("bold") else LINE)
            row += 1
    return row


def _pointer(sheet: Worksheet, row: int, block: Table | Chart, place: str, formats: Formats) -> None:
    kind = "图" if isinstance(block, Chart) else "表"
    said = f"{INDENT}{kind}：{block.title}（见工作表“{place}”）"[:250]
    sheet.write_url(row, 0, f"internal:'{place}'!A1", formats.link, said)
    fit_row(sheet, row, [(said, WIDTH)])  # a long one runs on below, not out of the printed page


def _lines(
    block: Heading | Paragraph | Bullets | Notice | PageBreak, number: str
) -> list[tuple[str, dict[str, object]]]:
    """A block as lines, each with its look."""
    match block:
        case Heading():
            return [(number + block.text, {"bold": True, "font_size": 14 if block.level == 1 else 12})]
        case Paragraph():
            return [
                (INDENT + "".join(map(plain, block.runs)), {"font_color": "5A626B"} if block.tone == "muted" else {})
            ]
        case Bullets():
            marks = (f"{i}." if block.ordered else "·" for i in range(1, len(block.items) + 1))
            return [
                (INDENT + mark + "".join(map(plain, item)), {}) for mark, item in zip(marks, block.items, strict=True)
            ]
        case Notice():
            said = f"【{block.word}】{block.text}" + (f"\n{block.detail}" if block.detail else "")
            return [(said, {"bg_color": "FFF8E1", "border": 1})]
        case PageBreak():
            return []
        case _:
            assert_never(block)
