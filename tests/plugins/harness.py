"""The independent check: what a plugin's selects say against slow, obvious Python over exported rows (its ``oracle.py``).

``Estate`` is the store as plain rows; ``differences`` compares every figure and every duty on a day; ``live`` fills a small
world by chance through the one door, from the declarations alone.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any

from sqlalchemy import select

from core.base.describe import Deadline
from core.base.due import Every, Once
from core.base.errors import ActionsError
from core.base.fields import Field
from core.base.record import Record
from core.base.units import UNIT_KINDS
from core.base.window import FAR, TZ, Window, day_of
from core.base.workflow import REVIEW
from core.estate.population import EstateScope
from core.estate.units import (
    MANAGED,
    Company,
    Complex,
    ComplexTerm,
    Department,
    Grid,
    Leader,
    Listing,
    Responsibility,
    model_of,
)
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.campaign.settings import due_of
from core.services.measuring import measures
from core.services.measuring.measures import window_for
from core.services.owing import obligations
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records, registry
from core.testing import START, at
from tests.plugins.hints import HINTS, id_number

OFFICES = ("派出所", "执法中队", "市场监管所", "消防队", "信访办", "党建办", "综治办", "安办", "环卫办")


class Estate:
    """The store as a person would export it: rows as dicts, nothing computed."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def rows(self, key: str) -> list[dict[str, Any]]:
        """Records of one class: declared values, and id, unit_id, state, counts, created_at, updated_at."""
        if key not in self._rows:
            model = self._work.catalog.records[key]
            found = self._work.session.scalars(select(model).order_by(model.id)).all()
            self._rows[key] = [
                r.values()
                | {"id": r.id, "unit_id": r.unit_id, "state": r.state, "counts": r.state in model.workflow.counting}
                | {"created_at": r.created_at, "updated_at": r.updated_at}
                for r in found
            ]
        return self._rows[key]

    def units(self, kind: str) -> list[dict[str, Any]]:
        """Units of the registry that are not closed."""
        model = model_of(UNIT_KINDS[kind])
        found = self._work.session.scalars(select(model).order_by(model.id)).all()
        return [u.values() | {"id": u.id} for u in found if u.closed_on is None]

    def complexes(self, day: date) -> list[dict[str, Any]]:
        """Complexes as they were on ``day``: id, community_id, type, service, company_id."""
        term = ComplexTerm
        found = self._work.session.execute(
            select(Complex.id, term.community_id, term.type, term.service, term.company_id)
            .join(term, term.complex_id == Complex.id)
            .where(term.since <= day, term.until >= day)
            .order_by(Complex.id)
        )
        names = ("id", "community_id", "type", "service", "company_id")
        return [dict(zip(names, row, strict=True)) for row in found.all()]

    def managed(self, day: date) -> list[dict[str, Any]]:
        return [c for c in self.complexes(day) if c["service"] in MANAGED]

    def listed(self, name: str, day: date) -> list[int]:
        rows = select(Listing.complex_id).where(Listing.name == name, Listing.since <= day, Listing.until >= day)
        return list(self._work.session.scalars(rows))

    def responsible(self, role: str, kind: str, day: date) -> list[int]:
        """Units somebody answers for in ``role`` on ``day``."""
        rows = select(Responsibility.unit_id).where(
            Responsibility.role == role,
            Responsibility.unit_kind == kind,
            Responsibility.since <= day,
            Responsibility.until >= day,
        )
        return sorted(set(self._work.session.scalars(rows)))

    def setting(self, key: str) -> Any:
        return self._work.settings[key]


def oracle_of(slug: str) -> ModuleType:
    return importlib.import_module(f"tests.plugins.{slug}.oracle")


@cache
def catalog_of(slug: str) -> Catalog:
    """The plugin with those whose data it says it needs."""
    whole = plugins.load(strict=True)
    wanted, todo = set(), [slug]
    while todo:
        one = todo.pop()
        if one in wanted or one not in whole.plugins:
            continue
        wanted.add(one)
        todo += [need.partition(".")[0] for i in whole.plugins[one].indicators for need in i.needs]
    return plugins.load(only=sorted(wanted), strict=True)


