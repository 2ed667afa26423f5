"""HTML: safe, linked, readable without colour and without a mouse."""

from __future__ import annotations

import re
from datetime import date

from core.base import blocks as b
from core.render.html import fragment
from core.render.html_page import page

NASTY = '<script>alert("x")</script>&\'"'


def address(ref: b.Ref) -> str | None:
    return f"/rows/{ref.key}?a=1&b={ref.period or ''}" if ref.kind == "indicator" else None


def test_everything_said_is_escaped() -> None:
    column = b.Column(label=NASTY)
    table = b.Table(title=NASTY, columns=(column,), rows=((b.Text(NASTY),), (b.Lamp(b.Light.RED, NASTY),)), note=NASTY)
    series = (b.Series(label=NASTY, values=(1.0,)),)
    chart = b.Chart(title=NASTY, labels=(NASTY,), series=series, unit=NASTY, target=1.0, target_label=NASTY)
    said = b.Paragraph(NASTY, b.Text(NASTY), b.Number(1, NASTY))
    notice = b.Notice(text=NASTY, detail=NASTY)
    blocks = (b.Heading(NASTY, anchor=NASTY), said, table, chart, b.Bullets(items=((NASTY,),)), notice)
    document = b.Document(title=NASTY, blocks=blocks, issuer=NASTY, number=NASTY, addressees=NASTY, signature=(NASTY,))
    for html in (str(fragment(blocks)), page(document)):
        assert "<script" not in html
        assert 'alert("x")' not in html


def test_nothing_breaks_a_strict_content_security_policy() -> None:
    chart = b.Chart(title="图", labels=("一", "二"), series=(b.Series(label="线", values=(1.0, 2.0)),), target=1.5)
    html = fragment((chart, b.Notice(text="注意", tone="warn")))
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script|javascript:", html)


def test_a_figure_opens_the_rows_behind_it() -> None:
    linked, plain = b.Ref(kind="indicator", key="a.rate", period="2024-11"), b.Ref(kind="other", key="x")
    html = fragment((b.Paragraph(b.Ratio(25, 40, linked), b.Number(3, "项", ref=plain)),), address)
    assert '<a class="sa-figure" href="/rows/a.rate?a=1&amp;b=2024-11">' in html
    assert html.count("<a ") == 1
    assert "62.5%" in html
    assert "（25/40）" in html


def test_a_light_has_a_word_and_a_mark() -> None:
    html = fragment((b.Paragraph(*(b.Lamp(light) for light in b.Light)),))
    for light in b.Light:
        assert f'aria-hidden="true">{light.mark}</span>{light.word}' in html


def test_no_data_is_said_and_is_not_zero() -> None:
    html = fragment((b.Paragraph(b.Ratio(0, 0), b.Number(None), b.Day(None)),))
    assert html.count("无数据") == 3
    assert "0%" not in html


def test_headings_are_numbered_anchored_and_nested() -> None:
    blocks = (
        b.Heading("总体情况"),
        b.Heading("行动", 2, number=3, anchor="three"),
        b.Heading("目标", 3),
        b.Heading("抓", 4),
    )
    html = str(fragment(blocks))
    assert re.findall(r"<h(\d) id=\"([^\"]+)\"", html) == [("2", "s-1"), ("3", "three"), ("4", "s-3"), ("5", "s-4")]
    assert re.findall(r'heading-no">([^<]+)', html) == ["一、", "（三）", "1.", "（1）"]


def test_tables_can_be_heard_and_scrolled() -> None:
    columns = (b.Column(label="社区"), b.Column(label="件数", align="right"))
    html = fragment((b.Table(title="各社区", columns=columns, rows=((b.Text("甲"), b.Number(3)),)),))
    assert "<caption>各社区</caption>" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 1
    assert 'class="table-responsive sa-table" role="region" tabindex="0"' in html


def test_a_chart_carries_its_table() -> None:
    chart = b.Chart(title="图", labels=("一月",), series=(b.Series(label="线", values=(0.625,)),), unit="%")
    html = fragment((chart,))
    assert "<svg" in html
    assert "<details>" in html
    assert "62.5%" in html[html.index("<details") :]


def test_page_is_whole_and_marked() -> None:
    annex = b.Attachment(title="口径", blocks=(b.Heading("指标"),))
    document = b.Document(
        title="报告",
        blocks=(b.Heading("总体"),),
        addressees="市专班：",
        signature=("街道办",),
        signed_on=date(2025, 1, 8),
        demo=True,
        attachments=(annex,),
    )
    html = page(document)
    assert html.startswith("<!doctype html>")
    assert 'class="sa-watermark"' in html
    assert "草稿　征求意见　演示数据" in html
    assert "〔　〕　号" in html
    assert "市专班：<" in html
    assert "2025年1月8日" in html
    assert len(re.findall(r'id="[^"]+"', html)) == len(set(re.findall(r'id="[^"]+"', html)))
    assert "http" not in html
    issued = page(b.Document(title="报告", blocks=(), draft=False, number="梅街办〔2025〕1号"))
    assert "演示数据" not in issued
    assert "草稿" not in issued
    assert "梅街办〔2025〕1号" in issued
