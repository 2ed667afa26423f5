"""A table on a sheet: title, header row, typed rows, note. Widths and heights are ours: LibreOffice and some versions of WPS
do not fit a row to wrapped text when they open a file."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from core.base.blocks import Cell, Lamp, Ratio, Table, Text, percent, plain
from core.render.xlsx_cells import Formats, text, width_of, write_cell

WIDEST = 38
IDS = 40  # the hidden column that says what each row is of, for whoever works on with the sheet
LINE = 15.5  # points


def widen(table: Table, widths: dict[int, float]) -> None:
    """Let ``widths`` grow to what this table needs; tables on one sheet share columns."""
    at = 0
    for i, (column, span) in enumerate(zip(table.columns, _spans(table), strict=True)):
        for k, label in enumerate(_labels(column.label, span)):
            head = min(em(label), 10) if span > 1 else max(em(label), min(column.width * 2, 20))
            body = max((_wanted(row[i]) for row in table.rows), default=0) if k == 0 else 6
            widths[at] = min(max(widths.get(at, 0), head + 3, body), WIDEST)
            at += 1


def write_table(
    sheet: Worksheet, table: Table, row: int, formats: Formats, widths: dict[int, float], *, filtered: bool
) -> int:
    """The table from ``row`` on, over columns as wide as ``widths``; the first free row below."""
    spans = _spans(table)
    starts = [sum(spans[:i]) for i in range(len(spans))]
    text(sheet, row, 0, table.title, formats.get(bold=True))
    labels = [label for column, span in zip(table.columns, spans, strict=True) for label in _labels(column.label, span)]
    for i, label in enumerate(labels):
        text(sheet, row + 1, i, label, formats.head)
    fit_row(sheet, row + 1, [(label, widths[i]) for i, label in enumerate(labels)])
    at = row + 2
    for one in table.rows:
        for column, start, span, cell in zip(table.columns, starts, spans, one, strict=True):
            write_cell(sheet, at, start, cell, formats, column.align, span)
        fit_row(sheet, at, [(_shown(cell), widths[start]) for cell, start in zip(one, starts, strict=True)])
        if told := _id(one):
            text(sheet, at, IDS, told, formats.get())
        at += 1
    if table.rows and filtered:
        sheet.autofilter(row + 1, 0, at - 1, sum(spans) - 1)
    for line, looks in ((table.empty if not table.rows else "", {"italic": True}), (_note(table), {"font_size": 10})):
        if line:
            text(sheet, at, 0, line, formats.get(**looks))
            at += 1
    return at


def fit_row(sheet: Worksheet, row: int, shown: Sequence[tuple[str, float]], line: float = LINE) -> None:
    """A row as high as its fullest cell; a one-line row keeps the sheet's own height."""
    needed = max(
        (sum(max(1, math.ceil(em(part) / width)) for part in words.split("\n")) for words, width in shown), default=1
    )
    if needed > 1 or line != LINE:
        sheet.set_row(row, min(needed * line + 3, 400))


def em(shown: str) -> float:
    """Width in Excel's unit, a digit of the standard font."""
    return sum(2.1 if unicodedata.east_asian_width(c) in "WFA" else 1.1 for c in shown)


def _spans(table: Table) -> list[int]:
    return [width_of([one[i] for one in table.rows]) for i in range(len(table.columns))]


def _id(row: Sequence[Cell]) -> str:
    """What the row is of: the first thing one of its cells leads to, e.g. ``indicator/environment.cleaned``."""
    refs = (getattr(cell, "ref", None) for cell in row)
    return next((f"{ref.kind}/{ref.key}" for ref in refs if ref is not None), "")


def _labels(label: str, span: int) -> list[str]:
    """A share's three columns say which is which and can be told from another share's."""
    return [label] if span == 1 else [label, f"{label}·完成数", f"{label}·应完成数"]


def _note(table: Table) -> str:
    return "注：" + table.note.removeprefix("注：") if table.note else ""


def _shown(cell: Cell) -> str:
    if isinstance(cell, Ratio):
        return percent(cell.value, cell.limit)
    return f"{plain(cell)}：{cell.reason}" if isinstance(cell, Lamp) and cell.reason else plain(cell)


def _wanted(cell: Cell) -> float:
    return min(em(_shown(cell)) + 2, WIDEST if isinstance(cell, Text | Lamp) else 30)
