"""Bad files are refused fast, with little memory, and in words that say what to do (reliability.md A32-A36)."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core.base.errors import Invalid
from core.services import sheets
from core.services.foreign import child
from core.services.foreign.parsing import parse
from core.services.sheets import reading
from core.testing import at, small_platform

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
RELS = "xl/_rels/workbook.xml.rels"
MAIN = "xl/worksheets/sheet1.xml"


def good() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["小区", "参加人数"])
    sheet.write_row(1, 0, ["示例小区01", 12])
    book.close()
    return out.getvalue()


def with_part(name: str, content: bytes, data: bytes | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data or good())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        new.writestr(name, content)
    return out.getvalue()


def body(xml: str) -> bytes:
    return with_part(MAIN, SHEET.format(xml).encode())


def merged() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().merge_range(0, 1, 0, 3, "参加人数")
    book.close()
    return out.getvalue()


def lying_header() -> bytes:
    """A member that claims ten bytes and unpacks to 200 MB."""
    data = bytearray(with_part("xl/media/a.png", b"\0" * 200_000_000))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rfind(mark)
        data[place + offset : place + offset + 4] = (10).to_bytes(4, "little")
    return bytes(data)


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
LONG = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    + b"x" * 1_000_000
    + b"</t></si></sst>"
)
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "空的"),
    "exe": (lambda: b"MZ" + b"\0" * 5000, "不是 Excel"),
    "html": (lambda: b"<html><table>", "不是 Excel"),
    "ole": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "加密"),
    "truncated": (lambda: good()[:-200], "损坏"),
    "docx": (lambda: with_part("word/document.xml", b"<a/>", zipped({"[Content_Types].xml": b"<a/>"})), "不是 Excel"),
    "macro": (lambda: with_part("xl/vbaProject.bin", b"x"), "宏"),
    "merged": (merged, "B1:D1"),
    "far": (lambda: body(FAR), "XFD1048576"),
    "rows": (lambda: body("<row><c><v>1</v></c></row>" * 30_000), "超出范围"),
    "columns": (lambda: body("<row>" + "<c><v>1</v></c>" * 300 + "</row>"), "GS1"),
    "error": (lambda: body('<row r="1"><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'), "C1 的公式"),
    "uncomputed": (lambda: body('<row r="2"><c r="B2"><f>1+1</f></c></row>'), "B2 的公式"),
    "doctype": (lambda: with_part(MAIN, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "DTD"),
    "bomb": (lambda: with_part("xl/media/a.png", b"\0" * 300_000_000), "100 MB"),
    "lying": (lying_header, "文件"),
    "sheet elsewhere": (
        lambda: with_part(RELS, zipfile.ZipFile(io.BytesIO(good())).read(RELS).replace(b"sheet1.xml", b"sheet1.png")),
        "损坏",
    ),
    "one long text many times": (
        lambda: with_part("xl/sharedStrings.xml", LONG, body('<row><c t="s"><v>0</v></c></row>' * 5000)),
        "文字内容过多",
    ),
    "other case": (lambda: with_part("xl/worksheets/Sheet1.XML", SHEET.format(FAR).encode()), "损坏"),
    "strange reference": (lambda: body('<row r="1"><c r="AAAAAAAAAAAAAAA1"><v>1</v></c></row>'), "损坏"),
    "endless comment": (lambda: with_part(MAIN, b"<a><!--" + b"x" * 20_000_000 + b"--></a>"), "损坏"),
    "endless value": (lambda: with_part(MAIN, b'<a b="' + b"x" * 20_000_000 + b'"/>'), "损坏"),
    "endless attributes": (
        lambda: with_part(MAIN, b"<a " + b"".join(b'b%d="x" ' % i for i in range(1_000_000)) + b"/>"),
        "损坏",
    ),
    "endless merges": (lambda: body("</sheetData>" + '<mergeCell ref="A1:B2"/>' * 20_000 + "<sheetData>"), "过多"),
    "not well formed": (lambda: with_part(MAIN, b"<worksheet><c r='A1' x=\"<\"></worksheet>"), "损坏"),
}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_plain_words(case: str) -> None:
    make, words = BAD[case]
    data = make()
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(Invalid, match=words):
        sheets.read(data, "上报.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.perf_counter() - began < 3 and peak < 100_000_000


def test_good_and_decorated_files_pass() -> None:
    sheet = sheets.read(body('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>'), "a.xlsx")
    assert sheet.headings == ("1",)
    assert sheets.read(good(), "a.XLSX.exe").rows[0].cells == ("示例小区01", 12)


CSV = {
    "wide": (b"," * 5000, "200 列"),
    "commas": (b"," * 9_000_000, "200 列"),
    "long": (b"a,b\n" * 30_000, "20000 行"),
    "open quote": ('小区,备注\n甲,"'.encode() + b"x" * 10_000_000, "第 2 行起"),
    "no text": (b"\xff\xfe\x81", "编码"),
    "binary": (b"a,b\x00", "不是 Excel"),
}


@pytest.mark.parametrize("case", CSV)
def test_bad_tables_of_text_are_refused(case: str) -> None:
    data, words = CSV[case]
    with pytest.raises(Invalid, match=words):
        sheets.read(data, "a.csv")


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everything is read in a child, however small."""
    monkeypatch.setattr(reading, "SMALL", 0)
    return monkeypatch


