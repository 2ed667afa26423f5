"""Tables of the paper, written row by row as XML: python-docx's ``table.cell(i, j)`` is quadratic.

The header row repeats on every page, no row breaks across pages, the layout is fixed (docx_widths.py)."""

from __future__ import annotations

from collections.abc import Iterable

from docx.oxml.xmlchemy import BaseOxmlElement

from core.base.blocks import Cell, Column, Table, Text
from core.render.docx_style import Paper
from core.render.docx_widths import TWIPS, Plan, lines, plan
from core.render.docx_xml import element
from core.render.official import Official


def add_table(paper: Paper, block: Table, width: float) -> None:
    """The table at the end of the paper, ``width`` millimetres wide."""
    official = paper.official
    chosen = plan(block, official.table, width)
    table = element("w:tbl", _properties(official, chosen.widths), _grid(chosen.widths))
    table.append(_head(block.columns, chosen, official))
    last = len(block.rows) - 1
    for n, row in enumerate(block.rows):
        # No page begins or ends with a single row of a table, none begins with a table's note.
        held = n < last if n in (0, last - 1) else n == last and bool(block.note)
        cells = (
            _cell(
                lines(cell, compact=chosen.compact),
                w,
                column.align,
                chosen.size,
                official,
                bold=_strong(cell),
                held=held,
            )
            for cell, column, w in zip(row, block.columns, chosen.widths, strict=True)
        )
        table.append(element("w:tr", element("w:trPr", element("w:cantSplit")), *cells))
    if not block.rows:
        nothing = _cell([block.empty], sum(chosen.widths), "center", chosen.size, official, span=len(chosen.widths))
        table.append(element("w:tr", nothing))
    paper.docx.element.body.insert_element_before(table, "w:sectPr")


def _strong(cell: Cell) -> bool:
    return isinstance(cell, Text) and cell.strong


def _properties(official: Official, widths: list[int]) -> BaseOxmlElement:
    rule = round(official.table.border * 8)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    pad = round(official.table.padding * TWIPS)
    return element(
        "w:tblPr",
        element("w:tblW", w=sum(widths), type="dxa"),
        element("w:jc", val="center"),
        element("w:tblBorders", *(element(f"w:{s}", val="single", sz=rule, space=0, color="000000") for s in sides)),
        element("w:tblLayout", type="fixed"),
        element("w:tblCellMar", element("w:left", w=pad, type="dxa"), element("w:right", w=pad, type="dxa")),
    )


def _grid(widths: list[int]) -> BaseOxmlElement:
    return element("w:tblGrid", *(element("w:gridCol", w=w) for w in widths))


def _head(columns: Iterable[Column], chosen: Plan, official: Official) -> BaseOxmlElement:
    cells = (
        _cell([column.label], w, "center", chosen.size, official, head=True)
        for column, w in zip(columns, chosen.widths, strict=True)
    )
    return element("w:tr", element("w:trPr", element("w:cantSplit"), element("w:tblHeader")), *cells)


def _cell(
    shown: list[str],
    width: int,
    align: str,
    size: float,
    official: Official,
    *,
    bold: bool = False,
    head: bool = False,
    held: bool = False,
    span: int = 1,
) -> BaseOxmlElement:
    about = element("w:tcPr", element("w:tcW", w=width, type="dxa"))
    if span > 1:
        about.append(element("w:gridSpan", val=span))
    if head:
        about.append(element("w:shd", val="clear", color="auto", fill=official.table.shade))
    about.append(element("w:vAlign", val="center"))
    spacing = element(
        "w:spacing", before=20, after=20, line=round(size * official.table.leading * 20), lineRule="exact"
    )
    paragraph = element("w:p", element("w:pPr", spacing, element("w:jc", val=align)))
    if head or held:  # stays on the page of the row below
        paragraph[0].insert(0, element("w:keepNext"))
    font = official.table.head if head else official.table.font
    paragraph.append(_run("\n".join(shown), font, official, size, bold=bold))
    return element("w:tc", about, paragraph)


def _run(shown: str, font: str, official: Official, size: float, *, bold: bool) -> BaseOxmlElement:
    fonts = element("w:rFonts", ascii=official.latin, hAnsi=official.latin, eastAsia=font, cs=official.latin)
    r_pr = element("w:rPr", fonts)
    if bold:
        r_pr.append(element("w:b"))
    r_pr.extend((element("w:sz", val=round(size * 2)), element("w:szCs", val=round(size * 2))))
    run = element("w:r", r_pr)
    run.text = shown  # python-docx's setter: a newline is a break
    return run
