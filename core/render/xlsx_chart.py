"""Native charts in a workbook. Their figures stand on one hidden sheet: in the visible table "no data" is an em dash,
which Excel would draw as zero, while an empty cell is a gap."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from core.base.blocks import Chart
from core.render.native_chart import native_chart
from core.render.xlsx_parts import HIDDEN as SHEET

HEIGHT = 16  # rows that a chart covers


class ChartData:
    """The charts of one workbook; ``write`` comes last, so that the hidden sheet stands behind all others."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._charts: list[tuple[int, Chart]] = []
        self._row = 0

    def draw(self, sheet: Worksheet, chart: Chart, row: int) -> int:
        """The chart below its table; the first free row under it."""
        drawn = native_chart(self.book, chart, SHEET, self._row + 1, 0)
        drawn.show_hidden_data()
        drawn.set_size({"width": 720, "height": 300})
        sheet.insert_chart(row + 1, 0, drawn, {"description": chart.title})
        self._charts.append((self._row, chart))
        self._row += len(chart.labels) + 2
        return row + 1 + HEIGHT

    def write(self) -> None:
        """The hidden sheet, if there is a chart at all."""
        if not self._charts:
            return
        sheet = self.book.add_worksheet(SHEET)
        sheet.hide()
        for row, chart in self._charts:
            write_figures(sheet, chart, row)


def write_figures(sheet: Worksheet, chart: Chart, row: int) -> None:
    """Names in ``row``, then a line a label: label, each series, the target. A missing value stays an empty cell."""
    target = [chart.target_label] if chart.target is not None else []
    for k, name in enumerate([chart.over, *(s.label for s in chart.series), *target]):
        sheet.write_string(row, k, str(name))
    for i, label in enumerate(chart.labels):
        sheet.write_string(row + 1 + i, 0, str(label))
        values = [*(s.values[i] for s in chart.series), *([chart.target] if target else [])]
        for k, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(row + 1 + i, k, value)
