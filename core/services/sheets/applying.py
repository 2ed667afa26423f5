"""Doing what was planned, in the caller's one unit of work, and handing back what was not done."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from core.base.errors import ActionsError, Forbidden, Invalid, KeyReused, NotFound, Problem, Stale
from core.base.say import Say
from core.services.sheets.layout import KEY_HEADING, REASON_HEADING, Model, is_record, plain
from core.services.sheets.planned import CHANGED, CONFLICT, NEW, WRONG, Flaw, Plan, PlannedRow
from core.services.work import Work
from core.services.writing import many, registry

SAID = 20  # failed rows named in one message


@dataclass(frozen=True)
class Result:
    """``repeated``: rows this very file had brought before; ``failed``: what could not be done any more, by row."""

    created: int = 0
    changed: int = 0
    repeated: int = 0
    left: int = 0
    failed: tuple[Flaw, ...] = ()
    ids: tuple[int, ...] = ()


def apply(
    work: Work, model: Model, key: str, plan: Plan, chosen: Collection[int] | None = None, *, whole: bool = False
) -> Result:
    """Save the new and the changed rows, or of them those ``chosen`` by number; a conflict only if it is chosen, and then
    the sheet's word holds, unless the record was changed once more since the preview. ``whole``: if one of the rows can't be
    taken any more, ``Invalid`` names it and the unit of work is undone, so that nothing is kept."""
    if plan.problems:
        raise Invalid([Problem("", f.text) for f in plan.problems])
    if plan.key != key:
        raise Invalid([Problem("", Say("这份预览不属于此表，请重新上传"))])
    rows = [r for r in plan.rows if _wanted(r, chosen)]
    entries = [
        many.Entry(r.raw or {}, r.record_id, r.version, plan.receipt(r.number) if r.kind == NEW else None) for r in rows
    ]
    done = many.save_many(work, key, entries) if is_record(model) else _register(work, model, entries)
    result = _result(plan, rows, done)
    if whole and result.failed:
        raise Invalid([Problem("", Say("{a}：{t}", a=f.address, t=f.text)) for f in result.failed[:SAID]])
    return result


def _wanted(row: PlannedRow, chosen: Collection[int] | None) -> bool:
    if row.kind == CONFLICT:
        return chosen is not None and row.number in chosen
    return row.kind in (NEW, CHANGED) and (chosen is None or row.number in chosen)


def _register(work: Work, model: Model, entries: list[many.Entry]) -> list[many.Done | ActionsError]:
    """Units one by one: there are few, and each may move who is counted where."""
    done: list[many.Done | ActionsError] = []
    for entry in entries:
        try:
            unit = registry.save(work, model, entry.raw, unit_id=entry.record_id, version=entry.version)
            done.append(many.Done(unit.id))
        except ActionsError as error:
            done.append(error)
    return done


def _result(plan: Plan, rows: list[PlannedRow], done: list[many.Done | ActionsError]) -> Result:
    pairs = list(zip(rows, done, strict=True))
    saved = [(r, d) for r, d in pairs if isinstance(d, many.Done)]
    fresh = [(r, d) for r, d in saved if not d.repeated]
    failed = [Flaw(f"第 {r.number} 行", "", reason(d)) for r, d in pairs if isinstance(d, ActionsError)]
    return Result(
        created=sum(r.kind == NEW for r, _ in fresh),
        changed=sum(r.kind != NEW and d.changed for r, d in fresh),
        repeated=len(saved) - len(fresh),
        left=len(plan.rows) - len(rows),
        failed=tuple(failed),
        ids=tuple(d.record_id for _, d in saved),
    )


def reason(error: ActionsError) -> str:
    """Why a row was not taken, in the user's words."""
    if isinstance(error, Invalid):
        return "；".join(str(p.text) for p in error.problems)
    if isinstance(error, Stale):
        return Say("预览之后又被他人修改，请重新上传核对")
    if isinstance(error, NotFound):
        return Say("找不到这条记录，可能已被删除")
    if isinstance(error, KeyReused):
        return Say("这份文件的这一行已导入过其他内容")
    return str(error) if isinstance(error, Forbidden) else Say("未能保存，请稍后再试")


def to_mend(plan: Plan) -> bytes:
    """The wrong rows as they were uploaded, each with its reasons in a last column; it can be mended and uploaded."""
    import xlsxwriter  # noqa: PLC0415 - only who downloads a sheet needs it

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet, bold, red = (
        book.add_worksheet("待修改"),
        book.add_format({"bold": True}),
        book.add_format({"font_color": "red"}),
    )
    texts = book.add_format({"num_format": "@"})
    headings = [h for h in plan.headings if plain(h) != plain(REASON_HEADING)]
    places = [c for c, h in enumerate(plan.headings) if plain(h) != plain(REASON_HEADING)]
    for column, text in enumerate(headings):
        sheet.write_string(0, column, text, bold)
        sheet.set_column(column, column, 18, texts, {"hidden": plain(text) == plain(KEY_HEADING)})
    sheet.write_string(0, len(headings), REASON_HEADING, bold)
    sheet.set_column(len(headings), len(headings), 60)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(plan.of(WRONG), 1):
        for column, place in enumerate(places):
            _write(sheet, number, column, row.cells[place] if place < len(row.cells) else "", texts)
        sheet.write_string(number, len(headings), "；".join(_said(f) for f in row.flaws), red)
    book.close()
    return target.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, texts: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value != "":
        sheet.write_string(row, column, ("是" if value else "否") if isinstance(value, bool) else str(value), texts)


def _said(flaw: Flaw) -> str:
    return f"{flaw.address} {flaw.label}：{flaw.text}" if flaw.label else f"{flaw.address}：{flaw.text}"
