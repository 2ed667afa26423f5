"""The content of an uploaded file as a table of raw cells. Next: guard.py, which looks at a workbook before any parser does."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.say import Say
from core.services.foreign.bounds import (
    ABOUT,
    DAMAGED,
    FOREIGN,
    LISTS,
    MOST_COLUMNS,
    MOST_ROWS,
    NOTES,
    SIGNATURE,
    address,
    refuse,
)
from core.services.foreign.guard import Scan, check_workbook

ZIP = b"PK\x03\x04"
TOO_LARGE = Say("表格过大：最多 {n} 行、{m} 列，请拆分后上传", n=MOST_ROWS, m=MOST_COLUMNS)


@dataclass(frozen=True)
class Table:
    """``rows``: (number in the sheet, cells); blank rows are left out. ``notes``: what was not read, or should be seen."""

    rows: list[tuple[int, list[Any]]]
    key: str = ""
    notes: tuple[str, ...] = ()


def parse(data: bytes) -> Table:
    """The first visible sheet of an .xlsx, or a .csv; ``Invalid`` says in plain words why it can't be taken."""
    return _workbook(data) if data.startswith(ZIP) else _filled(_lines(data))


def _workbook(data: bytes) -> Table:
    import python_calamine as calamine  # noqa: PLC0415 - only who uploads a sheet needs it

    scan = check_workbook(data)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        listed = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
        visible = [s.name for s in listed if s.visible == calamine.SheetVisibleEnum.Visible]
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
    notes = _notes([s.name for s in listed], visible, wanted, scan)
    return _filled([[_cell(c) for c in row] for row in table], key, notes)


def _notes(names: list[str], visible: list[str], wanted: str, scan: Scan) -> tuple[str, ...]:
    """What a person who looks at the sheet does not see, or expects to be read and is not (A35)."""
    left = [n for n in names if n not in (NOTES, LISTS, ABOUT, wanted)]
    said = [
        Say("工作表“{s}”没有读取，只读取“{w}”", s=n, w=wanted)
        if n in visible
        else Say("隐藏的工作表“{s}”没有读取", s=n)
        for n in left[:20]
    ]
    if rows := scan.hidden_rows(wanted):
        said.append(Say("有 {n} 行是隐藏的（如第 {r} 行），也已读取，请核对", n=len(rows), r=rows[0]))
    return tuple(said)


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


def _filled(table: list[list[Any]], key: str = "", notes: tuple[str, ...] = ()) -> Table:
    rows = [(n, row) for n, row in enumerate(table, 1) if any(c != "" for c in row)]
    if not rows or rows[0][0] != 1:
        raise refuse(Say("第 1 行应为标题行，请使用下载的模板"))
    if rows[-1][0] > MOST_ROWS + 1 or max(len(row) for _, row in rows) > MOST_COLUMNS:
        raise refuse(TOO_LARGE)
    return Table(rows, key, notes)


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


def _lines(data: bytes) -> list[list[str]]:
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
    first = text[:10_000].partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    if text.count(delimiter) > MOST_ROWS * MOST_COLUMNS:
        raise refuse(TOO_LARGE)
    return _separated(text, delimiter)


def _separated(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([c.strip() for c in row])
            if len(rows) > MOST_ROWS + 1 or len(row) > MOST_COLUMNS:
                raise refuse(TOO_LARGE)
    except csv.Error:
        where = len(rows) + 1
        raise refuse(Say("第 {n} 行起读不出来：可能少了一个引号，或有超过 10 万字的单元格", n=where)) from None
    return rows
