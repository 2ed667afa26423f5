"""The page: A4 and its margins (GB/T 9704-2012, 5.1, 5.2.1), the marks above and the page number below (7.5)."""

from __future__ import annotations

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section, _Footer, _Header
from docx.shared import Mm

from core.base.blocks import Document
from core.render.docx_style import Paper
from core.render.docx_xml import add_field, set_indent
from core.render.official import Page


def first_page(paper: Paper, document: Document) -> None:
    """The first section; later ones inherit its header and footer."""
    section = paper.docx.sections[0]
    _geometry(section, paper.official.page)
    paper.docx.settings.odd_and_even_pages_header_footer = True
    section.different_first_page_header_footer = False
    marks = paper.official.marks
    told = "　　".join(word for word, on in ((marks.draft, document.draft), (marks.demo, document.demo)) if on)
    for header in (section.header, section.even_page_header):
        _marks(header, told, paper)
    _page_number(section.footer, paper, odd=True)
    _page_number(section.even_page_footer, paper, odd=False)


def turned_page(paper: Paper, wide: bool) -> None:
    """A new section on a new page, lying on its side or upright again."""
    section = paper.docx.add_section(WD_SECTION.NEW_PAGE)
    _geometry(section, paper.official.landscape if wide else paper.official.page)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT


def _geometry(section: Section, page: Page) -> None:
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance, section.footer_distance, section.gutter = Mm(page.header), Mm(page.footer), Mm(0)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:  # a character grid makes LibreOffice print 14 characters a line; exact spacing does its work
        section._sectPr.remove(grid)


def _marks(header: _Header, told: str, paper: Paper) -> None:
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    paragraph._p.style = paper.ids["marks"]
    paragraph.text = told


def _page_number(footer: _Footer, paper: Paper, *, odd: bool) -> None:
    """— 1 —, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph._p.style = paper.ids["page_number"]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if odd else WD_ALIGN_PARAGRAPH.LEFT
    set_indent(paragraph, **({"right": 1} if odd else {"left": 1}))
    paragraph.add_run("— ")
    add_field(paragraph, "PAGE")
    paragraph.add_run(" —")
