"""A chart as Office draws it, by XlsxWriter: in a workbook beside its figures, and lifted out of one into a .docx."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.workbook import Workbook

from core.base.blocks import Chart
from core.render.svg_scale import target_name
from core.render.svg_series import COLOURS

DASHES = ("solid", "dash", "round_dot", "dash_dot", "long_dash")
MARKERS = ("circle", "square", "triangle", "diamond", "x")
FONT = {"name": "宋体", "size": 10}


def native_chart(book: Workbook, chart: Chart, sheet: str, row: int, column: int) -> Any:
    """A chart over figures already written: labels in ``column`` from ``row`` on, one series in each column after it,
    and the target, if there is one, after the last. A missing value is a gap."""
    last = row + len(chart.labels) - 1
    labels = _range(sheet, row, column, last, column)
    drawn = book.add_chart({"type": "column" if chart.shape == "bar" else "line"})
    for k, one in enumerate(chart.series):
        colour = COLOURS[k % len(COLOURS)]
        line: dict[str, Any] = {"color": colour, "width": 2, "dash_type": DASHES[k % len(DASHES)]}
        marker = {"type": MARKERS[k % len(MARKERS)], "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        look: dict[str, Any] = {"fill": {"color": colour}} if chart.shape == "bar" else {"line": line, "marker": marker}
        values = _range(sheet, row, column + 1 + k, last, column + 1 + k)
        drawn.add_series({"name": one.label, "categories": labels, "values": values, **look})
    if chart.target is not None:
        at = column + 1 + len(chart.series)
        over = book.add_chart({"type": "line"}) if chart.shape == "bar" else drawn
        look = {"line": {"color": "#343A40", "width": 1.5, "dash_type": "dash"}, "marker": {"type": "none"}}
        over.add_series(
            {"name": target_name(chart), "categories": labels, "values": _range(sheet, row, at, last, at), **look}
        )
        if over is not drawn:
            drawn.combine(over)
    _furnish(drawn, chart)
    return drawn


def _range(sheet: str, first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    quoted = sheet.replace("'", "''")
    return f"='{quoted}'!{xl_range_abs(first_row, first_column, last_row, last_column)}"


def _furnish(drawn: Any, chart: Chart) -> None:
    drawn.set_title({"none": True})  # the caption above says it
    drawn.set_legend({"position": "bottom", "font": FONT})
    drawn.set_x_axis({"num_font": FONT})
    number = "0%" if chart.unit == "%" else "General"
    drawn.set_y_axis({"num_font": FONT, "num_format": number, "min": 0 if _positive(chart) else None,
                      "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})  # fmt: skip
    drawn.show_blanks_as("gap")


def _positive(chart: Chart) -> bool:
    return all(v >= 0 for s in chart.series for v in s.values if v is not None)
