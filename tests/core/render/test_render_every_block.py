"""A block or a cell that a renderer does not know must not get past this file."""

from __future__ import annotations

import typing
from datetime import date
from fractions import Fraction

import pytest

from core.base import blocks as b
from core.base.say import Say
from core.render import FORMATS, file_name, render

BLOCKS: dict[type, b.Block] = {
    b.Heading: b.Heading("标志标题"),
    b.Paragraph: b.Paragraph("标志正文"),
    b.Bullets: b.Bullets(items=(("标志条目",),)),
    b.Table: b.Table(title="标志表", columns=(b.Column(label="标志列"),), rows=((b.Text("标志格"),),)),
    b.Chart: b.Chart(title="标志图", labels=("一月",), series=(b.Series(label="标志线", values=(1.0,)),)),
    b.Notice: b.Notice(text="标志提示"),
    b.PageBreak: b.PageBreak(),
}
CELLS: dict[type, b.Cell] = {
    b.Text: b.Text("文字"),
    b.Number: b.Number(3, "项"),
    b.Ratio: b.Ratio(25, 40, limit=Fraction(1, 2)),
    b.Day: b.Day(date(2024, 11, 8)),
    b.Lamp: b.Lamp(b.Light.RED, "逾期三天"),
}


def test_this_file_names_every_kind() -> None:
    assert set(BLOCKS) == set(typing.get_args(b.Block))
    assert set(CELLS) == set(typing.get_args(b.Cell))


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.__name__)
def test_every_block_in_every_format(kind: type, to: str) -> None:
    after = b.Paragraph("之后")
    assert render(b.Document(title="题", blocks=(BLOCKS[kind], after)), to)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("kind", CELLS, ids=lambda kind: kind.__name__)
def test_every_cell_in_every_format(kind: type, to: str) -> None:
    cell = CELLS[kind]
    table = b.Table(title="表", columns=(b.Column(label="列"),), rows=((cell,),))
    blocks = (table, b.Paragraph("文中", cell), b.Bullets(items=(("条中", cell),)))
    assert render(b.Document(title="题", blocks=blocks), to)


@pytest.mark.parametrize("to", FORMATS)
def test_an_unknown_block_is_an_error_and_not_a_blank(to: str) -> None:
    with pytest.raises((AssertionError, TypeError)):
        render(b.Document(title="题", blocks=(typing.cast(b.Block, object()),)), to)


@pytest.mark.parametrize("to", FORMATS)
def test_odd_text_goes_through(to: str) -> None:
    """A translatable message, a control character from a pasted cell, an empty table, an empty document."""
    odd = b.Table(
        title="",
        columns=(b.Column(label="列"),),
        rows=((b.Text(Say("至少 {n} 项", n=2)),), (b.Text("a\x0bb\x01c\ud800"),)),
    )
    empty = b.Table(title="空", columns=(b.Column(label="列"),), rows=())
    assert render(b.Document(title="题", blocks=(odd, odd, empty)), to)
    assert render(b.Document(title="题", blocks=()), to)


def test_unknown_format_names_the_known() -> None:
    with pytest.raises(ValueError, match="html, docx, xlsx, json"):
        render(b.Document(title="题", blocks=()), "pdf")


def test_file_name_suits_every_system() -> None:
    document = b.Document(title="周报: 11/08 <草>", blocks=(), as_of=date(2024, 11, 8), demo=True)
    assert file_name(document, "docx") == "演示数据-周报1108草（截至2024年11月8日）.docx"


def test_what_is_not_a_number_never_becomes_a_figure() -> None:
    with pytest.raises(ValueError, match="not a figure"):
        b.Number(float("nan"))
    with pytest.raises(ValueError, match="not a number"):
        b.Chart(title="图", labels=("一",), series=(b.Series(label="线", values=(float("inf"),)),))
