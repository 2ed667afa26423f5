"""Who is in scope on a day: the registry's part of ``Scope``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Subquery, and_, bindparam, or_, select

from core.base.scope import Rows, Scope
from core.base.units import COMPLEX, UnitKind
from core.estate.units import MANAGED, Complex, ComplexTerm, Listing, model_of

ONLY: BindParameter[int] = bindparam("only", expanding=True)


class EstateScope(Scope):
    """``Scope`` over the registry's tables. ``find`` resolves another indicator's measure."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        find: Callable[[str, Scope], Rows],
        *,
        name: str = "scope",
        only: bool = False,
    ) -> None:
        super().__init__(settings, name=name, only=only)
        self._find = find

    def units(self, unit: UnitKind) -> Rows:
        model = model_of(unit)
        rows = select(model.id.label("unit_id")).where(
            or_(model.opened_on.is_(None), model.opened_on <= self.day),
            or_(model.closed_on.is_(None), model.closed_on >= self.start),
        )
        return rows.where(model.id.in_(ONLY)) if self.only else rows

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
        return self._find(key, self).subquery()
