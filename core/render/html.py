"""Blocks as a safe HTML fragment in Bootstrap 5.3's words and a few of our own (``sa-``). No script, no inline style:
a strict content security policy holds. A whole printable file: html_page.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from markupsafe import Markup

from core.base.blocks import Block, Bullets, Chart, Heading, Notice, PageBreak, Paragraph, Table, numbered
from core.render.html_cells import Link, no_link, runs
from core.render.html_table import table
from core.render.svg import svg

NOTICE = {"fault": "alert-danger", "warn": "alert-warning", "info": "alert-info"}
TONE = {"plain": "sa-text", "muted": "sa-text text-body-secondary small", "lead": "sa-text lead"}


def fragment(
    blocks: Sequence[Block], link: Link = no_link, *, top: int = 2, prefix: str = "s", unfolded: bool = False
) -> Markup:
    """All blocks in order. ``top`` is the HTML level of a level-1 heading; ``prefix`` keeps the anchors of two
    fragments on one page apart; ``unfolded`` shows the charts' tables, for paper."""
    pieces = (
        _block(block, number, link, anchor, top, unfolded) for block, number, anchor in with_anchors(blocks, prefix)
    )
    return Markup("\n").join(pieces)


def contents(blocks: Sequence[Block], *, deepest: int = 2, prefix: str = "s") -> list[tuple[int, str, str]]:
    """(level, text with its number, id on the page) of every heading down to ``deepest``, for a list to jump from."""
    return [
        (block.level, f"{number}{block.text}", anchor)
        for block, number, anchor in with_anchors(blocks, prefix)
        if isinstance(block, Heading) and block.level <= deepest
    ]


def with_anchors(blocks: Sequence[Block], prefix: str = "s") -> Iterator[tuple[Block, str, str]]:
    """Each block with its number and the id it has on the page: the heading's own, else its place in order."""
    for i, (block, number) in enumerate(numbered(blocks), start=1):
        own = block.anchor if isinstance(block, Heading) else ""
        yield block, number, own or f"{prefix}-{i}"


def _block(block: Block, number: str, link: Link, anchor: str, top: int, unfolded: bool) -> Markup:
    match block:
        case Heading():
            return Markup(
                '<h{0} id="{1}" class="sa-heading sa-heading-{4}"><span class="sa-heading-no">{2}</span>{3}</h{0}>'
            ).format(min(top + block.level - 1, 6), anchor, number, str(block.text), min(max(block.level, 1), 4))
        case Paragraph():
            return Markup('<p class="{}">{}</p>').format(TONE.get(block.tone, TONE["plain"]), runs(block.runs, link))
        case Bullets():
            items = Markup("").join(Markup("<li>{}</li>").format(runs(item, link)) for item in block.items)
            return Markup('<{0} class="sa-bullets">{1}</{0}>').format("ol" if block.ordered else "ul", items)
        case Table():
            return table(block, link)
        case Chart():
            return _chart(block, link, anchor, unfolded)
        case Notice():
            return _notice(block)
        case PageBreak():
            return Markup('<div class="sa-page-break"></div>')
        case _:
            assert_never(block)


def _chart(block: Chart, link: Link, anchor: str, unfolded: bool) -> Markup:
    """The picture, and the same figures as a table for whoever cannot see it or wants to copy them."""
    return Markup(
        '<figure class="figure sa-chart"><figcaption class="figure-caption">{0}</figcaption>'
        '<div class="sa-chart-frame" role="region" tabindex="0" aria-label="{0}">{1}</div>'
        "<details{3}><summary>查看数据表</summary>{2}</details></figure>"
    ).format(str(block.title), svg(block, anchor), table(block.table(), link), Markup(" open") if unfolded else "")


def _notice(block: Notice) -> Markup:
    detail = Markup('<p class="sa-notice-detail mb-0 small">{}</p>').format(str(block.detail)) if block.detail else ""
    return Markup(
        '<div class="alert {} sa-notice" role="note"><p class="mb-0"><strong>{}：</strong>{}</p>{}</div>'
    ).format(NOTICE.get(block.tone, NOTICE["info"]), block.word, str(block.text), detail)
