"""The one door for units of the registry: the same fields, journal and consequences as for records.

What a complex is (community, type, service, company) is dated: a change closes the term in force and opens another, and
whoever is counted by it is counted anew from that day on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from core.base.errors import Forbidden, Invalid, NotFound, Problem, Stale
from core.base.fields import read_all
from core.base.say import Say
from core.base.units import COMMUNITY
from core.base.window import FAR
from core.estate.units import Complex, ComplexTerm, Unit
from core.services.audit import journal
from core.services.permission import rights
from core.services.work import Work
from core.services.writing import judges


def save(
    work: Work,
    model: type[Unit],
    raw: Mapping[str, Any],
    *,
    unit_id: int | None = None,
    version: int | None = None,
    effective: date | None = None,
) -> Unit:
    """Register a unit or correct one. ``effective``: since when a complex's dated facts hold (default: today, or the
    campaign's start for a new one)."""
    if not work.actor.may(rights.REGISTRY):
        raise Forbidden(Say("只有系统管理员可以修改基础信息"))
    unit = work.session.get(model, unit_id, with_for_update=True) if unit_id is not None else None
    if unit_id is not None and unit is None:
        raise NotFound(f"{model.__tablename__} {unit_id}")
    before = unit.values() if unit is not None else {}
    if unit is not None and version is not None and unit.version != version:
        raise Stale(before, raw, unit.version)
    masked = {f.name for f in model.fields() if f.name in raw and f.untouched(raw[f.name], before.get(f.name))}
    values = _read(work, model, {**before, **{n: v for n, v in raw.items() if n not in masked}}, unit_id)
    if unit is not None and values == before:
        return unit
    if problems := judges.problems(work, f"registry.{model.kind.name}", {**before, "id": unit_id}, values):
        raise Invalid(problems)
    if unit is None:
        unit = model(**values, version=1)
        work.session.add(unit)
    else:
        for name, value in values.items():
            setattr(unit, name, value)
        unit.version += 1
    unit.pinyin = initials(values["name"])
    work.session.flush()
    changes = journal.difference(model.fields(), before, values)
    journal.write(work, "edit" if before else "create", model.kind.name, unit.id, changes, (model.kind.name, unit.id))
    _consequences(work, model, unit, before, values, effective)
    work.forget()
    return unit


def save_many(
    work: Work, model: type[Unit], rows: Sequence[Mapping[str, Any]], *, effective: date | None = None
) -> list[int]:
    """Register many new units at once: every row read and checked, one journal line for the whole, a few statements."""
    if not work.actor.may(rights.REGISTRY):
        raise Forbidden(Say("只有系统管理员可以修改基础信息"))
    read = [_read(work, model, raw, None) for raw in rows]
    added = [model(**values, version=1, pinyin=initials(values["name"])) for values in read]
    work.session.add_all(added)
    work.session.flush()
    if model is Complex and added:
        since = effective or date(2000, 1, 1)
        terms = [_term(u.id, u.values(), since) for u in added]
        work.session.connection().execute(insert(ComplexTerm), terms)
    journal.write(work, "create_many", model.kind.name, None, {"count": [0, len(added)]})
    ids = [u.id for u in added]
    work.touch(model.kind, frozenset(ids), effective or work.today)
    work.forget()
    return ids


def _read(work: Work, model: type[Unit], raw: Mapping[str, Any], unit_id: int | None) -> dict[str, Any]:
    values, problems = read_all(model.fields(), dict(raw), work.look, work.today)
    if not problems:
        problems = list(model(**values).check(work.look))
    if not problems and unit_id is None and work.look.unit_id(model.kind, values["name"]) is not None:
        problems = [Problem("name", Say("已有同名的{k}“{n}”", k=model.kind.label, n=values["name"]))]
    if problems:
        raise Invalid(problems)
    return values


def _consequences(
    work: Work,
    model: type[Unit],
    unit: Unit,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    effective: date | None,
) -> None:
    since = effective or (work.today if before else values.get("opened_on") or date(2000, 1, 1))
    if model is Complex and any(before.get(n) != values.get(n) for n in ComplexTerm.dated):
        new_term(work, unit.id, values, since)
    days = [v[n] for v in (before, values) for n in ("opened_on", "closed_on") if v.get(n)]
    earliest = min([since, *days]) if before else since
    work.touch(model.kind, frozenset({unit.id}), earliest)
    moved = {v["community_id"] for v in (before, values) if v.get("community_id")}
    if model is Complex and len(moved) > 1:
        work.touch(COMMUNITY, frozenset(moved), earliest)


def new_term(work: Work, complex_id: int, values: Mapping[str, Any], since: date) -> None:
    """From ``since`` on the dated facts are ``values``; later terms are replaced, the one in force ends the day before."""
    work.session.flush()
    connection = work.session.connection()
    table = ComplexTerm.__table__
    mine = table.c.complex_id == complex_id
    connection.execute(table.delete().where(mine, table.c.since >= since))  # type: ignore[attr-defined]
    connection.execute(
        update(ComplexTerm).where(mine, ComplexTerm.until >= since).values(until=since - timedelta(days=1))
    )
    connection.execute(insert(ComplexTerm), [_term(complex_id, values, since)])


def _term(complex_id: int, values: Mapping[str, Any], since: date) -> dict[str, Any]:
    return {n: values.get(n) for n in ComplexTerm.dated} | {"complex_id": complex_id, "since": since, "until": FAR}


def initials(name: str) -> str:
    """First letters of the pinyin, so that ``slxq`` finds 示例小区; kept beside the name for LIKE."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - slow to import, needed by registration only

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:200]


def terms_of(work: Work, complex_id: int) -> list[ComplexTerm]:
    rows = select(ComplexTerm).where(ComplexTerm.complex_id == complex_id).order_by(ComplexTerm.since)
    return list(work.session.scalars(rows))