def missing(slug: str) -> list[str]:
    """Figures and duties the oracle does not speak of: nothing may be left out."""
    plugin, oracle = catalog_of(slug).plugins[slug], oracle_of(slug)
    recurring = [d.key for d in plugin.deadlines if d.of is None]
    clocks = [d.key for d in plugin.deadlines if d.of is not None]
    out = [i.key for i in plugin.indicators if i.key not in oracle.INDICATORS]
    return [*out, *(k for k in recurring if k not in oracle.DEADLINES), *(k for k in clocks if k not in oracle.CLOCKS)]


def differences(work: Work, slug: str, day: date) -> Iterator[str]:
    """Where the selects and the oracle disagree on ``day``: key, unit, expected and got."""
    plugin, oracle, estate = work.catalog.plugins[slug], oracle_of(slug), Estate(work)
    for one in plugin.indicators:
        span = window_for(work, one, day)
        told = {u: (n, d) for u, (n, d) in oracle.INDICATORS[one.key](estate, span).items()}
        got = {u: (n, d) for u, n, d in measures.compute(work, one, span)}
        yield from _unlike(one.key, day, _plain(told), _plain(got))
    for duty in plugin.deadlines:
        if duty.of is None:
            for span, times in _periods(work, duty, day):
                expected = oracle.DEADLINES[duty.key](estate, span)
                yield from _unlike(
                    f"{duty.key} {span.key}", day, _days(expected), _days(_owed(work, duty, span, times))
                )


def clock_differences(work: Work, slug: str) -> Iterator[str]:
    """Where the ledger of clocks and the oracle disagree today."""
    plugin, oracle, estate = work.catalog.plugins[slug], oracle_of(slug), Estate(work)
    for duty in plugin.deadlines:
        if duty.of is not None:
            rows = work.session.scalars(select(Obligation).where(Obligation.rule == duty.key))
            got = {o.subject_id: (o.opened_at, o.due_at, o.done_at) for o in rows}
            yield from _unlike(duty.key, work.today, oracle.CLOCKS[duty.key](estate), got)


def _periods(work: Work, duty: Deadline, day: date) -> list[tuple[Window, int]]:
    due = due_of(duty, work.settings)
    assert isinstance(due, Once | Every)
    found = due.occurrences(work.campaign.starts_on, max(day, work.campaign.starts_on), day)
    return [(o.window, o.times) for o in found]


def _owed(work: Work, duty: Deadline, span: Window, times: int) -> dict[int, Any]:
    scope = EstateScope(work.settings, work.partners, name="o")
    rows = work.session.execute(obligations.owed(duty, times, scope), scope.binds(span)).all()
    assert len({unit for unit, _ in rows}) == len(rows), f"{duty.key}: one row a unit"
    return dict(rows)  # type: ignore[arg-type]


def _plain(found: dict[int, tuple[Any, Any]]) -> dict[int, tuple[int, int]]:
    """Units with nothing to count say nothing."""
    return {u: (int(n or 0), int(d or 0)) for u, (n, d) in found.items() if n or d}


def _days(found: dict[int, Any]) -> dict[int, date | None]:
    return {u: day_of(d) if isinstance(d, datetime) else d for u, d in found.items()}


def _unlike(key: str, day: date, expected: dict[int, Any], got: dict[int, Any]) -> Iterator[str]:
    for unit in sorted(expected.keys() | got.keys()):
        if expected.get(unit, "absent") != got.get(unit, "absent"):
            yield f"{key} on {day}, {unit}: expected {expected.get(unit, 'absent')}, got {got.get(unit, 'absent')}"


def people(work: Work) -> None:
    """Who else answers in a small world: the offices of the notice, city organs, a second company, grids, a linked leader."""
    for model, rows in (
        (Department, [{"name": n, "category": "执法部门"} for n in OFFICES]),
        (Department, [{"name": f"示例市直单位{n:02d}", "category": "市直单位"} for n in (1, 2, 3)]),
        (Company, [{"name": "示例物业A02"}]),
        (Grid, [{"name": f"网格{n}", "community_id": n} for n in (1, 2)]),
        (Leader, [{"name": "专项组长一"}]),
    ):
        registry.save_many(work, model, rows)
    one = {"role": "linked", "holder_kind": "leader", "holder_id": 1, "unit_kind": "complex", "until": FAR}
    work.session.add_all(Responsibility(**one, unit_id=n, since=START + timedelta(days=n)) for n in (1, 2, 5))
    listed = [("safety.charging", 1), ("safety.charging", 2), ("safety.fire", 3), *(("built", n) for n in range(1, 8))]
    work.session.add_all(Listing(name=name, complex_id=n, since=START, until=FAR) for name, n in listed)


