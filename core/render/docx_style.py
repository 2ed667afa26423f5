"""Paragraph styles of the paper: Word's own names where it has one, so that outline and navigation work, else
Chinese ones.

A Chinese font is set by ``w:eastAsia``; the theme's fonts must go, or Word prefers them."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from lxml import etree

from core.render.docx_xml import child, element
from core.render.official import Official, TextStyle

THEME_FONTS = ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme")


@dataclass(frozen=True)
class Paper:
    """The file being written and its styles. ``ids`` spares python-docx a search through all styles at every paragraph
    (measured: 5 ms each)."""

    docx: Docx
    official: Official
    ids: dict[str, str]

    def line(self, text: str, name: str) -> Paragraph:
        """A paragraph at the end, in the style that official.toml calls ``name``."""
        made = self.docx.add_paragraph()
        made._p.style = self.ids[name]
        if text:
            made.add_run(text)
        return made


def styled(docx: Docx, official: Official) -> Paper:
    """Every style of official.toml, on top of a neutral Normal."""
    _defaults(docx, official)
    ids = {name: _style(docx, name, wanted, official) for name, wanted in official.text.items()}
    _fallbacks(docx, official)
    _settings(docx)
    return Paper(docx, official, ids)


def set_fonts(r_pr: BaseOxmlElement, east_asian: str, latin: str) -> None:
    """The fonts of a run or a style, both scripts."""
    fonts = child(r_pr, "w:rFonts", first=True)
    for theme in THEME_FONTS:
        fonts.attrib.pop(qn(theme), None)
    for key, font in (("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", east_asian), ("w:cs", latin)):
        fonts.set(qn(key), font)


def _defaults(docx: Docx, official: Official) -> None:
    """Normal: the body's font, no spacing. 22 lines a page need widow control off (measured: 21 with it)."""
    body = official.text["body"]
    defaults = docx.styles.element.find(qn("w:docDefaults") + "/" + qn("w:rPrDefault") + "/" + qn("w:rPr"))
    if defaults is not None:
        set_fonts(defaults, body.font, official.latin)
        child(defaults, "w:lang").set(qn("w:eastAsia"), "zh-CN")
    normal = docx.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    set_fonts(normal.element.get_or_add_rPr(), body.font, official.latin)
    normal.font.size = Pt(body.size)
    format_ = normal.paragraph_format
    format_.space_before = format_.space_after = Pt(0)
    format_.line_spacing = 1.0
    format_.widow_control = False
    p_pr = normal.element.get_or_add_pPr()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid"):
        p_pr.insert_element_before(element(tag, val="0"), "w:adjustRightInd", "w:spacing", "w:ind", "w:jc")
    _in_order(p_pr)


def _style(docx: Docx, name: str, wanted: TextStyle, official: Official) -> str:
    known = {one.name for one in docx.styles}
    style = (
        docx.styles[wanted.style]
        if wanted.style in known
        else docx.styles.add_style(wanted.style, WD_STYLE_TYPE.PARAGRAPH)
    )
    assert isinstance(style, ParagraphStyle)
    style.base_style = docx.styles["Normal"]
    style.quick_style, style.hidden = True, False
    for tag in ("w:rPr", "w:pPr"):
        old = style.element.find(qn(tag))
        if old is not None:
            style.element.remove(old)
    r_pr = style.element.get_or_add_rPr()
    latin = wanted.font if name == "page_number" else official.latin
    set_fonts(r_pr, wanted.font, latin)
    style.font.size, style.font.bold, style.font.italic = Pt(wanted.size), wanted.bold, False
    style.font.color.rgb = RGBColor.from_string(wanted.color)
    if wanted.indent:
        r_pr.append(element("w:spacing", val=round(official.spacing * 20)))
    _in_order_run(r_pr)
    _paragraph(style, name, wanted, official)
    return str(style.style_id)


def _paragraph(style: ParagraphStyle, name: str, wanted: TextStyle, official: Official) -> None:
    p_pr = style.element.get_or_add_pPr()
    if name.startswith("heading") or name in ("caption", "annex_mark", "title", "annex_title"):
        p_pr.append(element("w:keepNext"))
    if name == "note":
        p_pr.append(element("w:keepLines"))
    p_pr.append(element("w:widowControl", val="0"))
    spacing: dict[str, str | int] = {"before": round(wanted.before * 20), "after": round(wanted.after * 20)}
    if wanted.line:
        spacing |= {"line": round(wanted.line * 20), "lineRule": "exact"}
    else:
        spacing |= {"line": 240, "lineRule": "auto"}
    p_pr.append(element("w:spacing", **spacing))
    if wanted.indent:
        points = wanted.indent * (wanted.size + official.spacing)
        p_pr.append(element("w:ind", firstLineChars=round(wanted.indent * 100), firstLine=round(points * 20)))
    p_pr.append(element("w:jc", val=wanted.align))
    if name.startswith("heading"):
        p_pr.append(element("w:outlineLvl", val=int(name[-1]) - 1))


ORDER = (
    *(
        "keepNext",
        "keepLines",
        "widowControl",
        "numPr",
        "pBdr",
        "shd",
        "tabs",
        "autoSpaceDE",
        "autoSpaceDN",
        "snapToGrid",
    ),
    *("spacing", "ind", "jc", "outlineLvl"),
)
RUN_ORDER = ("rFonts", "b", "bCs", "i", "iCs", "color", "spacing", "kern", "sz", "szCs", "lang")


def _in_order(p_pr: BaseOxmlElement) -> None:
    """Word refuses children out of the schema's order (ECMA-376 17.3.1.26)."""
    p_pr[:] = sorted(p_pr, key=lambda e: ORDER.index(local) if (local := etree.QName(e).localname) in ORDER else -1)


def _in_order_run(r_pr: BaseOxmlElement) -> None:
    r_pr[:] = sorted(
        r_pr, key=lambda e: RUN_ORDER.index(local) if (local := etree.QName(e).localname) in RUN_ORDER else -1
    )


def _fallbacks(docx: Docx, official: Official) -> None:
    """Name substitutes in the font table: few offices own every font, and Word would else choose by itself."""
    for part in docx.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            table = etree.fromstring(part.blob)
            for font, others in official.fallbacks.items():
                table.append(
                    parse_xml(
                        f'<w:font {nsdecls("w")} w:name="{font}"><w:altName w:val="{others}"/>'
                        '<w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
                    )
                )
            part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _settings(docx: Docx) -> None:
    """Word 2013 and later: python-docx's template says 14, and the file would open in compatibility mode."""
    for setting in docx.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
