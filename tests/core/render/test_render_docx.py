"""The official paper, read back from the file: what GB/T 9704-2012 and an office's eye would check."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree

from core.base import blocks as b
from core.render.docx import render
from core.render.official import BUILT_IN, official

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COLUMNS = (
    b.Column(label="序号", width=3),
    b.Column(label="小区", width=8),
    b.Column(label="完成率", width=8, align="right"),
)
LONG = b.Table(
    title="台账", columns=COLUMNS, rows=tuple((b.Number(n), b.Text(f"小区{n}"), b.Ratio(n, 72)) for n in range(1, 71))
)
BODY = (
    *(b.Heading("总体情况"), b.Heading("行动", 2), b.Heading("目标", 3), b.Heading("抓进度", 4)),
    *(b.Paragraph("已完成", b.Ratio(25, 40), "。"), LONG),
)


def paper(**more: object) -> docx.document.Document:
    document = b.Document(**({"title": "情况报告", "blocks": BODY} | more))  # type: ignore[arg-type]
    return docx.Document(io.BytesIO(render(document)))


def style_of(found: docx.document.Document, text: str) -> etree._Element:
    paragraph = next(p for p in found.paragraphs if p.text == text)
    assert paragraph.style is not None
    return paragraph.style.element


def part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def test_page_and_margins() -> None:
    section = paper().sections[0]
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(x.mm) for x in margins] == [37, 35, 28, 26]
    assert section._sectPr.find(qn("w:docGrid")) is None


@pytest.mark.parametrize(
    ("text", "font", "half_points"),
    [
        ("情况报告", "方正小标宋简体", 44),
        ("已完成62.5%（25/40）。", "仿宋_GB2312", 32),
        ("一、总体情况", "黑体", 32),
        ("（一）行动", "楷体_GB2312", 32),
        ("1.目标", "仿宋_GB2312", 32),
        ("（1）抓进度", "仿宋_GB2312", 32),
    ],
)
def test_fonts_and_sizes(text: str, font: str, half_points: int) -> None:
    style = style_of(paper(), text)
    fonts = style.find(f"{W}rPr/{W}rFonts")
    assert fonts.get(f"{W}eastAsia") == font
    assert not [name for name in fonts.attrib if "Theme" in name or "theme" in name]
    assert style.find(f"{W}rPr/{W}sz").get(f"{W}val") == str(half_points)


def test_body_lines_and_indent() -> None:
    """28 pt exactly, two characters in, no widow control: 22 lines a page."""
    style = style_of(paper(), "已完成62.5%（25/40）。")
    spacing, indent = style.find(f"{W}pPr/{W}spacing"), style.find(f"{W}pPr/{W}ind")
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("560", "exact")
    assert indent.get(f"{W}firstLineChars") == "200"
    assert style.find(f"{W}pPr/{W}widowControl").get(f"{W}val") == "0"


def test_a_page_holds_22_lines_of_28_characters() -> None:
    """GB/T 9704-2012, 5.2.3: from what the file itself says of page, lines and the space between characters."""
    found = paper()
    section, style = found.sections[0], style_of(found, "已完成62.5%（25/40）。")
    high = section.page_height.pt - section.top_margin.pt - section.bottom_margin.pt
    wide = section.page_width.pt - section.left_margin.pt - section.right_margin.pt
    size, between = (float(style.find(f"{W}rPr/{W}{tag}").get(f"{W}val")) for tag in ("sz", "spacing"))
    assert int(high / (int(style.find(f"{W}pPr/{W}spacing").get(f"{W}line")) / 20)) == 22
    assert int(wide / (size / 2 + between / 20)) == 28


def test_headings_are_numbered_as_the_standard_says_and_begin_anew_below_each() -> None:
    """7.3.3: 一、 （一） 1. （1）; a number of the notice's own stays."""
    levels = ((1, None), (2, None), (3, None), (3, None), (4, None), (2, None), (3, None), (1, None), (2, 7))
    found = paper(blocks=tuple(b.Heading("题", level, number) for level, number in levels))
    told = [p.text for p in found.paragraphs if p.style and p.style.name.startswith("Heading")]
    assert told == ["一、题", "（一）题", "1.题", "2.题", "（1）题", "（二）题", "1.题", "二、题", "（七）题"]


def test_third_level_is_bold_and_levels_make_an_outline() -> None:
    found = paper()
    assert style_of(found, "1.目标").find(f"{W}rPr/{W}b").get(f"{W}val", "1") == "1"
    assert style_of(found, "（1）抓进度").find(f"{W}rPr/{W}b").get(f"{W}val") == "0"
    levels = [
        style_of(found, t).find(f"{W}pPr/{W}outlineLvl").get(f"{W}val")
        for t in ("一、总体情况", "（一）行动", "1.目标")
    ]
    assert levels == ["0", "1", "2"]


