"""The one door in: how a form post, a sheet's row, an API call or a demo sample becomes a row, a journal line and moved
numbers. Validation, permission, journal, measures and obligations all happen here, in the caller's one transaction.

Next: measures.py, obligations.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base, Declared
from core.base.errors import Forbidden, Invalid, KeyReused, NotFound, Problem, Stale
from core.base.fields import as_day, read_all
from core.base.record import Record
from core.base.say import Say
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import Moment
from core.base.workflow import Transition
from core.estate.units import Complex
from core.services import access, journal
from core.services.work import Work


class Receipt(Base):
    """What an idempotency key got: the same key with the same content gets the same answer again (A44, A45)."""

    __tablename__ = "receipt"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    subject_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)


FEW = 8  # beyond so many single look-ups the community of every complex is read at once


@dataclass(frozen=True)
class Saved:
    """What the door answers: the row, and whether it was there already (a repeated submission) or unchanged."""

    record: Record
    repeated: bool = False
    changed: bool = True


def save(
    work: Work,
    key: str,
    raw: Mapping[str, Any],
    *,
    record_id: int | None = None,
    version: int | None = None,
    idempotency: str | None = None,
) -> Saved:
    """Report a new record of class ``key``, or correct the one with ``record_id``.

    ``raw``: field name to what was typed, picked or read (for a correction only what changes). Raises ``Invalid`` with
    every problem at once, ``Forbidden``, ``NotFound``, ``Stale`` with both versions, ``KeyReused``.
    """
    model, slug = work.catalog.records[key], key.partition(".")[0]
    digest = digest_of(key, record_id, raw) if idempotency else ""
    if idempotency and (earlier := _repeated(work, idempotency, digest)):
        return Saved(get(work, key, earlier), repeated=True, changed=False)
    record = get(work, key, record_id) if record_id is not None else None
    before = record.values() if record is not None else {}
    if record is not None and version is not None and record.version != version:
        raise Stale(before, raw, record.version)
    values = judged(work, slug, model, record, {**before, **raw})
    saved = _create(work, model, values) if record is None else _correct(work, record, values)
    if saved.changed:
        unit = (model.unit.name, saved.record.unit_id)
        verb = "create" if record is None else "edit"
        journal.write(work, verb, key, saved.record.id, journal.difference(model.fields(), before, values), unit)
        _touch(work, slug, model, before, values)
    if idempotency:
        work.session.add(Receipt(key=idempotency, digest=digest, subject=key, subject_id=saved.record.id, at=work.now))
    return saved


def judged(work: Work, slug: str, model: type[Record], record: Record | None, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What would be saved of ``raw`` (all of a record): read, checked, permitted; raises like ``save`` and writes nothing."""
    values = _read(work, model, raw, opening=record is None)
    _permit(work, slug, model, record, values)
    if record is not None and record.state not in model.workflow.editable and work.source != "demo":
        state = model.workflow.state(record.state).label
        raise Invalid([Problem("", Say("这条记录已是“{s}”，不能直接修改；请先由牵头部门退回", s=state))])
    return values


def move(
    work: Work,
    key: str,
    record_id: int,
    step: str,
    raw: Mapping[str, Any] | None = None,
    *,
    remark: str = "",
    version: int | None = None,
) -> Record:
    """Take a record one workflow step further. The step's own fields are required and read like any other."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    record = get(work, key, record_id)
    before = record.values()
    if version is not None and record.version != version:
        raise Stale(before, raw or {}, record.version)
    transition = _allowed(work, slug, record, step, remark)
    values = _step_values(work, model, transition, before, raw or {})
    for name, value in values.items():
        setattr(record, name, value)
    was, record.state = record.state, transition.target
    record.remark = remark.strip() or record.remark
    record.moved_by, record.updated_at, record.version = work.actor.login, work.now, record.version + 1
    work.session.flush()
    changes = journal.difference(model.fields(), before, record.values()) | {"state": [was, record.state]}
    if remark:
        changes["remark"] = [None, remark]
    journal.write(work, f"move:{step}", key, record.id, changes, (model.unit.name, record.unit_id))
    _touch(work, slug, model, before, record.values())
    return record


def remove(work: Work, key: str, record_id: int, *, version: int | None = None) -> None:
    """Take a record out; the journal keeps every value it had."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    record = get(work, key, record_id)
    before = record.values()
    if version is not None and record.version != version:
        raise Stale(before, {}, record.version)
    _permit(work, slug, model, record, before)
    if record.state not in model.workflow.editable:
        raise Invalid([Problem("", Say("已核验的记录不能删除；请先由牵头部门退回"))])
    work.session.delete(record)
    work.session.flush()
    journal.write(
        work,
        "remove",
        key,
        record_id,
        journal.difference(model.fields(), before, {}),
        (model.unit.name, record.unit_id),
    )
    _touch(work, slug, model, before, {})


def get(work: Work, key: str, record_id: int) -> Record:
    """One record the actor may see; ``NotFound`` alike for a missing and a hidden one."""
    model = work.catalog.records.get(key)
    if model is None:
        raise NotFound(key)
    rows = select(model).where(model.id == record_id, access.visible(work.actor, key.partition(".")[0], model))
    found = work.session.scalars(rows).first()
    if found is None:
        raise NotFound(f"{key} {record_id}")
    return found


def steps(work: Work, key: str, record: Record) -> tuple[Transition, ...]:
    """The steps the actor may take now."""
    return tuple(
        t for t in record.workflow.steps_from(record.state) if _refusal(work, key.partition(".")[0], record, t) is None
    )


