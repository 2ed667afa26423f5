"""The workbook, read back by another library: figures are figures, text is text, sheets are where an office looks."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime
from fractions import Fraction

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.base import blocks as b
from core.render.xlsx import render
from core.render.xlsx_parts import sheet_name
from core.render.xlsx_table import IDS

COLUMNS = (
    *(b.Column(label="小区"), b.Column(label="完成率", align="right"), b.Column(label="支出")),
    *(b.Column(label="日期"), b.Column(label="判定")),
)
ROWS = (
    (b.Text("甲"), b.Ratio(25, 40), b.Number(1234.5, "元", 2), b.Day(date(2024, 11, 8)), b.Lamp(b.Light.RED, "逾期")),
    (b.Text("乙"), b.Ratio(0, 0), b.Number(None), b.Day(None), b.Lamp(b.Light.GREEN)),
)


def table(rows: int = 0, title: str = "台账") -> b.Table:
    return b.Table(title=title, columns=COLUMNS, rows=ROWS + (ROWS[0],) * rows)


def book(*blocks: b.Block, **more: object) -> openpyxl.Workbook:
    document = b.Document(title="情况报告", blocks=blocks, **more)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's own
        return openpyxl.load_workbook(io.BytesIO(render(document)))


def rows_of(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_figures_keep_their_types() -> None:
    sheet = book(b.Heading("行动", 1), table())["一、行动"]
    head, first, second = rows_of(sheet)[4:7]
    assert head == ["小区", "完成率", "完成率·完成数", "完成率·应完成数", "支出", "日期", "判定"]
    assert first == ["甲", 0.625, 25, 40, 1234.5, datetime(2024, 11, 8), "■未达标：逾期"]  # noqa: DTZ001 - Excel has no zones
    assert second == ["乙", "—", 0, 0, "—", "—", "●达标"]
    formats = [sheet.cell(6, i).number_format for i in (2, 3, 5, 6)]
    assert formats == ["0.0%", "#,##0", '#,##0.00"元"', 'yyyy"年"m"月"d"日"']


def test_rounding_never_flips_a_verdict() -> None:
    near = b.Table(title="表", columns=(b.Column(label="率"),), rows=((b.Ratio(4986, 10000, limit=Fraction(1, 2)),),))
    cell = book(b.Heading("一"), near).worksheets[1].cell(6, 1)
    assert (cell.value, cell.number_format) == (0.4986, "0.0%")
    nearer = b.Table(title="表", columns=(b.Column(label="率"),), rows=((b.Ratio(4996, 10000, limit=Fraction(1, 2)),),))
    assert book(b.Heading("一"), nearer).worksheets[1].cell(6, 1).number_format == "0.00%"


@pytest.mark.parametrize(
    "typed", ["=1+1", "=cmd|'/c calc'!A0", "+86 000", "-1", "@SUM(A1)", "http://example.cn", "{=A1}"]
)
def test_what_a_user_typed_stays_text(typed: str) -> None:
    hostile = b.Table(title=typed, columns=(b.Column(label=typed),), rows=((b.Text(typed),),), note=typed)
    found = book(b.Heading("行动"), b.Notice(text="注", detail=typed), hostile)
    cells = [
        cell for sheet in found for row in sheet.iter_rows() for cell in row if cell.value and typed in str(cell.value)
    ]
    assert len(cells) >= 4
    assert {cell.data_type for cell in cells} == {"s"}


def test_one_sheet_an_action_tables_one_under_another() -> None:
    found = book(
        *(b.Heading("进展"), b.Heading("双报到", 2), table(title="甲表"), table(title="乙表")),
        *(b.Heading("业委会", 2), table(), b.Heading("空的", 2), b.Paragraph("没有表")),
    )
    assert found.sheetnames == ["报告", "（一）双报到", "（二）业委会"]
    titles = [row[0] for row in rows_of(found["（一）双报到"])]
    assert "甲表" in titles
    assert "乙表" in titles


def test_a_long_list_gets_its_own_sheet_and_the_action_says_where() -> None:
    found = book(b.Heading("行动"), table(title="指标"), table(70, title="整改台账"))
    assert found.sheetnames == ["报告", "一、行动", "整改台账"]
    own = found["整改台账"]
    assert own.freeze_panes == "B6"
    assert own.auto_filter.ref == "A5:G77"
    assert own.print_title_rows == "$5:$5"
    assert any("见工作表“整改台账”" in str(row[0]) for row in rows_of(found["一、行动"]))


def test_the_cover_tells_the_report_and_leads_to_every_table() -> None:
    found = book(b.Heading("行动"), b.Paragraph("完成", b.Ratio(25, 40)), table(), as_of=date(2024, 12, 31))
    told = [row[0] for row in rows_of(found["报告"])]
    assert told[:2] == ["情况报告", "（截至2024年12月31日）"]
    assert "　　完成62.5%（25/40）" in told
    links = [cell.hyperlink.location for row in found["报告"].iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'一、行动'!A1"]


def test_annexes_have_sheets() -> None:
    annexes = (b.Attachment(title="总表", blocks=(table(),)), b.Attachment(title="分表", blocks=(table(),)))
    assert book(attachments=annexes).sheetnames == ["报告", "附件1 总表", "附件2 分表"]


def test_demo_is_on_every_sheet() -> None:
    for sheet in book(b.Heading("行动"), table(), demo=True):
        assert "演示数据" in (sheet.oddHeader.right.text or "")
        assert "演示数据" in (sheet.oddFooter.right.text or "")
    for sheet in book(b.Heading("行动"), table(), demo=False, draft=False):
        assert not sheet.oddHeader.right.text


def test_sheet_names_are_what_excel_accepts() -> None:
    taken: set[str] = set()
    names = [
        sheet_name(title, taken) for title in ("a/b[c]:*?\\", "字" * 60, "字" * 60, "'引'", "History", "", "ABC", "abc")
    ]
    assert all(0 < len(name) <= 31 for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert not any(set(name) & set("[]:*?/\\") or name.strip("'") != name for name in names)
    assert "history" not in {name.lower() for name in names}


def test_long_text_is_cut_aloud_and_long_numbers_stay_exact() -> None:
    columns = (b.Column(label="文"), b.Column(label="数"))
    one = b.Table(title="表", columns=columns, rows=((b.Text("长" * 40_000), b.Number(350582199001011234)),))
    row = rows_of(book(b.Heading("行动"), one).worksheets[1])[5]
    assert str(row[0]).endswith("余下从略）")
    assert row[1] == "350,582,199,001,011,234"


def test_chart_is_native_and_a_gap_is_an_empty_cell() -> None:
    chart = b.Chart(
        title="图", labels=("一", "二"), series=(b.Series(label="线", values=(0.1, None)),), unit="%", target=0.6
    )
    found = book(b.Heading("行动"), chart)
    assert len(found["一、行动"]._charts) == 1
    assert found["图表数据"].sheet_state == "hidden"
    assert rows_of(found["图表数据"])[1:] == [["一", 0.1, 0.6], ["二", None, 0.6]]


def test_the_same_document_gives_the_same_bytes() -> None:
    document = b.Document(title="题", blocks=(b.Heading("行动"), table()), as_of=date(2024, 12, 31))
    assert render(document) == render(document)


def test_each_row_says_what_it_is_of_in_a_hidden_column() -> None:
    led = b.Text("甲", ref=b.Ref(kind="complex", key="12"))
    one = b.Table(
        title="台账",
        columns=(b.Column(label="小区"), b.Column(label="数")),
        rows=((led, b.Number(1)), (b.Text("无"), b.Number(2))),
    )
    sheet = book(b.Heading("行动", 1), one)["一、行动"]
    told = [sheet.cell(n, IDS + 1).value for n in (6, 7)]
    assert told == ["complex/12", None]
    letter = openpyxl.utils.get_column_letter(IDS + 1)
    assert sheet.column_dimensions[letter].hidden
