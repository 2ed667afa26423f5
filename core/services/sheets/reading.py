"""An uploaded file as headings and rows of raw cells, judged by its content and never by its name alone."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.say import Say
from core.services.sheets.guard import DAMAGED, FOREIGN, MOST_BYTES, check_workbook, refuse
from core.services.sheets.layout import ABOUT, MOST_COLUMNS, MOST_ROWS, NOTES, SIGNATURE, address

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Line:
    """One row of a sheet by its number in it (the heading is 1); ``cells`` are JSON values, blank ones ''."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """What a file brought. ``key``: the class it was made for, if it says so; ``notes``: what was not read."""

    name: str
    digest: str
    headings: tuple[str, ...]
    rows: tuple[Line, ...]
    key: str = ""
    notes: tuple[str, ...] = ()


def read(data: bytes, name: str) -> Sheet:
    """The first visible sheet of an .xlsx, or a .csv; ``Invalid`` says in plain words why a file can't be taken."""
    if not data:
        raise refuse(Say("文件是空的（0 字节），请重新选择"))
    if len(data) > MOST_BYTES:
        raise refuse(Say("文件超过 {n} MB，请拆分后上传", n=MOST_BYTES // 1024 // 1024))
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(OLE):
        raise refuse(Say("这是加密的文件或旧版 .xls，请取消密码并另存为 .xlsx 后上传"))
    if data.startswith(ZIP):
        return _workbook(data, name, digest)
    if name.lower().endswith((".csv", ".txt")):
        return _made(name, digest, _table(data))
    raise refuse(DAMAGED if data.startswith(b"PK") else FOREIGN)


def _workbook(data: bytes, name: str, digest: str) -> Sheet:
    import python_calamine as calamine  # noqa: PLC0415 - only who uploads a sheet needs it

    scan = check_workbook(data)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        visible = [
            s.name
            for s in book.sheets_metadata
            if s.visible == calamine.SheetVisibleEnum.Visible and s.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        wanted = next((n for n in visible if n != NOTES), None)
        if wanted is None:
            raise refuse(Say("文件里没有可读取的工作表"))
        if spoilt := scan.spoilt(wanted):
            raise refuse(Say("单元格 {a} 的公式没有结果，请改为数值，或用 Excel、WPS 打开保存后再上传", a=spoilt))
        sheet = book.get_sheet_by_name(wanted)
        merged = sheet.merged_cell_ranges or []
        table = sheet.to_python(skip_empty_area=False)
        key = _key(book) if ABOUT in book.sheet_names else ""
    except calamine.CalamineError:
        raise refuse(DAMAGED) from None
    _refuse_merged(merged)
    notes = tuple(Say("工作表“{s}”没有读取，只读取“{w}”", s=n, w=wanted) for n in visible if n not in (NOTES, wanted))
    return _made(name, digest, [[_cell(c) for c in row] for row in table], key, notes)


def _key(book: Any) -> str:
    about = book.get_sheet_by_name(ABOUT).to_python(skip_empty_area=False, nrows=1)
    signed = bool(about) and len(about[0]) > 1 and about[0][0] == SIGNATURE
    return str(about[0][1]) if signed else ""


def _refuse_merged(ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A merged cell leaves its neighbours blank: a heading would lose its column, a row its values."""
    if ranges:
        (row, column), (last_row, last_column) = min(ranges)
        where = f"{address(row + 1, column)}:{address(last_row + 1, last_column)}"
        place = "标题行" if row == 0 else "数据行"
        raise refuse(Say("{p}有合并单元格（{a}），请取消合并后再上传", p=place, a=where))


def _made(name: str, digest: str, table: list[list[Any]], key: str = "", notes: tuple[str, ...] = ()) -> Sheet:
    lines = [Line(n, tuple(row)) for n, row in enumerate(table, 1) if any(c != "" for c in row)]
    if not lines or lines[0].number != 1:
        raise refuse(Say("第 1 行应为标题行，请使用下载的模板"))
    width = max(len(line.cells) for line in lines)
    if lines[-1].number > MOST_ROWS + 1 or width > MOST_COLUMNS:
        raise refuse(Say("表格过大：最多 {n} 行、{m} 列，请拆分后上传", n=MOST_ROWS, m=MOST_COLUMNS))
    headings = tuple(str(c) for c in lines[0].cells)
    return Sheet(name, digest, headings, tuple(lines[1:]), key, notes)


def _cell(value: Any) -> Any:
    """A cell as a JSON value. A number beyond 15 digits stays a float, so that a text column can refuse it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.15g}")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, time | timedelta) else value


def _table(data: bytes) -> list[list[str]]:
    """Rows of a .csv: UTF-8 with or without a mark, else GB18030 as Chinese Excel writes it."""
    if b"\x00" in data or data.startswith((b"MZ", b"%PDF", b"\x7fELF")):
        raise refuse(FOREIGN)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise refuse(Say("无法识别文字编码，请另存为 .xlsx 后上传")) from None
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([c.strip() for c in row])
            if len(rows) > MOST_ROWS + 1:
                raise refuse(Say("表格过大：最多 {n} 行、{m} 列，请拆分后上传", n=MOST_ROWS, m=MOST_COLUMNS))
    except csv.Error:
        raise refuse(DAMAGED) from None
    return rows
