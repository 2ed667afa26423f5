"""A document as one HTML file that needs nothing else: to read in a browser, to print on A4, to send as it is.

Its style sheet stands in the file (page.css), so it is for the file system and the printer; the web's own pages use
html.py inside their templates."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from markupsafe import Markup

from core.base.blocks import Block, Document, Heading, plain
from core.base.blocks import Day as DayCell
from core.render.html import fragment, with_anchors
from core.render.html_cells import Link, no_link

DEMO = "演示数据"
DRAFT = "草稿　征求意见"
BLANK_NUMBER = "〔　〕　号"


@cache
def style_sheet() -> str:
    """page.css as text."""
    return files("core.render").joinpath("page.css").read_text(encoding="utf-8")


def render(document: Document) -> bytes:
    """The page without links, as a file."""
    return page(document).encode()


def page(document: Document, link: Link = no_link) -> str:
    """The whole page."""
    marks = [mark for mark, on in ((DRAFT, document.draft), (DEMO, document.demo)) if on]
    banner = Markup('<p class="sa-marks">{}</p>').format("　".join(marks)) if marks else Markup("")
    watermark = Markup('<div class="sa-watermark" aria-hidden="true">{}</div>').format(DEMO) if document.demo else ""
    return Markup(
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css}</style></head>'
        '<body class="sa-page">{watermark}{banner}<main><header class="sa-head">{head}</header>{outline}'
        "{body}{foot}{annexes}</main></body></html>\n"
    ).format(
        title=str(document.title),
        css=Markup(style_sheet()),
        watermark=watermark,
        banner=banner,
        head=_head(document),
        outline=_outline(document.blocks),
        body=fragment(document.blocks, link, unfolded=True),
        foot=_foot(document),
        annexes=_annexes(document, link),
    )


def _head(document: Document) -> Markup:
    lines = [Markup('<p class="sa-issuer">{}</p>').format(document.issuer)] if document.issuer else []
    if document.number or document.awaits_number:
        lines.append(Markup('<p class="sa-number">{}</p>').format(document.number or BLANK_NUMBER))
    lines.append(Markup("<h1>{}</h1>").format(str(document.title)))
    if document.as_of:
        lines.append(Markup('<p class="sa-as-of">（截至{}）</p>').format(plain(DayCell(document.as_of))))
    if document.addressees:
        lines.append(Markup('<p class="sa-addressees">{}：</p>').format(document.addressees.rstrip("：:")))
    return Markup("").join(lines)


def _outline(blocks: tuple[Block, ...]) -> Markup:
    """The first two levels as links; folded on paper."""
    items = [
        Markup('<li class="sa-outline-{}"><a href="#{}">{}{}</a></li>').format(b.level, anchor, number, str(b.text))
        for b, number, anchor in with_anchors(blocks)
        if isinstance(b, Heading) and b.level <= 2
    ]
    if len(items) < 4:
        return Markup("")
    return Markup(
        '<nav class="sa-outline" aria-label="目录"><details open><summary>目录</summary><ol>{}</ol></details></nav>'
    ).format(Markup("").join(items))


def _foot(document: Document) -> Markup:
    lines = [Markup("<p>{}</p>").format(name) for name in document.signature]
    if document.signed_on:
        lines.append(Markup("<p>{}</p>").format(plain(DayCell(document.signed_on))))
    return Markup('<footer class="sa-signature">{}</footer>').format(Markup("").join(lines)) if lines else Markup("")


def _annexes(document: Document, link: Link) -> Markup:
    several = len(document.attachments) > 1
    pattern = Markup(
        '<section class="sa-annex"><p class="sa-annex-mark">附件{}</p><h2 class="sa-annex-title">{}</h2>{}</section>'
    )
    return Markup("").join(
        pattern.format(
            i if several else "", str(one.title), fragment(one.blocks, link, top=3, prefix=f"a{i}", unfolded=True)
        )
        for i, one in enumerate(document.attachments, start=1)
    )
