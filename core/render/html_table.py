"""A table as HTML: a caption, headers with scope, and a frame of its own to scroll in."""

from __future__ import annotations

from markupsafe import Markup

from core.base.blocks import Cell, Column, Table, Text
from core.render.html_cells import Link, no_link, run

ALIGN = {"left": "text-start", "right": "text-end", "center": "text-center"}


def table(block: Table, link: Link = no_link) -> Markup:
    """The whole table; without rows it says so, under its headers."""
    head = Markup("").join(
        Markup('<th scope="col" class="{}">{}</th>').format(_classes(column), str(column.label))
        for column in block.columns
    )
    body = Markup("").join(_row(block.columns, row, link) for row in block.rows) or Markup(
        '<tr><td class="sa-empty" colspan="{}">{}</td></tr>'
    ).format(len(block.columns), str(block.empty))
    note = (
        Markup('<p class="sa-note">注：{}</p>').format(str(block.note).removeprefix("注："))
        if block.note
        else Markup("")
    )
    return Markup(
        '<div class="table-responsive sa-table" role="region" tabindex="0" aria-label="{0}">'
        '<table class="table table-sm table-bordered align-middle caption-top"><caption>{0}</caption>'
        "<thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>{3}"
    ).format(str(block.title) or "表格", head, body, note)


def _row(columns: tuple[Column, ...], row: tuple[Cell, ...], link: Link) -> Markup:
    cells = []
    for i, (column, cell) in enumerate(zip(columns, row, strict=True)):
        head = i == 0 and isinstance(cell, Text)
        pattern = Markup('<th scope="row" class="sa-row-head {}">{}</th>') if head else Markup('<td class="{}">{}</td>')
        cells.append(pattern.format(_classes(column), run(cell, link)))
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _classes(column: Column) -> str:
    """Alignment and a width class. Without one, Chinese text in a narrow table breaks into single characters."""
    width = "sa-col-short" if column.width <= 8 or column.align == "right" else "sa-col-text"
    return f"{ALIGN.get(column.align, 'text-start')} {'sa-col-long' if column.width >= 16 else width}"
