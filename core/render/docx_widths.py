"""How wide each column of a printed table is. Figures come first: a number never breaks. Words share what is left by the
widths their columns wish for. Where that leaves the words too little, a share and a day stand on two lines: 77.8% over （7/9）."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.base.blocks import Cell, Column, Day, Lamp, Ratio, Table, Text, plain
from core.render.official import MM_PER_POINT, TableStyle

TWIPS = 56.6929  # in a millimetre
STARVED = 0.65  # of what a column of words wishes for


@dataclass(frozen=True)
class Plan:
    """Widths in twips, the size of the letters, and whether shares and days are set on two lines."""

    widths: list[int]
    size: float
    compact: bool


def plan(table: Table, style: TableStyle, width: float) -> Plan:
    """小四 where what the columns wish for fits ``width`` millimetres, else 五号; compact where figures or words have too little."""
    hints = [min(c.width, style.longest) for c in table.columns]
    wished = sum(hints) * style.roomy * MM_PER_POINT + len(hints) * 2 * style.padding
    size = style.roomy if wished <= width else style.tight
    room = width / MM_PER_POINT / size - len(hints) * 2 * style.padding / MM_PER_POINT / size
    wishes = [_wish(table, i, min(max(c.width, 2), style.longest)) for i, c in enumerate(table.columns)]
    floors = _floors(table, wishes, most=6, compact=False)
    shared = _shared(floors, wishes, room)
    compact = sum(floors) > room or _starved(table, wishes, shared)
    if compact:
        floors = _floors(table, wishes, most=4, compact=True)
        worded = [_worded(table, i) for i in range(len(wishes))]
        shared = _shared(floors, [w if words else f for w, f, words in zip(wishes, floors, worded, strict=True)], room)
    total, pad = round(width * TWIPS), 2 * style.padding * TWIPS
    widths = [int(em * size * 20 + pad) for em in shared]
    widths[-1] += total - sum(widths)
    return Plan(widths, size, compact)


def lines(cell: Cell, *, compact: bool) -> list[str]:
    """A cell as the lines it is set in. A light's reason stands under it."""
    shown = plain(cell)
    if isinstance(cell, Lamp) and cell.reason:
        return [shown, cell.reason]
    if compact and isinstance(cell, Ratio) and "（" in shown:
        rate, _, counts = shown.partition("（")
        return [rate, "（" + counts]
    if compact and isinstance(cell, Day) and "年" in shown:
        year, _, day = shown.partition("年")
        return [year + "年", day]
    return [shown]


def _shared(floors: Sequence[float], wishes: Sequence[float], room: float) -> list[float]:
    """Characters for each column: the floors, then the wishes, then in proportion."""
    if sum(floors) >= room:
        return [floor * room / sum(floors) for floor in floors]
    wanted = [max(pair) for pair in zip(floors, wishes, strict=True)]
    if sum(wanted) <= room:
        return [want * room / sum(wanted) for want in wanted]
    part = (room - sum(floors)) / (sum(wanted) - sum(floors))
    return [floor + (want - floor) * part for floor, want in zip(floors, wanted, strict=True)]


def _starved(table: Table, wishes: Sequence[float], shared: Sequence[float]) -> bool:
    """Would the words of the first column, what the row is about, stand on three lines and more?"""
    return _worded(table, 0) and shared[0] < STARVED * wishes[0]


def _worded(table: Table, i: int) -> bool:
    return any(isinstance(row[i], Text) and plain(row[i]) != "—" for row in table.rows)


def _wish(table: Table, i: int, hint: float) -> float:
    """What a column would like: its hint, but no more than its longest words."""
    longest = max((em(plain(row[i])) for row in table.rows if isinstance(row[i], Text)), default=hint)
    return min(hint, max(longest + 0.5, em(table.columns[i].label)))


def _floors(table: Table, wishes: Sequence[float], *, most: float, compact: bool) -> list[float]:
    """The least a column can live with: its longest figure, or ``most`` characters of its words."""
    floors = []
    for i, wish in enumerate(wishes):
        cells = [row[i] for row in table.rows if not isinstance(row[i], Text)]
        need = max((em(line) for cell in cells for line in _firm(cell, compact)), default=0.0)
        words = any(isinstance(row[i], Text) for row in table.rows)
        floors.append(max(need + 0.3, 2.0, min(wish, most) if words else 0.0))
    return floors


def _firm(cell: Cell, compact: bool) -> list[str]:
    """The lines of a figure that must not break; the reason under a light may."""
    shown = lines(cell, compact=compact)
    return shown[:1] if isinstance(cell, Lamp) else shown


def em(text: str) -> float:
    """Width in Chinese characters, with the quarter space that some programs put between Chinese and Latin whatever the
    file says (seen in LibreOffice)."""
    wide = [unicodedata.east_asian_width(c) in "WFA" for c in text]
    seams = sum(
        a != b and x not in "（）" and y not in "（）"
        for a, b, x, y in zip(wide, wide[1:], text, text[1:], strict=False)
    )
    return sum(1.0 if w else 0.9 if c == "%" else 0.6 for w, c in zip(wide, text, strict=True)) + 0.25 * seams


def hints(columns: Sequence[Column]) -> int:
    """How many characters a table wishes for in all."""
    return sum(column.width for column in columns)