def test_substitutes_are_named_for_offices_without_the_fonts() -> None:
    content = render(b.Document(title="题", blocks=()))
    assert re.search(r'w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong', part(content, "word/fontTable.xml"))


def test_long_table_repeats_its_header_and_keeps_rows_whole() -> None:
    table = paper().tables[0]._tbl
    rows = table.findall(f"{W}tr")
    assert len(rows) == 71
    assert [bool(row.findall(f"{W}trPr/{W}tblHeader")) for row in rows[:2]] == [True, False]
    assert all(row.findall(f"{W}trPr/{W}cantSplit") for row in rows)
    assert table.find(f"{W}tblPr/{W}tblLayout").get(f"{W}type") == "fixed"
    widths = [int(one.get(f"{W}w")) for one in table.findall(f"{W}tblGrid/{W}gridCol")]
    assert sum(widths) == round(156 * 56.6929)
    assert {one.get(f"{W}val") for one in table.iter(f"{W}sz")} <= {"24", "21"}


def test_no_page_begins_or_ends_with_a_single_row_and_a_note_stays_whole() -> None:
    found = paper(blocks=(b.Table(title="台账", columns=COLUMNS, rows=LONG.rows[:5], note="口径"),))
    rows = found.tables[0]._tbl.findall(f"{W}tr")
    held = [all(p.find(f"{W}pPr/{W}keepNext") is not None for p in row.iter(f"{W}p")) for row in rows]
    assert held == [True, True, False, False, True, True], "head, first and second; the last two and the note"
    assert style_of(found, "台账").find(f"{W}pPr/{W}keepNext") is not None
    assert style_of(found, "注：口径").find(f"{W}pPr/{W}keepLines") is not None


def test_the_name_of_a_row_is_not_squeezed_by_its_figures() -> None:
    """Where it would stand on three lines, a share is set on two."""
    head = (("指标", 14), ("目标", 5), ("期限", 8), ("完成情况", 11), ("今日应达", 6), ("评价", 6))
    name, day = b.Text("党员3人（含）以上业委会占比"), b.Day(date(2024, 12, 31))
    row = (name, b.Text("≥50%"), day, b.Ratio(22, 46), b.Text("50.0%"), b.Lamp(b.Light.RED))
    table = b.Table(title="表", columns=tuple(b.Column(label=t, width=w) for t, w in head), rows=(row,))
    found = paper(blocks=(table,)).tables[0]
    assert found.rows[1].cells[3].text == "47.8%\n（22/46）"
    width = int(found._tbl.findall(f"{W}tblGrid/{W}gridCol")[0].get(f"{W}w"))
    assert width / 20 / 10.5 * 2 > len("党员3人（含）以上业委会占比"), "two lines at most"


def test_a_crowded_table_sets_shares_on_two_lines() -> None:
    columns = tuple(b.Column(label=f"行动{i}", width=8) for i in range(10))
    table = b.Table(title="", columns=columns, rows=(tuple(b.Ratio(72, 72) for _ in columns),))
    assert paper(blocks=(table,)).tables[0].rows[1].cells[0].text == "100.0%\n（72/72）"


def test_a_thousand_rows_take_no_quadratic_time() -> None:
    rows = tuple((b.Number(n), b.Text("小区"), b.Ratio(1, 2)) for n in range(2000))
    assert len(render(b.Document(title="题", blocks=(b.Table(title="表", columns=COLUMNS, rows=rows),)))) > 10_000


def test_number_is_left_blank_and_never_invented() -> None:
    assert paper(addressees="各社区：").paragraphs[0].text == "〔　〕　号"
    assert paper(draft=False).paragraphs[0].text == "〔　〕　号"
    assert "号" not in paper().paragraphs[0].text, "a report under discussion has no line for the clerk"
    assert paper(number="晋梅工委〔2024〕8号").paragraphs[0].text == "晋梅工委〔2024〕8号"


