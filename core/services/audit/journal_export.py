"""The journal of some days for whoever checks it elsewhere: .jsonl as it stands, digests included, or .xlsx to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import IO, Any

import xlsxwriter
from sqlalchemy import ColumnElement, func, select

from core.base.window import end_of
from core.services.audit import journal, journal_chain
from core.services.audit.journal_row import JournalEntry
from core.services.work import Work

HEADINGS = {
    "id": "序号",
    "at": "时间",
    "login": "账号",
    "actor": "人员",
    "source": "来源",
    "address": "地址",
    "verb": "操作",
    "subject": "种类",
    "subject_id": "记录编号",
    "unit_kind": "单位类型",
    "unit_id": "单位编号",
    "changes": "变化",
    "digest": "校验码",
}
FORMATS = ("xlsx", "jsonl")


def export(
    work: Work, since: date, until: date, form: str, out: IO[bytes], going: Callable[[int], bool] = lambda _many: True
) -> int:
    """Write the lines of both days and between to ``out`` in ``form``; how many. Kept in the journal by ``told``. ``going``:
    told after each line how many there are so far, it says whether to go on."""
    return _WRITERS[form](_while(going, _rows(work, since, until)), out)


def count(work: Work, since: date, until: date) -> int:
    return work.session.scalar(select(func.count()).select_from(JournalEntry).where(*_between(since, until))) or 0


def told(work: Work, since: date, until: date, many: int) -> None:
    """That so many lines of these days were taken out, as a line of their own."""
    span = {"since": [None, since.isoformat()], "until": [None, until.isoformat()]}
    journal.write(work, "export", journal_chain.SUBJECT, None, {"count": [None, many]} | span)


def _rows(work: Work, since: date, until: date) -> Iterator[dict[str, Any]]:
    columns = [getattr(JournalEntry, name) for name in HEADINGS]
    rows = select(*columns).where(*_between(since, until)).order_by(JournalEntry.id).execution_options(yield_per=2000)
    for row in work.session.execute(rows).mappings():
        yield {**row, "at": row["at"].isoformat()}


def _between(since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    return JournalEntry.at > end_of(since - timedelta(days=1)), JournalEntry.at <= end_of(until)


def _while(going: Callable[[int], bool], rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for many, row in enumerate(rows, 1):
        yield row
        if not going(many):
            return


def _jsonl(rows: Iterator[dict[str, Any]], out: IO[bytes]) -> int:
    many = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        many += 1
    return many


def _xlsx(rows: Iterator[dict[str, Any]], out: IO[bytes]) -> int:
    """Every cell is text, whatever it begins with (A41)."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet, many = book.add_worksheet("操作日志"), 0
    for column, heading in enumerate(HEADINGS.values()):
        sheet.write_string(0, column, heading)
    for many, row in enumerate(rows, 1):
        for column, name in enumerate(HEADINGS):
            value = row[name]
            text = json.dumps(value, ensure_ascii=False) if name == "changes" else "" if value is None else str(value)
            sheet.write_string(many, column, text[:32_767])
    book.close()
    return many


_WRITERS = {"xlsx": _xlsx, "jsonl": _jsonl}