# ---- a world by chance ------------------------------------------------------------------------------------------------


class Life:
    """A small world lived by chance through the one door. ``made`` by record key; what the door refuses is dropped."""

    def __init__(self, platform: Platform, slug: str, seed: int) -> None:
        self.platform, self.slug, self.chance = platform, slug, random.Random(seed)
        self.made: dict[str, list[int]] = {}
        self.taken: dict[str, int] = {}
        with platform.work(now=at(START, 8)) as work:
            people(work)

    def live(self, acts: int, days: int) -> date:
        """``acts`` over ``days``; answers the last day."""
        keys = [k for k in self.platform.catalog.records if k.startswith(f"{self.slug}.")]
        others = [k for k in self.platform.catalog.records if k not in keys]
        told = keys + 2 * self._evidence()  # what figures and clocks stand on, rather than what else is kept
        when = sorted(self.chance.randint(0, days) for _ in range(acts))
        for number, offset in enumerate(when):
            with self.platform.work(now=at(START + timedelta(days=offset), self.chance.randint(8, 18))) as work:
                roll = self.chance.random()
                if number < len(keys) or roll < 0.4:  # each kind at least tried once, parents before children
                    self._report(work, keys[number] if number < len(keys) else self.chance.choice(told))
                elif roll < 0.45 and others:
                    self._report(work, self.chance.choice(others))
                elif roll < 0.92:
                    self._move(work)
                else:
                    self._correct(work)
        return START + timedelta(days=days)

    def _evidence(self) -> list[str]:
        catalog = self.platform.catalog
        plugin = catalog.plugins[self.slug]
        found = [r for i in plugin.indicators for r in i.evidence] + [d.of for d in plugin.deadlines if d.of]
        return [k for k in (catalog.key_of(r) for r in found) if k.startswith(f"{self.slug}.")]

    def _report(self, work: Work, key: str) -> None:
        model = work.catalog.records[key]
        for _ in range(3):
            try:
                with work.session.begin_nested():
                    values = self._filled(work, key, model)
                    saved = records.save(work, key, values, reason="随机检验")
            except ActionsError:
                continue
            self.made.setdefault(key, []).append(saved.record.id)
            self.taken[key] = self.taken.get(key, 0) + 1
            return

    def _filled(self, work: Work, key: str, model: type[Record]) -> dict[str, Any]:
        """A form as a person sends it: what arrives prefilled is mostly left as it is."""
        fields = [f for f in model.fields() if f.filed]
        values = {f.name: self._value(work, f) for f in fields}
        unit = values.get(model.unit.column)
        known = dict(model.known(work.look, unit)) if unit else {}
        known |= {f.name: f.given(work.today) for f in fields if f.given is not None and f.name not in known}
        values |= {n: v for n, v in known.items() if v is not None and self.chance.random() < 0.6}
        if key in HINTS and self.chance.random() < 0.8:
            values |= HINTS[key](values, self.chance)
        return {n: v for n, v in values.items() if v is not None}

    def _move(self, work: Work) -> None:
        """Steps of one record that is open, rather forward than back, rather in a workflow of its own."""
        kinds = [k for k in sorted(self.made) if self.made[k]]
        long = [k for k in kinds if work.catalog.records[k].workflow is not REVIEW]
        if not kinds:
            return
        key = self.chance.choice(long if long and self.chance.random() < 0.8 else kinds)
        model = work.catalog.records[key]
        ids = list(
            work.session.scalars(select(model.id).where(model.state.not_in(model.workflow.closed)).order_by(model.id))
        )
        number = self.chance.choice(ids) if ids else 0
        while number and self.chance.random() < 0.6:
            steps = records.steps(work, key, records.get(work, key, number))
            if not steps:
                return
            step = steps[0] if self.chance.random() < 0.75 else self.chance.choice(steps)
            values = {n: self._value(work, model.field(n), must=True) for n in step.fields}
            try:
                with work.session.begin_nested():
                    records.move(work, key, number, step.key, values, remark="随机检验")
            except ActionsError:
                continue

    def _correct(self, work: Work) -> None:
        key = self.chance.choice(sorted(self.made or {"": []}))
        if not key:
            return
        model = work.catalog.records[key]
        field = self.chance.choice([f for f in model.fields() if f.filed])
        try:
            with work.session.begin_nested():
                number = self.chance.choice(self.made[key])
                values = {field.name: self._value(work, field)}
                records.save(work, key, values, record_id=number, reason="随机检验")
        except ActionsError:
            return

    def _value(self, work: Work, field: Field, *, must: bool = False) -> Any:
        if not (field.required or must) and self.chance.random() < 0.4:
            return None
        return VALUES[field.kind.name](self, work, field)

    def _unit(self, work: Work, kind: Any) -> Any:
        model = model_of(kind)
        rows = list(work.session.scalars(select(model.id).order_by(model.id)))
        return self.chance.choice(rows) if rows else None

    def _units(self, work: Work, field: Field) -> list[Any]:
        kind: Any = field.kind
        rows = list(work.session.scalars(select(model_of(kind.to).id).order_by(model_of(kind.to).id)))
        many = min(len(rows), max(kind.at_least, self.chance.randint(1, 3)))
        return self.chance.sample(rows, many)

    def _link(self, work: Work, field: Field) -> int | None:
        to: type[Record] = field.kind.to  # type: ignore[attr-defined]
        ids = list(work.session.scalars(select(to.id).order_by(to.id)))
        return self.chance.choice(ids) if ids else None

    def _day(self, work: Work, field: Field) -> date:
        ahead = 25 if field.planned else 0
        if not field.planned and self.chance.random() < 0.5:
            return work.today
        return work.today + timedelta(days=self.chance.randint(-12, ahead))

    def _moment(self, work: Work, field: Field) -> datetime:
        hour = time(self.chance.randint(0, 23), self.chance.randint(0, 59))
        found = datetime.combine(self._day(work, field), hour, TZ)
        return found if field.planned else min(found, work.now)

    def _number(self, work: Work, field: Field) -> Any:
        kind: Any = field.kind
        low = 0 if kind.at_least is None else kind.at_least
        high = low + 60 if kind.at_most is None else min(kind.at_most, low + 60)
        if "年" in field.label:
            return self.chance.randint(1960, 2000) if "出生" in field.label else work.today.year
        return self.chance.randint(int(low), int(high))

    def _decimal(self, work: Work, field: Field) -> Decimal:
        return Decimal(self._number(work, field))

    def _choices(self, work: Work, field: Field) -> list[str]:
        options: Any = field.kind.options  # type: ignore[attr-defined]
        many = len(options) if self.chance.random() < 0.4 else self.chance.randint(1, len(options))
        return self.chance.sample(list(options), many)

    def _text(self, work: Work, field: Field) -> str:
        return f"检{self.chance.randint(0, 9999)}"


VALUES: dict[str, Callable[[Life, Work, Field], Any]] = {
    **dict.fromkeys(("text", "long_text", "personal", "secret"), Life._text),
    "id_number": lambda life, work, field: id_number(life.chance),
    "integer": Life._number,
    "decimal": Life._decimal,
    "yes_no": lambda life, work, field: life.chance.random() < 0.8,
    "choice": lambda life, work, field: life.chance.choice(field.kind.options),  # type: ignore[attr-defined]
    "choices": Life._choices,
    "photos": lambda life, work, field: ["demo"],
    "reference": lambda life, work, field: life._unit(work, field.kind.to),  # type: ignore[attr-defined]
    "units": Life._units,
    "link": Life._link,
    "origin": lambda life, work, field: None,
    "day": Life._day,
    "month": lambda life, work, field: life._day(work, field).replace(day=1),
    "moment": Life._moment,
}
__all__ = ["Estate", "Life", "catalog_of", "clock_differences", "differences", "missing", "oracle_of"]