def test_no_red_head_unless_the_office_says_so(tmp_path: Path) -> None:
    assert "梅岭街道" not in [p.text for p in paper(issuer="梅岭街道", draft=False).paragraphs]
    own = tmp_path / "own.toml"
    own.write_text(
        BUILT_IN.read_text(encoding="utf-8").replace("red_head = false", "red_head = true"), encoding="utf-8"
    )
    issued = b.Document(title="题", blocks=(), issuer="梅岭街道", draft=False)
    texts = [p.text for p in docx.Document(io.BytesIO(render(issued, official(own)))).paragraphs]
    assert texts[0] == "梅岭街道"
    found = docx.Document(io.BytesIO(render(replace(issued, number="梅〔2024〕8号"), official(own))))
    red = style_of(found, "梅岭街道").find(f"{W}rPr/{W}color")
    assert red.get(f"{W}val") == "C00000"
    line = next(p for p in found.paragraphs if p.text == "梅〔2024〕8号")._p.find(f"{W}pPr/{W}pBdr/{W}bottom")
    assert line.get(f"{W}color") == "C00000", "7.2.7: a red line below the number"


def test_an_office_changes_one_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        BUILT_IN.read_text(encoding="utf-8").replace("top = 37 ", "top = 38 ").replace("top = 37", "top = 38"),
        encoding="utf-8",
    )
    found = docx.Document(io.BytesIO(render(b.Document(title="题", blocks=()), official(own))))
    assert round(found.sections[0].top_margin.mm) == 38


def test_addressees_signature_and_unpadded_date() -> None:
    found = paper(addressees="市专班", signature=("梅岭街道办事处",), signed_on=date(2024, 11, 8))
    texts = [p.text for p in found.paragraphs]
    assert "市专班：" in texts
    name, day = found.paragraphs[-2:]
    assert (name.text, day.text) == ("梅岭街道办事处", "2024年11月8日")
    assert day.paragraph_format.left_indent - name.paragraph_format.left_indent == pytest.approx(
        2 * 16 * 12700, rel=0.01
    )


def test_the_signature_never_stands_on_a_page_by_itself() -> None:
    """The list of annexes goes with it, however the pages break."""
    annexes = (b.Attachment(title="甲", blocks=()), b.Attachment(title="乙", blocks=()))
    found = paper(signature=("梅岭街道",), signed_on=date(2024, 11, 8), attachments=annexes).paragraphs
    first = next(i for i, p in enumerate(found) if p.text.startswith("附件：1."))
    last = next(i for i, p in enumerate(found) if p.text == "2024年11月8日")
    assert all(p.paragraph_format.keep_with_next for p in found[first - 1 : last])


@pytest.mark.parametrize("annexes", [(), (b.Attachment(title="甲", blocks=()),)])
def test_some_text_stands_on_the_page_of_the_signature(annexes: tuple[b.Attachment, ...]) -> None:
    found = paper(blocks=(b.Paragraph("最后一段。"),), signature=("街道",), attachments=annexes)
    last = next(p for p in found.paragraphs if p.text == "最后一段。")
    assert last.paragraph_format.keep_with_next, "7.3.5.5: 此页无正文 is not allowed"


def test_an_annex_that_is_one_table_says_its_name_once() -> None:
    found = paper(attachments=(b.Attachment(title="台账", blocks=(LONG,)),), blocks=())
    assert [p.text for p in found.paragraphs].count("台账") == 1


def test_page_numbers_right_on_odd_left_on_even() -> None:
    found = paper()
    assert found.settings.odd_and_even_pages_header_footer
    for footer, align, indent in (
        (found.sections[0].footer, 2, "rightChars"),
        (found.sections[0].even_page_footer, 0, "leftChars"),
    ):
        line = footer.paragraphs[0]
        assert re.fullmatch(r"— \d+ —", line.text)
        assert [one.text for one in line._p.iter(f"{W}instrText")] == ["PAGE"]
        assert line.alignment == align
        assert line._p.pPr.find(f"{W}ind").get(f"{W}{indent}") == "100"
        fonts = line.style.element.find(f"{W}rPr/{W}rFonts")
        assert {fonts.get(f"{W}ascii"), fonts.get(f"{W}eastAsia")} == {"宋体"}
        assert line.style.font.size.pt == 14


@pytest.mark.parametrize(("demo", "draft"), [(True, True), (True, False), (False, True), (False, False)])
def test_marks_on_every_page(demo: bool, draft: bool) -> None:
    wide = b.Table(title="宽", columns=tuple(b.Column(label=str(i)) for i in range(9)), rows=())
    annexes = (b.Attachment(title="甲", blocks=()), b.Attachment(title="乙", blocks=(wide,)))
    for section in paper(demo=demo, draft=draft, attachments=annexes).sections:
        for header in (section.header, section.even_page_header):
            assert ("演示数据" in header.paragraphs[0].text) is demo
            assert ("草稿" in header.paragraphs[0].text) is draft


