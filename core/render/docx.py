"""A document as .docx in GB/T 9704-2012. This module orders the parts of the paper; the parts are its neighbours:
docx_style (fonts), docx_page (margins, marks, page numbers), docx_frame (title, addressees, signature, annexes),
docx_blocks (the body), docx_table, docx_chart. Every measure comes from official.toml."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, time

import docx as python_docx

from core.base.blocks import Attachment, Block, Document, Table
from core.render.clean import clean
from core.render.docx_blocks import Body
from core.render.docx_frame import annex_head, annex_list, head, signature
from core.render.docx_page import first_page, turned_page
from core.render.docx_style import Paper, styled
from core.render.docx_widths import hints
from core.render.official import Official, official


def render(document: Document, style: Official | None = None) -> bytes:
    """The bytes of the file, in our style or an office's own."""
    document = clean(document)
    paper = styled(python_docx.Document(), style or official())
    first_page(paper, document)
    _properties(paper, document)
    head(paper, document)
    body = Body(paper)
    body.add_all(document.blocks)
    annex_list(paper, document)
    signature(paper, document)
    _annexes(paper, document, body)
    out = io.BytesIO()
    paper.docx.save(out)
    return out.getvalue()


def _annexes(paper: Paper, document: Document, body: Body) -> None:
    """Each annex on a page of its own (7.3.7), lying on its side when a table of it is wide."""
    style, lies = paper.official, False
    for i, annex in enumerate(document.attachments, start=1):
        wide = any(hints(b.columns) > style.table.wide for b in annex.blocks if isinstance(b, Table))
        new_section = wide != lies
        if new_section:
            turned_page(paper, wide)
            body.page = style.landscape if wide else style.page
            lies = wide
        annex_head(paper, annex, i if len(document.attachments) > 1 else 0, body.page, new_page=not new_section)
        body.add_all(_untitled(annex))


def _untitled(annex: Attachment) -> tuple[Block, ...]:
    """An annex that is one table of the same name says it once."""
    first = annex.blocks[0] if annex.blocks else None
    if isinstance(first, Table) and first.title == annex.title:
        return (replace(first, title=""), *annex.blocks[1:])
    return annex.blocks


def _properties(paper: Paper, document: Document) -> None:
    """Author and title are ours: without them python-docx leaves its own template's. The time is the document's day, so
    that the same document does not change with the clock."""
    about = paper.docx.core_properties
    about.author = document.issuer or "专项行动平台"
    about.last_modified_by = about.author
    about.title = document.title
    about.subject = "演示数据" if document.demo else ""
    about.comments = ""
    about.language = "zh-CN"
    day = document.signed_on or document.as_of
    if day is not None:
        about.created = about.modified = datetime.combine(day, time(0), UTC)
