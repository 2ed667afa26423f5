"""Rows in the layout they can come back in. Text is written as text whatever it begins with (A41); personal fields are masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from core.base.fields import Field
from core.base.window import TZ
from core.services.sheets.layout import STATE_HEADING, Model, is_record, key_text, shown
from core.services.sheets.template import Book
from core.services.work import Work


def export(work: Work, model: Model, key: str, rows: Iterable[Any], *, clear: bool = False) -> bytes:
    """A workbook of ``rows``, which the caller chose among those the actor may see. ``clear``: with personal values as they
    are, for who may and gave a reason (reveal.py)."""
    book = Book(work, model, key)
    after = len(book.fields) + 1
    extra = shown(model)
    book.mark(f"{work.actor.label} {work.now:%Y-%m-%d %H:%M} 导出")
    for column, label in enumerate([f.label for f in extra] + [STATE_HEADING] * is_record(model), after):
        book.heading(column, label)
    for number, row in enumerate(rows, 1):
        book.sheet.write_string(number, 0, key_text(row.id, row.version))
        for column, field in enumerate(book.fields, 1):
            value = getattr(row, field.name)
            if clear and field.personal and value:
                book.sheet.write_string(number, column, value, book.formats[field.name])
            else:
                put(book, number, column, field, value)
        for column, field in enumerate(extra, after):
            value = getattr(row, field.name)
            text = value or "" if clear and field.personal else cell_text(work, field, value)
            book.sheet.write_string(number, column, text, book.locked)
        if is_record(model):
            book.sheet.write_string(number, after + len(extra), model.workflow.state(row.state).label, book.locked)
    return book.close()


def put(book: Book, row: int, column: int, field: Field, value: Any) -> None:
    """One value in the form its kind has in a sheet; none leaves the cell blank."""
    if value is None or value == "" or value == []:
        return
    native = NATIVE.get(field.kind.name)
    if native is None or not native(book, row, column, value, book.formats[field.name]):
        book.sheet.write_string(row, column, cell_text(book.work, field, value), book.formats[field.name])


def cell_text(work: Work, field: Field, value: Any) -> str:
    """What stands in a text cell: what is shown, but whole tokens for files, so that they are known again."""
    shown = field.kind.show(value, work.look)
    if field.kind.name == "link":
        return f"{field.kind.text(value)} {shown}"
    return field.kind.text(value) if field.kind.name in ("photos", "origin") else shown


def _day(book: Book, row: int, column: int, value: Any, form: Any) -> bool:
    return bool(book.sheet.write_datetime(row, column, value, form) == 0)


def _moment(book: Book, row: int, column: int, value: Any, form: Any) -> bool:
    """Cells know minutes and no zone: seconds, where there are any, would come back as a change and stay text."""
    local = value.astimezone(TZ).replace(tzinfo=None)
    if local.second or local.microsecond:
        return bool(book.sheet.write_string(row, column, local.isoformat(sep=" "), form) == 0)
    return bool(book.sheet.write_datetime(row, column, local, form) == 0)


def _number(book: Book, row: int, column: int, value: Any, form: Any) -> bool:
    """Beyond 15 digits a cell would round: such a number is kept as text."""
    digits = len(Decimal(value).as_tuple().digits)
    if digits > 15:
        return bool(book.sheet.write_string(row, column, f"{value:f}", form) == 0)
    return bool(book.sheet.write_number(row, column, float(value), form) == 0)


NATIVE: Mapping[str, Callable[[Book, int, int, Any, Any], bool]] = {
    "day": _day,
    "moment": _moment,
    "integer": _number,
    "decimal": _number,
}
