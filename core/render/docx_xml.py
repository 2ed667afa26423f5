"""Elements of WordprocessingML by their names, for what python-docx has no words for."""

from __future__ import annotations

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from docx.text.run import Run


def element(tag: str, *children: BaseOxmlElement, **attributes: str | int) -> BaseOxmlElement:
    """``element("w:jc", val="center")``: every attribute in the ``w`` namespace."""
    made: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(children)
    return made


def child(parent: BaseOxmlElement, tag: str, *, first: bool = False) -> BaseOxmlElement:
    """The child of that name, made when missing."""
    found = parent.find(qn(tag))
    if found is None:
        found = element(tag)
        parent.insert(0, found) if first else parent.append(found)
    made: BaseOxmlElement = found
    return made


def add_field(paragraph: Paragraph, instruction: str) -> Run:
    """A field that Word computes, such as PAGE."""
    run = paragraph.add_run()
    for kind in ("begin", "instruction", "separate", "text", "end"):
        if kind == "instruction":
            part = element("w:instrText")
            part.text = instruction
        elif kind == "text":
            part = element("w:t")
            part.text = "1"
        else:
            part = element("w:fldChar", fldCharType=kind)
        run._r.append(part)
    return run


def set_indent(paragraph: Paragraph, **characters: float) -> None:
    """Indents in characters: ``set_indent(p, right=2)``, ``first=2`` or ``hanging=2``; Word keeps
    them when the font changes."""
    names = {"first": "firstLine"}
    ind = paragraph._p.get_or_add_pPr().get_or_add_ind()
    size = paragraph.style.font.size if paragraph.style is not None else None
    points = size.pt if size is not None else 16
    for key, count in characters.items():
        name = names.get(key, key)
        ind.set(qn(f"w:{name}Chars"), str(round(count * 100)))
        ind.set(qn(f"w:{name}"), str(round(count * points * 20)))