def _read(work: Work, model: type[Record], raw: Mapping[str, Any], *, opening: bool) -> dict[str, Any]:
    fields = tuple(f for f in model.fields() if f.filed) if opening else model.fields()
    known = {f.name for f in fields}
    wanted = {n: v for n, v in raw.items() if n in known or n not in {f.name for f in model.fields()}}
    if not opening:  # what a later step fills in is not demanded of a correction
        fields = tuple(f for f in fields if f.filed or raw.get(f.name) not in (None, ""))
        wanted = {n: v for n, v in wanted.items() if n in {f.name for f in fields} or n not in known}
    values, problems = read_all(fields, wanted, work.look, work.today)
    if not problems and model.check is not Declared.check:
        problems = list(model(**values).check(work.look))
    if problems:
        raise Invalid(problems)
    return values


def _permit(work: Work, slug: str, model: type[Record], record: Record | None, values: Mapping[str, Any]) -> None:
    """The actor may report for the unit as it was and as it shall be."""
    units = {values[model.unit.column]} | ({record.unit_id} if record is not None else set())
    for unit_id in units:
        if not access.may_report(work.actor, slug, community_of(work, model, unit_id)):
            raise Forbidden(Say("您不能为“{u}”填报此项", u=work.look.unit_name(model.unit, unit_id)))


def community_of(work: Work, model: type[Record], unit_id: int) -> int | None:
    if model.unit == COMMUNITY:
        return unit_id
    if model.unit != COMPLEX:
        return None
    if unit_id not in work.homes:
        found = select(Complex.id, Complex.community_id)
        if len(work.homes) < FEW:
            found = found.where(Complex.id == unit_id)
        work.homes.update(work.session.execute(found).all())
    return work.homes.get(unit_id)


def opened(work: Work, model: type[Record]) -> dict[str, Any]:
    """What every new record has besides its fields."""
    return {
        "state": model.workflow.start,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by": work.actor.login,
    }


def _create(work: Work, model: type[Record], values: dict[str, Any]) -> Saved:
    record = model(**values, **opened(work, model))
    work.session.add(record)
    work.session.flush()
    return Saved(record)


def altered(work: Work, record: Record, values: Mapping[str, Any]) -> bool:
    """Set what differs; the caller flushes."""
    changed = {n: v for n, v in values.items() if getattr(record, n) != v}
    for name, value in changed.items():
        setattr(record, name, value)
    if changed:
        record.version += 1
        record.updated_at = work.now
    return bool(changed)


def _correct(work: Work, record: Record, values: dict[str, Any]) -> Saved:
    changed = altered(work, record, values)
    if changed:
        work.session.flush()
    return Saved(record, changed=changed)


def _allowed(work: Work, slug: str, record: Record, step: str, remark: str) -> Transition:
    transition = record.workflow.transition(step)
    if transition is None or record.state not in transition.source:
        state = record.workflow.state(record.state).label
        raise Invalid([Problem("", Say("当前状态是“{s}”，不能执行此操作，请刷新后再试", s=state))])
    if refusal := _refusal(work, slug, record, transition):
        raise Forbidden(refusal)
    if transition.needs_remark and not remark.strip():
        raise Invalid([Problem("remark", Say("请写明原因"))])
    if len(remark) > 500:
        raise Invalid([Problem("remark", Say("最多 {n} 个字，现有 {m} 个字", n=500, m=len(remark)))])
    return transition


def _refusal(work: Work, slug: str, record: Record, transition: Transition) -> Say | None:
    relation = access.relation(work.actor, slug, community_of(work, type(record), record.unit_id))
    if not relation & frozenset(transition.by):
        return Say("您没有“{t}”的权限", t=transition.label)
    if (
        transition.another
        and work.actor.role != access.SYSTEM
        and work.actor.login in (record.moved_by, record.created_by)
    ):
        return Say("“{t}”须由填报、整改以外的另一人办理", t=transition.label)
    return None


def _step_values(
    work: Work, model: type[Record], transition: Transition, before: Mapping[str, Any], raw: Mapping[str, Any]
) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(transition.clears)
    problems = [Problem("", Say("没有名为“{n}”的字段", n=n)) for n in raw if n not in transition.fields]
    for name in transition.fields:
        field = model.field(name)
        try:
            given = raw.get(name) if raw.get(name) not in (None, "", []) else before.get(name)
            if given in (None, "", []):
                raise ValueError(Say("必填：请填写{label}", label=field.label))
            values[name] = field.read(given, work.look, work.today)
        except ValueError as error:
            problems.append(Problem(name, error.args[0]))
    if transition.stamps:
        values[transition.stamps] = work.today if model.field(transition.stamps).kind.name == "day" else work.now
    if not problems:
        problems = list(model(**{**before, **values}).check(work.look))
    if problems:
        raise Invalid(problems)
    return values


def _touch(work: Work, slug: str, model: type[Record], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    touch_many(work, slug, model, [(before, after)])


def touch_many(
    work: Work, slug: str, model: type[Record], pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> None:
    """The units before and after, from the earliest day on which a record says or said anything."""
    sides = [v for pair in pairs for v in pair if v]
    told = [f.name for f in model.fields() if f.kind.name in ("day", "moment") and not f.planned]
    days: list[date] = [as_day(v[n]) for v in sides for n in told if v.get(n) is not None]
    ids = frozenset(v[model.unit.column] for v in sides)
    work.touch(slug, model.unit, ids, min(min(days, default=work.today), work.today), model.__tablename__)


def digest_of(key: str, record_id: int | None, raw: Mapping[str, Any]) -> str:
    content = json.dumps([key, record_id, {k: str(v) for k, v in raw.items()}], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _repeated(work: Work, idempotency: str, digest: str) -> int | None:
    earlier = work.session.get(Receipt, idempotency)
    if earlier is None:
        return None
    if earlier.digest != digest:
        raise KeyReused(idempotency)
    return earlier.subject_id
