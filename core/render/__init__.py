"""Document tree in, file out. ``render(document, "docx")`` gives the bytes of one format; the module that makes them,
and the heavy library under it, is imported when first asked for. html and svg for the screen, docx for the post (GB/T
9704-2012, every measure in official.toml), xlsx for the annex, json for keeping: ``as_json.load`` reads it back.
Nothing here computes a figure. Next: html_cells.py, the smallest renderer, then docx.py."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.base.blocks import Document
from core.render.clean import clean


@dataclass(frozen=True)
class Format:
    """A file format: what a browser calls it, what its files end in, and the module that writes it."""

    name: str
    mime: str
    suffix: str
    module: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        one.name: one
        for one in (
            Format("html", "text/html; charset=utf-8", ".html", "core.render.html_page"),
            Format("docx", _OFFICE + "wordprocessingml.document", ".docx", "core.render.docx"),
            Format("xlsx", _OFFICE + "spreadsheetml.sheet", ".xlsx", "core.render.xlsx"),
            Format("json", "application/json; charset=utf-8", ".json", "core.render.as_json"),
        )
    }
)


def render(document: Document, to: str) -> bytes:
    """The document as a file of the format named ``to``."""
    content = importlib.import_module(_format(to).module).render(clean(document))
    if not isinstance(content, bytes):
        raise TypeError(f"{_format(to).module}.render must return bytes")
    return content


def file_name(document: Document, to: str) -> str:
    """A name for the file that every system accepts: 标题（截至2024年12月31日）.docx."""
    day = document.as_of
    stem = re.sub(r'[\\/:*?"<>|\x00-\x1f\s]+', "", document.title).strip(".")[:80] or "报告"
    dated = f"{stem}（截至{day.year}年{day.month}月{day.day}日）" if day else stem
    return ("演示数据-" if document.demo else "") + dated + _format(to).suffix


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; known: {', '.join(FORMATS)}")
    return FORMATS[name]
