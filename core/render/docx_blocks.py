"""The body of the paper: each kind of block as paragraphs and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from docx.shared import Pt
from docx.text.paragraph import Paragraph as Line

from core.base.blocks import (
    Block,
    Bullets,
    Chart,
    Heading,
    Notice,
    PageBreak,
    Paragraph,
    Run,
    Table,
    Text,
    numbered,
    plain,
)
from core.render.docx_chart import add_chart
from core.render.docx_style import Paper
from core.render.docx_table import add_table
from core.render.docx_xml import element

TONES = {"plain": "body", "lead": "lead", "muted": "muted"}
BOX = ("top", "left", "bottom", "right", "between")  # between: Word joins boxes that touch
SHADES = {"fault": "FBE9E7", "warn": "FFF8E1", "info": "F2F2F2"}


class Body:
    """Writes blocks at the end of the paper. ``page`` is the page they stand on."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.page = paper.official.page
        self._new_page = False

    def add_all(self, blocks: Sequence[Block]) -> None:
        """All blocks in order, numbered from 一、."""
        for block, number in numbered(blocks):
            self.add(block, number)

    def add(self, block: Block, number: str) -> None:
        """One block."""
        match block:
            case Heading():
                self._line([number + block.text], f"heading{min(max(block.level, 1), 4)}")
            case Paragraph():
                self._line(block.runs, TONES.get(block.tone, "body"))
            case Bullets():
                for i, item in enumerate(block.items, start=1):
                    self._line([f"{i}." if block.ordered else "——", *item], "body")
            case Table():
                self._table(block)
            case Chart():
                self._chart(block)
            case Notice():
                self._notice(block)
            case PageBreak():
                self._new_page = True
            case _:
                assert_never(block)

    def _line(self, runs: Iterable[Run], name: str) -> Line:
        line = self.paper.line("", name)
        if self._new_page:
            line.paragraph_format.page_break_before, self._new_page = True, False
        for run in runs:
            line.add_run(plain(run)).bold = True if isinstance(run, Text) and run.strong else None
        return line

    def _table(self, block: Table) -> None:
        if block.title or self._new_page:
            self._line([block.title], "caption")
        add_table(self.paper, block, self.page.text_width)
        if block.note:
            self._line(["注：" + block.note.removeprefix("注：")], "note")
        else:
            self._apart()

    def _chart(self, block: Chart) -> None:
        """The native chart, then its figures: on paper nobody can click on a bar."""
        self._line([block.title], "caption")
        place = self.paper.docx.add_paragraph()
        place.paragraph_format.keep_with_next = True
        add_chart(place, block, self.page.text_width, self.paper.official.chart_height)
        add_table(self.paper, block.table(), self.page.text_width)
        self._apart()

    def _apart(self) -> None:
        """A hair's line under a table without a note: Word joins two tables that touch."""
        line = self._line([""], "note")
        line.paragraph_format.line_spacing, line.paragraph_format.space_after = Pt(6), Pt(0)

    def _notice(self, block: Notice) -> None:
        """A box with its word in front: it must stand out on a black and white print."""
        line = self._line([Text(f"【{block.word}】", strong=True), block.text], "notice")
        line.paragraph_format.keep_together = True
        if block.detail:
            line.add_run().add_break()
            line.add_run(block.detail)
        edges = (element(f"w:{side}", val="single", sz=6, space=4, color="7F7F7F") for side in BOX)
        p_pr = line._p.get_or_add_pPr()
        before = ("w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc")
        p_pr.insert_element_before(element("w:pBdr", *edges), "w:shd", *before)
        p_pr.insert_element_before(
            element("w:shd", val="clear", color="auto", fill=SHADES.get(block.tone, "F2F2F2")), *before
        )
