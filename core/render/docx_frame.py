"""What an official paper carries around its body: number, title, addressees, list of annexes, signature and date
(GB/T 9704-2012, 7.2 and 7.3). The number is never invented and the date is not padded: 2024年11月8日."""

from __future__ import annotations

import unicodedata

from core.base.blocks import Attachment, Bullets, Day, Document, Notice, Paragraph, plain
from core.render.docx_style import Paper
from core.render.docx_title import broken
from core.render.docx_xml import element, set_indent
from core.render.official import MM_PER_POINT, Page


def head(paper: Paper, document: Document) -> None:
    """Everything above the first sentence."""
    if document.issuer and paper.official.marks.red_head and not document.draft:
        paper.line(document.issuer, "issuer")
    if document.number or document.awaits_number:
        _number(paper, document)
    _title(paper, document.title, "title", paper.official.page)
    if document.as_of is not None:
        paper.line(f"（截至{plain(Day(document.as_of))}）", "subtitle")
    if document.addressees:
        paper.line(document.addressees.rstrip("：:") + "：", "addressees")


def _number(paper: Paper, document: Document) -> None:
    number = paper.line(document.number or paper.official.marks.number, "number")
    if document.issuer and paper.official.marks.red_head and not document.draft:
        line = element("w:bottom", val="single", sz=12, space=11, color="C00000")  # 4 mm below the number (7.2.7)
        number._p.get_or_add_pPr().insert_element_before(
            element("w:pBdr", line), "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc"
        )


def annex_list(paper: Paper, document: Document) -> None:
    """附件：1.… one line below the text, two characters in, no full stop (7.3.4)."""
    if not document.attachments:
        return
    _with_text(paper, document)
    paper.line("", "body").paragraph_format.keep_with_next = True
    several = len(document.attachments) > 1
    for i, annex in enumerate(document.attachments, start=1):
        label = f"{i}." if several else ""
        line = paper.line(("附件：" if i == 1 else "") + label + annex.title, "body")
        line.paragraph_format.keep_with_next = True  # the signature never stands on a page by itself
        lead = 3 + (1 if several else 0)
        set_indent(line, **({"left": 2 + lead, "hanging": lead} if i == 1 else {"left": 2 + lead, "hanging": 1}))


def _with_text(paper: Paper, document: Document) -> None:
    """The end of the text goes along: no page of annexes' names and a date alone (7.3.5.5 forbids 此页无正文)."""
    if document.blocks and isinstance(document.blocks[-1], Paragraph | Bullets | Notice):
        paper.docx.paragraphs[-1].paragraph_format.keep_with_next = True


def signature(paper: Paper, document: Document) -> None:
    """Names and date at the right (7.3.5.3, without a seal): the name ends two characters before the edge, the date begins
    two after the name's first; where the date is the longer, it ends two before the edge and the name moves.

    Placed from the left, so that the first characters stand right whatever fonts there are."""
    day = plain(Day(document.signed_on)) if document.signed_on is not None else ""
    if not document.signature and not day:
        return
    if not document.attachments:
        _with_text(paper, document)
    paper.line("", "body").paragraph_format.keep_with_next = True
    longest = max((_width(name) for name in document.signature), default=0.0)
    room = paper.official.page.text_width / MM_PER_POINT / paper.official.text["signature"].size
    start = max(0.0, room - 2 - max(longest, _width(day) + 2 if longest else 0))
    for name in document.signature:
        line = paper.line(name, "signature")
        set_indent(line, left=start)
        line.paragraph_format.keep_with_next = bool(day)
    if day:
        # A program that spaces digits apart needs more room than the characters say: the date must never wrap.
        left = start + 2 if longest else room - 2 - _width(day)
        set_indent(paper.line(day, "signature"), left=left, right=-3)


def annex_head(paper: Paper, annex: Attachment, number: int, page: Page, *, new_page: bool) -> None:
    """附件1 at the top left of a new page, the title on the third line (7.3.7)."""
    mark = paper.line(f"附件{number or ''}", "annex_mark")
    mark.paragraph_format.page_break_before = new_page
    _title(paper, annex.title, "annex_title", page)


def _title(paper: Paper, title: str, name: str, page: Page) -> None:
    room = page.text_width / MM_PER_POINT / paper.official.text[name].size
    paper.line("\n".join(broken(title, room)), name)


def _width(text: str) -> float:
    """Width in characters: a digit is half a Chinese one."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text)