@pytest.mark.parametrize("data", [good(), "小区,甲\n乙,１".encode()], ids=["xlsx", "csv"])
def test_a_child_reads_the_same(data: bytes) -> None:
    assert child.parse_apart(data) == parse(data)


def test_a_child_refuses_in_the_same_words(apart: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="XFD1048576"):
        sheets.read(body(FAR), "a.xlsx")


def test_a_child_that_takes_too_long_or_dies_is_a_refusal(apart: pytest.MonkeyPatch) -> None:
    with apart.context() as slow:
        slow.setattr(child, "SECONDS", 0.001)
        with pytest.raises(Invalid, match="内容过多"):
            sheets.read(good(), "a.xlsx")
    apart.setattr(child.sys, "executable", "/bin/false")
    with pytest.raises(Invalid, match="内容过多"):
        sheets.read(good(), "a.xlsx")


def test_a_child_gets_no_more_memory_than_its_limit() -> None:
    """Cells within every count, but more of them than a child may hold: the kernel ends it, not us."""
    code = "import sys;from core.services.foreign import child;child.MEMORY=60_000_000;sys.exit(child.main())"
    wide = body("".join("<row>" + "<c><v>1</v></c>" * 150 + "</row>" for _ in range(15_000)))
    done = subprocess.run([sys.executable, "-c", code], input=wide, capture_output=True, check=False)
    assert done.returncode != 0


def test_hidden_rows_and_sheets_are_reported() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, more, secret = (book.add_worksheet(n) for n in ("数据", "其他", "底稿"))
    secret.hide()
    for row in range(4):
        sheet.write_row(row, 0, ["小区", "人数"])
    sheet.set_row(2, None, None, {"hidden": True})
    more.write(0, 0, 1)
    book.close()
    read = sheets.read(out.getvalue(), "a.xlsx")
    assert len(read.rows) == 3
    assert list(read.notes) == [
        "工作表“其他”没有读取，只读取“数据”",
        "隐藏的工作表“底稿”没有读取",
        "有 1 行是隐藏的（如第 3 行），也已读取，请核对",
    ]


def test_dates_of_1904_are_the_same_days() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["日期"])
    book.active.append([date(2024, 11, 15)])
    out = io.BytesIO()
    book.save(out)
    assert sheets.read(out.getvalue(), "a.xlsx").rows[0].cells == ("2024-11-15",)


def test_headings_are_mapped_or_named_never_shifted(tmp_path: Path) -> None:
    platform = small_platform(tmp_path)
    model = platform.catalog.records["environment.cleanup"]
    text = "小区,小区*,人数,重点部位,,清扫前后照片\r\n示例小区01,示例小区01,5,出入口,x,demo".encode()
    with platform.reading(now=at(date(2024, 11, 20))) as work:
        plan = sheets.plan(work, model, "environment.cleanup", sheets.read(text, "a.csv"))
    assert plan.rows == ()
    assert [f.address for f in plan.problems] == ["B1", "C1", "E1", "第 1 行", "第 1 行", "第 1 行"]


def test_wrong_cells_are_named(tmp_path: Path) -> None:
    platform = small_platform(tmp_path)
    model = platform.catalog.records["environment.cleanup"]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["小区", "清扫日期", "参加人数", "重点部位", "清扫前后照片", "备注"])
    sheet.write_row(1, 0, ["示例小区99", "2024-12-01", -1, "屋顶", "", 350582199001010016])
    sheet.write_row(3, 0, ["示例小区01", "2024-11-10", 5, "出入口", "demo", 12])
    book.close()
    with platform.reading(now=at(date(2024, 11, 20))) as work:
        plan = sheets.plan(work, model, "environment.cleanup", sheets.read(out.getvalue(), "a.xlsx"))
    (wrong,) = plan.of("wrong")
    assert wrong.flaws[0].address == "F2" and "15 位" in wrong.flaws[0].text
    assert [(r.number, r.raw and r.raw["note"]) for r in plan.of("new")] == [(4, "12")]
    with platform.reading(now=at(date(2024, 11, 20))) as work:
        sheet_ = sheets.read(out.getvalue(), "a.xlsx")
        lines = tuple(sheets.Line(x.number, x.cells[:5]) for x in sheet_.rows)
        cut = sheets.Sheet(sheet_.name, sheet_.digest, sheet_.headings[:5], lines)
        plan = sheets.plan(work, model, "environment.cleanup", cut)
    assert [f.address for f in plan.of("wrong")[0].flaws] == ["A2", "B2", "D2", "C2", "E2"]
