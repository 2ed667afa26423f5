"""What a write must pass before anything is written: its values read, derived and checked across fields and records, the
person permitted, the step allowed. The same for page, sheet, API, reaction and demo. Next: records.py."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import select

from core.base.declared import Declared
from core.base.errors import Forbidden, Invalid, Problem
from core.base.fields import Field, read_all
from core.base.kinds_of_link import LinkKind
from core.base.record import Record
from core.base.say import Say
from core.base.typed_text import plain_text
from core.base.workflow import LEAD, Transition
from core.kernel.catalog import record_key
from core.services.permission import access, filing, pointed
from core.services.photos import alike
from core.services.work import Work
from core.services.writing import judges, partial


def judged(
    work: Work, slug: str, model: type[Record], record: Record | None, raw: Mapping[str, Any], reason: str = ""
) -> dict[str, Any]:
    """What would be saved of ``raw`` (all of a record): read, checked, permitted; raises like ``save`` and writes nothing."""
    spoken("reason", reason)
    values = _read(work, slug, model, raw, record, reason)
    closed = record is not None and record.state not in model.workflow.editable
    if record is not None and closed and work.source not in ("demo", "reaction"):
        state = model.workflow.state(record.state).label
        raise Invalid([Problem("", Say("这条记录已是“{s}”，不能直接修改；请先由牵头部门退回", s=state))])
    return values


def typed(work: Work, model: type[Record], before: Mapping[str, Any], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """``raw`` without what no person may type (a step's and a derived field's values stay what they are) and without
    personal values that came back masked."""
    if not before:
        return raw
    fixed = {f.name for f in model.fields() if f.name in raw and f.untouched(raw[f.name], before.get(f.name))}
    if work.actor.role != access.SYSTEM:
        fixed |= {f.name for f in model.fields() if not f.filed}
    return {n: v for n, v in raw.items() if n not in fixed}


def spoken(field: str, text: str) -> None:
    """A reason or a remark is text that every page and file can hold; ``Invalid`` otherwise."""
    try:
        plain_text(text)
    except ValueError as error:
        raise Invalid([Problem(field, error.args[0])]) from None


def _read(
    work: Work, slug: str, model: type[Record], raw: Mapping[str, Any], record: Record | None, reason: str
) -> dict[str, Any]:
    opening = record is None
    fields = _filed(model) if opening else model.fields()
    known = {f.name for f in fields}
    wanted = {n: v for n, v in raw.items() if n in known or n not in {f.name for f in model.fields()}}
    if not opening:  # what a later step fills in is not demanded of a correction
        fields = tuple(f for f in fields if f.filed or raw.get(f.name) not in (None, ""))
        wanted = {n: v for n, v in wanted.items() if n in {f.name for f in fields} or n not in known}
    values, problems = read_all(fields, wanted, work.look, work.today)
    if not opening:  # what a step had filled in and the system empties
        values |= {f.name: None for f in model.fields() if not f.filed and raw.get(f.name, "") is None}
    before = {} if record is None else record.values()
    problems += pointed.problems(work, fields, wanted, before, values)
    if not problems and model.follows:
        values[model.unit.column] = _followed(work, model, values)
    if problems:
        problems += _besides(work, slug, model, record, {**before, **values}, {p.field for p in problems})
    else:
        permit(work, slug, model, record, values)  # before anything is said that other records know of the unit
        state = model.workflow.start if record is None else record.state
        values, problems = _complete(work, slug, model, values, record, state)
        problems += alike.problems(work, model, record, values)
    if problems and not (reason.strip() and all(p.warning for p in problems)):
        raise Invalid(problems)
    return values


def _besides(
    work: Work,
    slug: str,
    model: type[Record],
    record: Record | None,
    values: dict[str, Any],
    unread: set[str],
) -> list[Problem]:
    """What the record's ``check`` says already, though some fields can't be read; nothing to who may not report for the unit."""
    if model.follows and values.get(model.follows) is not None and model.follows not in unread:
        values[model.unit.column] = _followed(work, model, values)
    if values.get(model.unit.column) is None or model.unit.column in unread:
        return []
    try:
        permit(work, slug, model, record, values)
    except Forbidden:
        return []
    state = model.workflow.start if record is None else record.state
    return partial.problems(model, values, unread, work.look, record, state)


@cache
def _filed(model: type[Record]) -> tuple[Field, ...]:
    return tuple(f for f in model.fields() if f.filed)


def _complete(
    work: Work, slug: str, model: type[Record], values: dict[str, Any], record: Record | None, state: str
) -> tuple[dict[str, Any], list[Problem]]:
    """``values`` with what is derived from them, and everything that is wrong with them across fields and records."""
    before: Mapping[str, Any] = {} if record is None else record.values()
    problems: list[Problem] = []
    if model.derive is not Declared.derive or model.check is not Declared.check:
        probe = model(**{**before, **values}, id=None if record is None else record.id, state=state)
        if model.derive is not Declared.derive:
            derived = dict(probe.derive(work.look))
            for name, value in derived.items():
                setattr(probe, name, value)
            values = values | derived
        problems = list(probe.check(work.look))
    problems += _twice(work, model, {**before, **values}, record)
    problems += judges.problems(work, record_key(slug, model), before, values)
    return values, problems


def _followed(work: Work, model: type[Record], values: Mapping[str, Any]) -> int:
    """The unit of the record that ``values`` link to."""
    other = model.field(model.follows).kind.to  # type: ignore[attr-defined]
    column = getattr(other, model.unit.column)
    found: int = work.session.execute(select(column).where(other.id == values[model.follows])).scalar_one()
    return found


def _twice(work: Work, model: type[Record], values: Mapping[str, Any], record: Record | None) -> list[Problem]:
    """A second record where the class allows one."""
    if not model.once_per or any(values.get(n) is None for n in model.once_per):
        return []
    same = [getattr(model, n) == values[n] for n in model.once_per]
    other = work.session.scalar(select(model.id).where(*same, model.id != (record.id if record else 0)).limit(1))
    return [] if other is None else [_already(work, model, values, other)]


def _already(work: Work, model: type[Record], values: Mapping[str, Any], other: int) -> Problem:
    said = "、".join(f.kind.show(values[f.name], work.look) for f in model.fields() if f.name in model.once_per)
    text = Say("“{v}”已填报过一次（编号 {i}），请打开那条记录修改，不要重复填报", v=said, i=other)
    return Problem(next((n for n in model.once_per if n != model.unit.column), model.once_per[0]), text)


def permit(work: Work, slug: str, model: type[Record], record: Record | None, values: Mapping[str, Any]) -> None:
    """The actor may report for the unit as it was and as it shall be."""
    units = {values[model.unit.column]} | ({record.unit_id} if record is not None else set())
    for unit_id in units:
        if not filing.may_file(work, slug, model, unit_id):
            raise Forbidden(Say("您不能为“{u}”填报此项", u=work.look.unit_name(model.unit, unit_id)))


def removable(work: Work, slug: str, record: Record) -> None:
    """A reporter takes back what nobody has worked on; beyond the first state only the lead does, so that no late case
    vanishes. What other records lean on stays."""
    workflow = record.workflow
    lead = LEAD in filing.relation(work, slug, type(record), record.unit_id)
    if record.state not in workflow.editable or (record.state != workflow.start and not lead):
        raise Invalid([Problem("", Say("已在办理或已核验的记录不能删除；请由牵头部门退回或作废"))])
    for other in work.catalog.records.values():
        for field in other.fields():
            if isinstance(field.kind, LinkKind) and field.kind.to is type(record):
                leaning = select(other.id).where(getattr(other, field.name) == record.id).limit(1)
                if (number := work.session.scalar(leaning)) is not None:
                    text = Say("“{k}”（编号 {i}）关联着这条记录，请先处理那一条", k=other.label, i=number)
                    raise Invalid([Problem("", text)])


def allowed(work: Work, slug: str, record: Record, step: str, remark: str) -> Transition:
    transition = record.workflow.transition(step)
    if transition is None or record.state not in transition.source:
        state = record.workflow.state(record.state).label
        raise Invalid([Problem("", Say("当前状态是“{s}”，不能执行此操作，请刷新后再试", s=state))])
    if refused := refusal(work, slug, record, transition):
        raise Forbidden(refused)
    if transition.needs_remark and not remark.strip():
        raise Invalid([Problem("remark", Say("请写明原因"))])
    spoken("remark", remark)
    if len(remark) > 500:
        raise Invalid([Problem("remark", Say("最多 {n} 个字，现有 {m} 个字", n=500, m=len(remark)))])
    return transition


def refusal(work: Work, slug: str, record: Record, transition: Transition) -> Say | None:
    if not filing.relation(work, slug, type(record), record.unit_id) & frozenset(transition.by):
        return Say("您没有“{t}”的权限", t=transition.label)
    if (
        transition.another
        and work.actor.role != access.SYSTEM
        and work.actor.login in (record.moved_by, record.created_by)
    ):
        return Say("“{t}”须由填报、整改以外的另一人办理", t=transition.label)
    return None


def step_values(
    work: Work, model: type[Record], transition: Transition, record: Record, raw: Mapping[str, Any], remark: str = ""
) -> dict[str, Any]:
    slug, before = work.catalog.key_of(model).partition(".")[0], record.values()
    values: dict[str, Any] = dict.fromkeys(transition.clears)
    problems = [Problem("", Say("没有名为“{n}”的字段", n=n)) for n in raw if n not in transition.fields]
    for name in transition.fields:
        field = model.field(name)
        try:
            kept = raw.get(name) in (None, "", []) or field.untouched(raw[name], before.get(name))
            given = before.get(name) if kept else raw[name]
            if given in (None, "", []):
                raise ValueError(field.kind.missing(field.label))
            values[name] = field.read(given, work.look, work.today)
        except ValueError as error:
            problems.append(Problem(name, error.args[0]))
    fields = [model.field(name) for name in transition.fields]
    problems += pointed.problems(work, fields, {**before, **raw}, before, values)
    if transition.stamps:
        values[transition.stamps] = work.today if model.field(transition.stamps).kind.name == "day" else work.now
    if not problems:
        values, found = _complete(work, slug, model, values, record, transition.target)
        problems = [p for p in found if not p.warning]  # what was unusual was justified when it was reported
        if not remark.strip():
            problems += alike.problems(work, model, record, {**before, **values})
    if not problems and transition.guard is not None:
        probe = model(**{**before, **values}, id=record.id, state=transition.target)
        problems = list(transition.guard(probe, work.look))
    if problems:
        raise Invalid(problems)
    return values
