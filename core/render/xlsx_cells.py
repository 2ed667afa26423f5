"""Cells of a workbook with their types: a share is a percent number with its two counts beside it, a day is a date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, assert_never

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from core.base.blocks import Cell, Day, Lamp, Light, Number, Ratio, Text, percent, plain

FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
LIGHTS = {Light.GREEN: ("DCF5E4", "14532D"), Light.AMBER: ("FFF0C7", "5C3D00"), Light.RED: ("FDE3E5", "8A1220"),
          Light.GREY: ("ECEFF2", "495057")}  # fmt: skip
ALIGNS = {"left": "left", "right": "right", "center": "center"}
NO_DATA = "—"
LONGEST = 32_000  # Excel cuts a cell at 32 767 and XlsxWriter drops what is longer
EXACT = 10**15  # beyond fifteen digits Excel rounds


@dataclass
class Formats:
    """Cell formats of one workbook, each made once."""

    book: Workbook
    _made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def get(self, **looks: Any) -> Format:
        """A format by its properties."""
        key = tuple(sorted(looks.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({**FONT, **looks})
        return self._made[key]

    @property
    def title(self) -> Format:
        return self.get(bold=True, font_size=14, font_name="黑体")

    @property
    def link(self) -> Format:
        return self.get(font_color="0B5394", underline=1, text_wrap=True)

    @property
    def head(self) -> Format:
        return self.get(bold=True, border=1, text_wrap=True, align="center", bg_color="EEF2F6")


def text(sheet: Worksheet, row: int, column: int, value: str, look: Format) -> None:
    """Text that stays text, whatever it begins with (=, +, -, @)."""
    kept = value if len(value) <= LONGEST else value[:LONGEST] + "…（内容过长，余下从略）"
    sheet.write_string(row, column, str(kept), look)


def width_of(cells: list[Cell]) -> int:
    """How many columns a column of these cells takes: a share takes three."""
    return 3 if any(isinstance(cell, Ratio) for cell in cells) else 1


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Formats, align: str, span: int) -> None:
    """One cell; ``span`` columns are framed though only a share fills three."""
    edge = {"border": 1, "align": ALIGNS.get(align, "left")}
    for i in range(1, span):
        sheet.write_blank(row, column + i, None, formats.get(**edge))
    match cell:
        case Text():
            text(sheet, row, column, cell.value, formats.get(**edge, text_wrap=True, bold=cell.strong))
        case Number():
            _number(sheet, row, column, cell, formats)
        case Ratio():
            _ratio(sheet, row, column, cell, formats)
        case Day():
            _day(sheet, row, column, cell, formats)
        case Lamp():
            back, fore = LIGHTS[cell.light]
            look = formats.get(**edge, text_wrap=True, bg_color=back, font_color=fore)
            text(sheet, row, column, plain(cell) + (f"：{cell.reason}" if cell.reason else ""), look)
        case _:
            assert_never(cell)


def _number(sheet: Worksheet, row: int, column: int, cell: Number, formats: Formats) -> None:
    if cell.value is None:
        text(sheet, row, column, NO_DATA, formats.get(border=1, align="right"))
    elif abs(cell.value) >= EXACT:
        text(sheet, row, column, plain(cell), formats.get(border=1, align="right"))
    else:
        places = "." + "0" * cell.digits if cell.digits else ""
        unit = cell.unit.replace('"', "")
        shown = f"0{places}%" if unit == "%" else f"#,##0{places}" + (f'"{unit}"' if unit else "")
        value = cell.value / 100 if unit == "%" else cell.value
        sheet.write_number(row, column, value, formats.get(border=1, align="right", num_format=shown))


def _ratio(sheet: Worksheet, row: int, column: int, cell: Ratio, formats: Formats) -> None:
    """Rate, done, due. The rate has as many digits as print needs to keep the verdict (blocks.percent)."""
    if cell.value is None:
        text(sheet, row, column, NO_DATA, formats.get(border=1, align="right"))
    else:
        digits = len(percent(cell.value, cell.limit).rstrip("%").partition(".")[2])
        look = formats.get(border=1, align="right", num_format="0." + "0" * digits + "%")
        sheet.write_number(row, column, float(cell.value), look)
    count = formats.get(border=1, align="right", num_format="#,##0")
    sheet.write_number(row, column + 1, cell.n, count)
    sheet.write_number(row, column + 2, cell.d, count)


def _day(sheet: Worksheet, row: int, column: int, cell: Day, formats: Formats) -> None:
    if cell.value is None or cell.value.year < 1900:  # Excel's calendar begins in 1900
        text(sheet, row, column, plain(cell), formats.get(border=1, align="center"))
    else:
        look = formats.get(border=1, align="center", num_format='yyyy"年"m"月"d"日"')
        sheet.write_datetime(row, column, datetime.combine(cell.value, time(0)), look)
