"""What a sheet would do: every row compared with what is stored and judged by the rules of the one door, nothing written.

However many rows there are, the store is asked a few times only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.base.errors import Forbidden, Invalid, Problem
from core.base.fields import Field, read_all
from core.base.kinds_of_person import HIDDEN
from core.base.say import Say
from core.base.sealed import masked
from core.services.permission import rights
from core.services.sheets import stored
from core.services.sheets.headings import Columns, mapped
from core.services.sheets.layout import Model, address, is_record
from core.services.sheets.planned import CHANGED, CONFLICT, NEW, UNCHANGED, WRONG, Change, Flaw, Plan, PlannedRow
from core.services.sheets.reading import Line, Sheet
from core.services.work import Work
from core.services.writing import judging

KEY = re.compile(r"(\d{1,12}):(\d{1,9})")
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
NAMES = {"reference", "units", "link", "origin"}
TEXTS = {"text", "long_text", "personal", "id_number", "secret", "choice", "choices", "photos", "month", *NAMES}


def plan(work: Work, model: Model, key: str, sheet: Sheet) -> Plan:
    """What ``apply`` would do. A sheet as a whole in doubt (headings, another class) has ``problems`` and no rows."""
    if not is_record(model) and not work.actor.may(rights.REGISTRY):
        raise Forbidden(Say("只有系统管理员可以修改基础信息"))
    columns = mapped(model, sheet)
    problems = columns.problems
    if sheet.key and sheet.key != key:
        problems = (Flaw("", "", Say("这份表不是“{l}”的表，请选择对应的表", l=model.label)), *problems)
    rows = () if problems else tuple(_Planner(work, model, key, sheet, columns).rows())
    return Plan(key, sheet.name, sheet.digest, sheet.headings, problems, sheet.notes, rows)


def given(field: Field, cell: Any) -> Any:
    """A cell as the field's kind reads it; ``ValueError`` for numbers a spreadsheet has already spoilt."""
    if field.kind.name in TEXTS:
        if isinstance(cell, float) and abs(cell) >= 1e15:
            raise ValueError(Say("数字超过 15 位，末尾已失真：请把单元格格式设为“文本”后重新填写"))
        return str(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell
    if field.kind.name == "day" and isinstance(cell, str) and STAMP.fullmatch(cell):
        return cell[:10]
    return cell


def same(one: Any, other: Any) -> bool:
    return one == other or (one in (None, "", []) and other in (None, "", []))


class _Planner:
    def __init__(self, work: Work, model: Model, key: str, sheet: Sheet, columns: Columns) -> None:
        self.work, self.model, self.columns, self.sheet = work, model, columns, sheet
        self.key, self.slug = key, key.partition(".")[0]
        self.seen: dict[int, int] = {}
        self.values: dict[int, dict[str, Any]] = {}  # of new rows, to find their twins
        ids = {int(m[1]) for line in sheet.rows if (m := KEY.fullmatch(self._key(line)))}
        self.rows_by_id = stored.by_id(work, model, self.slug, ids)
        self.ids_by_name = {} if is_record(model) else {u.name: u.id for u in self.rows_by_id.values()}
        files = [c for c, f in columns.fields.items() if f.kind.name == "photos"]
        tokens = {t for line in sheet.rows for c in files for t in re.split(r"[、,，\s]+", str(_at(line, c))) if t}
        work.look.know_files(tokens)

    def rows(self) -> Iterator[PlannedRow]:
        found = [self._row(line) for line in self.sheet.rows if self._filled(line)]
        plan = Plan(self.key, "", self.sheet.digest)
        receipts = {plan.receipt(r.number): r.number for r in found if r.kind == NEW}
        repeated = {receipts[k]: Say("这份文件的这一行已导入过") for k in stored.received(self.work, list(receipts))}
        fresh = {n: v for n, v in self.values.items() if n not in repeated}
        if is_record(self.model):
            for number, twin in stored.twins(self.work, self.model, fresh, self._names).items():
                repeated[number] = Say("与已有记录（编号 {i}）完全相同", i=twin)
        for row in found:
            if row.kind == NEW and row.number in repeated:
                yield PlannedRow(row.number, UNCHANGED, note=repeated[row.number])
            else:
                yield row

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.columns.fields.values())

    def _key(self, line: Line) -> str:
        return str(_at(line, self.columns.key)).strip() if self.columns.key >= 0 else ""

    def _filled(self, line: Line) -> bool:
        return any(_at(line, c) != "" for c in self.columns.fields)

    def _row(self, line: Line) -> PlannedRow:
        flaws: list[Flaw] = []
        raw: dict[str, Any] = {}
        for column, field in self.columns.fields.items():
            try:
                raw[field.name] = given(field, _at(line, column))
            except ValueError as error:
                flaws.append(Flaw(address(line.number, column), field.label, error.args[0]))
        found, version, doubt = self._stored(line, raw)
        if doubt:
            flaws.insert(0, Flaw(f"第 {line.number} 行", "", doubt))
        raw, masks = _unmasked(self.columns, line, raw, found)
        flaws.extend(masks)
        if flaws:
            return PlannedRow(line.number, WRONG, flaws=tuple(flaws), cells=line.cells)
        try:
            return self._new(line, raw) if found is None else self._existing(line, raw, found, version)
        except (Invalid, Forbidden) as error:
            return PlannedRow(line.number, WRONG, flaws=tuple(self._flaws(line, error)), cells=line.cells)

    def _stored(self, line: Line, raw: Mapping[str, Any]) -> tuple[Any, int, Say | None]:
        """The row this line speaks of, the version it was exported with, and what speaks against it."""
        text = self._key(line)
        match = KEY.fullmatch(text)
        if text and match is None:
            return None, 0, Say("行标识被改动，请重新导出；新增请填在空白行")
        record_id = int(match[1]) if match else self.ids_by_name.get(str(raw.get("name", "")))
        if record_id is None:
            return None, 0, None
        found = self.rows_by_id.get(record_id)
        if found is None:
            return None, 0, Say("找不到这条记录，可能已被删除")
        if record_id in self.seen:
            return None, 0, Say("与第 {n} 行是同一条记录；新增请填在空白行，不要复制已有的行", n=self.seen[record_id])
        self.seen[record_id] = line.number
        return found, int(match[2]) if match else found.version, None

    def _new(self, line: Line, raw: Mapping[str, Any]) -> PlannedRow:
        filled = {n: v for n, v in raw.items() if v != ""}
        values = self._judged(None, filled)
        self.values[line.number] = values
        if not is_record(self.model):
            name = values["name"]
            if name in self.ids_by_name:
                raise Invalid([Problem("name", Say("与本表另一行重名"))])
            self.ids_by_name[name] = -line.number
        return PlannedRow(line.number, NEW, raw=filled)

    def _existing(self, line: Line, raw: Mapping[str, Any], found: Any, version: int) -> PlannedRow:
        before = found.values()
        fields = [f for f in self.columns.fields.values() if f.name in raw]
        values, problems = read_all(fields, dict(raw), self.work.look, self.work.today)
        if problems:
            raise Invalid(problems)
        differing = [f for f in fields if not same(values[f.name], before[f.name])]
        if not differing:
            return PlannedRow(line.number, UNCHANGED, found.id, found.version)
        changed = {f.name: raw[f.name] for f in differing}
        self._judged(found, {**before, **changed})
        look = self.work.look
        changes = tuple(
            Change(f.name, f.label, f.kind.show(before[f.name], look), f.kind.show(values[f.name], look))
            for f in differing
        )
        kind = CHANGED if version == found.version else CONFLICT
        return PlannedRow(line.number, kind, found.id, found.version, changed, changes)

    def _judged(self, found: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
        if is_record(self.model):
            return judging.judged(self.work, self.slug, self.model, found, raw)
        values, problems = read_all(self.model.fields(), dict(raw), self.work.look, self.work.today)
        problems = problems or list(self.model(**values).check(self.work.look))
        if problems:
            raise Invalid(problems)
        return values

    def _flaws(self, line: Line, error: Invalid | Forbidden) -> Iterator[Flaw]:
        unit = self.model.unit.column if is_record(self.model) else ""
        problems = error.problems if isinstance(error, Invalid) else (Problem(unit, str(error)),)
        for problem in problems:
            column = self.columns.column_of(problem.field)
            if column is not None and self.columns.fields[column].kind.name == "photos":
                problem = replace(problem, text=Say("每条都要附照片，表格里附不了：请在网页上填报这一条"))
            if column is None:
                yield Flaw(f"第 {line.number} 行", "", problem.text)
            else:
                yield Flaw(address(line.number, column), self.columns.fields[column].label, problem.text)


def _at(line: Line, column: int) -> Any:
    return line.cells[column] if column < len(line.cells) else ""


def _unmasked(columns: Columns, line: Line, raw: Mapping[str, Any], found: Any) -> tuple[dict[str, Any], list[Flaw]]:
    """Without what an export did not give away: a masked cell left alone changes nothing, nor does a blank photo cell."""
    kept, flaws = dict(raw), []
    for column, field in columns.fields.items():
        value = kept.get(field.name)
        if field.kind.name == "photos" and found is not None and value == "":
            del kept[field.name]
        if field.personal and isinstance(value, str) and ("*" in value or value == HIDDEN):
            if found is not None and value in (masked(getattr(found, field.name)), HIDDEN):
                del kept[field.name]
            else:
                text = Say("含有打码的星号，请填写完整内容")
                flaws.append(Flaw(address(line.number, column), field.label, text))
    return kept, flaws
