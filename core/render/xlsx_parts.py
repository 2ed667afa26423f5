"""Which table stands on which sheet, planned before the first is written, so that the cover can point at each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.base.blocks import Block, Chart, Document, Heading, Table, numbered

COVER = "报告"
HIDDEN = "图表数据"  # the charts' figures (xlsx_chart.py); no heading may take its name
LONG = 30  # rows from which a table is a list to be filtered, and gets a sheet of its own


@dataclass
class Item:
    """A table on a sheet, the chart it belongs to, or the sheet where it is to be found instead."""

    table: Table
    block: Block
    chart: Chart | None = None
    elsewhere: str = ""


@dataclass
class Part:
    """A sheet: the heading it stands for and what it holds."""

    title: str
    sheet: str = ""
    items: list[Item] = field(default_factory=list)


def parts(document: Document) -> list[Part]:
    """All sheets after the cover, in order. A heading of level 1 or 2 opens one, an annex too; empty ones fall away."""
    sections = _sections(document.title, document.blocks)
    several = len(document.attachments) > 1
    for i, annex in enumerate(document.attachments, start=1):
        sections += _sections(f"附件{i if several else ''} {annex.title}", annex.blocks)
    taken: set[str] = {COVER.lower(), HIDDEN}
    found = []
    for part in sections:
        if not part.items:
            continue
        part.sheet = sheet_name(part.title, taken)
        found.append(part)
        if len(part.items) > 1:
            found += _moved(part, taken)
    return found


def _sections(title: str, blocks: Sequence[Block]) -> list[Part]:
    found = [Part(title)]
    for block, number in numbered(blocks):
        if isinstance(block, Heading) and block.level <= 2:
            found.append(Part(number + block.text))
        elif isinstance(block, Table):
            found[-1].items.append(Item(block, block))
        elif isinstance(block, Chart):
            found[-1].items.append(Item(block.table(), block, block))
    return found


def _moved(part: Part, taken: set[str]) -> list[Part]:
    """The long lists of a part, each on its own sheet; the part keeps a line that says where."""
    own = []
    for i, item in enumerate(part.items):
        if item.chart is None and len(item.table.rows) >= LONG:
            name = sheet_name(item.table.title or part.title, taken)
            own.append(Part(item.table.title or part.title, name, [Item(item.table, item.block)]))
            part.items[i] = Item(item.table, item.block, elsewhere=name)
    return own


def sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at an end, unique in any case."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)
    clean = re.sub(r"\s+", " ", clean).strip(" '") or "表"
    if clean.lower() == "history":  # reserved by Excel
        clean += "表"
    name, n = _units(clean, 31).strip(" '"), 1
    while name.lower() in taken:
        n += 1
        tail = f"({n})"
        name = _units(clean, 31 - len(tail)) + tail
    taken.add(name.lower())
    return name


def _units(text: str, most: int) -> str:
    """Cut to ``most`` UTF-16 units, as Excel counts: a rare character outside the basic plane counts two."""
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text
