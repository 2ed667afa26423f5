"""P7: 10,000 clean-ups from an .xlsx, read, compared, judged row by row and saved with both ledgers, against calamine +
one reused WTForms form of the same fields + one insert."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from bench.browser import Wire, link
from bench.line import Line, against, shown, times
from bench.world import START, TODAY, Made
from core.services import sheets
from core.services.permission.access import Actor
from core.services.sheets.layout import brought, heading
from core.services.store.db import sqlite_module
from core.services.writing.receipts import Receipt
from plugins.environment.records import SPOTS, Cleanup

KEY, ROWS = "environment.cleanup", 10_000
SHEET = Actor(login="bench-sheet", label="bench", role="system")


def run(made: Made) -> list[Line]:
    data = workbook(made, ROWS)
    floor = times(lambda: _floor(data), least=1, seconds=0)
    parts: dict[str, float] = {}
    value = times(lambda: _import(made, data, parts), least=1, seconds=0)
    rate = f"{ROWS / value:,.0f} rows/s; " + ", ".join(f"{k} {shown(v)}" for k, v in parts.items())
    return [against("P7", made.name, f"import of {ROWS:,} rows", value, floor, 2, rate)]


def workbook(made: Made, rows: int) -> bytes:
    """Clean-ups of many complexes, in the layout of the template, unlike any that is stored."""
    import xlsxwriter  # noqa: PLC0415

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, one in enumerate(brought(Cleanup)):
        sheet.write_string(0, column, heading(one))
    with made.platform.reading() as work:
        names = work.look.names(Cleanup.unit)
    units = [names[i] for i in made.mine] if made.size < 200 else list(names.values())
    span = (TODAY - START).days
    for row in range(1, rows + 1):
        values = {
            "complex_id": units[row % len(units)],
            "held_on": START + timedelta(days=row % span),
            "spots": "、".join(SPOTS[: 1 + row % 5]),
            "people": 10 + row % 40,
            "photos": made.photo,
            "note": f"第{row}次",
        }
        for column, one in enumerate(brought(Cleanup)):
            if one.name == "held_on":
                sheet.write_datetime(row, column, values[one.name], form)
            else:
                sheet.write(row, column, values[one.name])
    book.close()
    return target.getvalue()


def _import(made: Made, data: bytes, parts: dict[str, float]) -> None:
    """Everything an upload and its confirmation do; what was written is taken out again afterwards, untimed;
    the journal keeps its lines."""
    import time  # noqa: PLC0415

    marks = [time.perf_counter()]
    sheet = sheets.read(data, "bench.xlsx")
    marks.append(time.perf_counter())
    with made.platform.reading(SHEET) as work:
        plan = sheets.plan(work, Cleanup, KEY, sheet)
    marks.append(time.perf_counter())
    if plan.counts.get("new") != ROWS:
        raise RuntimeError(f"not all rows are new: {dict(plan.counts)} {plan.problems}")
    with made.platform.work(SHEET, source="sheet") as work:
        result = sheets.apply(work, Cleanup, KEY, plan)
        marks.append(time.perf_counter())
    marks.append(time.perf_counter())
    if result.created + result.repeated != ROWS:
        raise RuntimeError(f"{result.created} created, failed {result.failed[:2]}")
    names = ("read", "plan", "apply", "settle and commit")
    parts.update({n: b - a for n, a, b in zip(names, marks, marks[1:], strict=False)})
    _clean(made)


def _clean(made: Made) -> None:
    with made.platform.db.engine.begin() as connection:
        connection.execute(delete(Cleanup).where(Cleanup.created_by == SHEET.login))
        connection.execute(delete(Receipt).where(Receipt.subject == KEY))


class RowForm(Form):
    """The same six fields by hand."""

    complex_id = StringField(validators=[InputRequired(), Length(max=100)])
    held_on = DateField(validators=[InputRequired()])
    spots = SelectMultipleField(choices=[(s, s) for s in SPOTS], validators=[InputRequired()])
    people = IntegerField(validators=[InputRequired(), NumberRange(1, 5000)])
    photos = StringField(validators=[InputRequired()])
    note = StringField(validators=[Length(max=500)])


def _floor(data: bytes) -> None:
    import python_calamine  # noqa: PLC0415

    _names, *rows = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    form, good, fields = RowForm(), [], [f.name for f in brought(Cleanup)]
    for row in rows:
        form.process(MultiDict(_typed(dict(zip(fields, row, strict=True)))))
        if form.validate():
            good.append(tuple(str(v) for v in form.data.values()))
    if len(good) != ROWS:
        raise RuntimeError(f"floor: {len(good)} of {ROWS}")
    store = sqlite_module().connect(":memory:")
    store.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d, e, f)")
    store.executemany("INSERT INTO t (a, b, c, d, e, f) VALUES (?, ?, ?, ?, ?, ?)", good)
    store.commit()


def _typed(row: dict[str, Any]) -> list[tuple[str, str]]:
    spots = [("spots", s) for s in str(row.pop("spots")).split("、")]
    row["held_on"], row["people"] = str(row["held_on"])[:10], int(row["people"])
    return [*spots, *((k, str(v)) for k, v in row.items())]


def upload(wire: Wire, made: Made, data: bytes) -> None:
    """The same through the pages: upload, preview, confirm."""
    wire.enter(link(made.platform, "officer"))
    token, border = wire.token(f"/r/{KEY}/sheet"), "bench-border"
    head = f'--{border}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--{border}\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="bench.xlsx"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
    status, where, text = wire.ask(f"/sheet/{KEY}/upload", body=body, kind=f"multipart/form-data; boundary={border}")
    if status != 302:
        raise RuntimeError(f"upload: {status} {text[-400:]}")
    status, _, text = wire.ask(f"{where}/apply", {"csrf_token": token})
    if status != 302:
        raise RuntimeError(f"apply: {status} {text[-400:]}")
