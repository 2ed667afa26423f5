"""JSON: an edition kept today can be read and rendered years later."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from core.base import blocks as b
from core.render.as_json import load, render

REF = b.Ref(kind="indicator", key="a.rate", as_of=date(2024, 12, 31), period="2024-12", query=(("area", "x"),))
DOCUMENT = b.Document(
    title="报告",
    blocks=(
        b.Heading("总体", number=2),
        b.Paragraph("已完成 ", b.Ratio(25, 40, REF, Fraction(3, 5)), "。", tone="lead"),
        b.Bullets(items=(("一", b.Number(1.5, "万元", 2)),), ordered=True),
        b.Table(
            title="表",
            columns=(b.Column(label="甲"), b.Column(label="乙", align="right")),
            rows=((b.Day(date(2024, 11, 8)), b.Lamp(b.Light.AMBER, "落后")), (b.Text("2024-01-01"), b.Number(None))),
        ),
        b.Chart(title="图", labels=("一",), series=(b.Series(label="线", values=(None,)),), target=0.6),
        b.Notice(text="注意", tone="fault"),
        b.PageBreak(),
    ),
    signature=("街道办",),
    signed_on=date(2025, 1, 8),
    attachments=(b.Attachment(title="附", blocks=(b.Heading("指标"),)),),
)


def test_what_was_kept_comes_back_the_same() -> None:
    assert load(render(DOCUMENT)) == DOCUMENT


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render(DOCUMENT) == render(load(render(DOCUMENT)))


def test_types_are_kept() -> None:
    told = json.loads(render(DOCUMENT))
    ratio = told["blocks"][1]["runs"][1]
    assert (ratio["type"], ratio["n"], ratio["d"], ratio["share"], ratio["text"]) == (
        "ratio",
        25,
        40,
        0.625,
        "62.5%（25/40）",
    )
    day, lamp = told["blocks"][3]["rows"][0]
    assert day["value"] == "2024-11-08"
    assert lamp["light"] == "amber"
    assert told["blocks"][0]["label"] == "二、"
    assert list(told)[:4] == ["schema", "type", "title", "blocks"]


@pytest.mark.parametrize(
    "content", ['{"schema": "other/1"}', '{"schema": "special-actions/document/1", "type": "ratio", "n": 1, "d": 2}']
)
def test_what_is_not_a_document_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="not a document"):
        load(content)
