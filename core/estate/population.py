"""Who is in scope on a day: the registry's part of ``Scope``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import BindParameter, Subquery, and_, bindparam, literal, or_, select

from core.base.scope import Rows, Scope
from core.base.units import COMPANY, COMPLEX, DEPARTMENT, STREET, UnitKind
from core.estate.units import (
    MANAGED,
    Area,
    Company,
    Complex,
    ComplexTerm,
    Department,
    Listing,
    Responsibility,
    model_of,
)

ONLY: BindParameter[int] = bindparam("only", expanding=True)


class Partners(Protocol):
    """The other plugins, as far as a scope may ask them (kernel/partners.py)."""

    def measure(self, key: str, scope: Scope) -> Rows: ...
    def offer(self, key: str, scope: Scope) -> Rows: ...
    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]: ...


class EstateScope(Scope):
    """``Scope`` over the registry's tables. ``partners`` answer for other plugins."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        partners: Partners,
        *,
        name: str = "scope",
        only: str = "",
    ) -> None:
        super().__init__(settings, name=name, only=only)
        self._partners = partners

    def units(self, unit: UnitKind) -> Rows:
        model = model_of(unit)
        rows = select(model.id.label("unit_id")).where(
            or_(model.opened_on.is_(None), model.opened_on <= self.day),
            or_(model.closed_on.is_(None), model.closed_on >= self.start),
        )
        return rows.where(model.id.in_(ONLY)) if self.only == unit.name else rows

    def complexes(self, *, at: str = "day") -> Rows:
        on = self.start if at == "start" else self.day
        in_force = and_(ComplexTerm.complex_id == Complex.id, ComplexTerm.since <= on, ComplexTerm.until >= on)
        return self.units(COMPLEX).join(ComplexTerm, in_force)

    def managed(self) -> Rows:
        return self.complexes(at="start").where(ComplexTerm.service.in_(MANAGED))

    def listed(self, name: str) -> Rows:
        return self.units(COMPLEX).join(
            Listing,
            and_(
                Listing.complex_id == Complex.id,
                Listing.name == name,
                Listing.since <= self.day,
                Listing.until >= self.day,
            ),
        )

    def measure_of(self, key: str) -> Subquery:
        return self._partners.measure(key, self).subquery()

    def offered(self, key: str) -> Subquery:
        return self._partners.offer(key, self).subquery()

    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        return self._partners.ask(hook, **given)

    def street(self) -> Rows:
        return self.units(STREET).where(Area.level == "街道")

    def departments(self, names: Sequence[str]) -> Rows:
        alias = [literal("、").concat(Department.aliases).concat("、").like(f"%、{name}、%") for name in names]
        return self.units(DEPARTMENT).where(or_(Department.name.in_(names), *alias))

    def organs(self) -> Rows:
        return self.units(DEPARTMENT).where(Department.category == "市直单位")

    def companies(self) -> Rows:
        serving = select(ComplexTerm.company_id).where(ComplexTerm.since <= self.day, ComplexTerm.until >= self.day)
        return self.units(COMPANY).where(Company.id.in_(serving.where(ComplexTerm.company_id.is_not(None))))

    def answering(self, role: str, unit: UnitKind) -> Rows:
        held = select(Responsibility.unit_id).where(
            Responsibility.role == role,
            Responsibility.unit_kind == unit.name,
            Responsibility.since <= self.day,
            Responsibility.until >= self.day,
        )
        rows = self.units(unit)
        return rows.where(rows.selected_columns[0].in_(held))