def test_annexes_start_a_page_and_wide_ones_lie_down() -> None:
    wide = b.Table(title="宽", columns=tuple(b.Column(label=str(i)) for i in range(9)), rows=())
    annexes = (b.Attachment(title="口径", blocks=(b.Heading("指标"),)), b.Attachment(title="总表", blocks=(wide,)))
    found = paper(attachments=annexes)
    texts = [p.text for p in found.paragraphs]
    assert "附件：1.口径" in texts
    assert "2.总表" in texts
    first, second = (next(p for p in found.paragraphs if p.text == f"附件{i}") for i in (1, 2))
    assert first.paragraph_format.page_break_before
    assert first.style.element.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == "黑体"
    assert not second.paragraph_format.page_break_before  # its section begins the page
    assert [round(s.page_width.mm) for s in found.sections] == [210, 297]
    alone = [p.text for p in paper(attachments=annexes[:1]).paragraphs]
    assert "附件：口径" in alone
    assert "附件" in alone


def test_page_break_begins_a_page() -> None:
    found = paper(blocks=(b.Paragraph("前"), b.PageBreak(), b.Paragraph("后")))
    assert [bool(p.paragraph_format.page_break_before) for p in found.paragraphs if p.text in "前后"] == [False, True]


def test_chart_is_native_editable_and_followed_by_its_table() -> None:
    chart = b.Chart(
        title="图",
        labels=("一", "二", "三"),
        series=(b.Series(label="线", values=(0.1, None, 0.3)),),
        unit="%",
        target=0.6,
    )
    content = render(b.Document(title="题", blocks=(chart, chart)))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {"word/charts/chart1.xml", "word/charts/chart2.xml", "word/embeddings/chart1.xlsx"} <= set(names)
    xml = part(content, "word/charts/chart1.xml")
    assert 'dispBlanksAs val="gap"' in xml
    assert 'smooth val="0"' in xml
    assert "externalData" in xml
    found = docx.Document(io.BytesIO(content))
    assert [row.cells[1].text for row in found.tables[0].rows] == ["线", "10.0%", "—", "30.0%"]


def test_the_writer_is_named_and_the_clock_is_not_asked() -> None:
    about = paper(issuer="专项办", signed_on=date(2024, 11, 8)).core_properties
    assert (about.author, about.title) == ("专项办", "情况报告")
    assert about.created is not None
    assert about.created.date() == date(2024, 11, 8)


def test_a_long_title_breaks_between_words() -> None:
    found = paper(title="梅岭街道小区治理专项行动综合情况报告（征求意见稿）")
    assert found.paragraphs[0].text.split("\n") == ["梅岭街道小区治理专项行动", "综合情况报告（征求意见稿）"]
    found = paper(title="关于2024年11月物业服务精细化考评情况的通报")
    assert found.paragraphs[0].text.split("\n") == ["关于2024年11月物业服务", "精细化考评情况的通报"]


# Word refuses a file whose properties stand out of the schema's order (ECMA-376 part 1, 17.3.1.26, 17.3.2.28, 17.4.60, 17.4.70).
SEQUENCES = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents jc textAlignment outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike color spacing w kern position sz szCs highlight u effect bdr "
    "shd fitText vertAlign rtl cs em lang",
    "tblPr": "tblStyle tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection vAlign",
    "pBdr": "top left bottom right between bar",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked rsid pPr rPr",
}


def test_properties_stand_in_the_order_word_demands() -> None:
    wide = b.Table(title="宽", columns=tuple(b.Column(label=str(i)) for i in range(9)), rows=())
    blocks = (
        *BODY,
        b.PageBreak(),
        b.Notice(text="注", detail="详"),
        b.Paragraph(b.Text("重", strong=True), tone="muted"),
        wide,
    )
    document = b.Document(
        title="题",
        blocks=blocks,
        signature=("办",),
        signed_on=date(2024, 1, 1),
        attachments=(b.Attachment(title="附", blocks=(wide,)),),
    )
    content = render(document)
    for name in ("document", "styles", "header1", "header2", "footer1", "footer2"):
        root = etree.fromstring(part(content, f"word/{name}.xml").encode())
        for tag, sequence in SEQUENCES.items():
            order = sequence.split()
            for element in root.iter(f"{W}{tag}"):
                if tag == "style" and element.get(f"{W}type") != "paragraph":
                    continue
                places = [order.index(etree.QName(one).localname) for one in element]
                assert places == sorted(places), (name, etree.tostring(element))


def test_word_opens_it_in_the_present_mode() -> None:
    settings = part(render(b.Document(title="题", blocks=())), "word/settings.xml")
    assert settings.count('w:name="compatibilityMode"') == 1
    assert re.search(r'w:name="compatibilityMode"[^>]*w:val="15"', settings)
