"""What the duties of the plugins will make of a campaign's folder, asked before it is loaded and without a store: which department
a duty looks for by name and does not find, and how much would be overdue on the very first day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from core.base.describe import Deadline
from core.base.due import Every, Once
from core.base.scope import Rows
from core.base.window import day_of
from core.estate.population import EstateScope
from core.estate.units import UNITS, Department
from core.kernel.catalog import Catalog
from core.kernel.partners import Partners
from core.services.campaign.campaign_plan import PARTS, Plan
from core.services.campaign.settings import due_of


class Asking(EstateScope):
    """A scope that notes which departments are asked for by name."""

    def __init__(self, settings: Mapping[str, Any], catalog: Catalog) -> None:
        super().__init__(settings, Partners(catalog))
        self.named: list[str] = []

    def departments(self, names: Sequence[str]) -> Rows:
        self.named += names
        return super().departments(names)


def nameless(plan: Plan, catalog: Catalog) -> Iterator[tuple[Deadline, str]]:
    """(duty, department it looks for) where departments.csv has none of that name or alias."""
    rows = plan.units[Department]
    known = {name for row in rows for name in (row.name, *PARTS.split(row.values.get("aliases") or ""))}
    settings = _settings(plan, catalog)
    for one in catalog.deadlines.values():
        scope = Asking(settings, catalog)
        try:
            if one.who is not None:
                one.who(scope)
        except Exception:  # a plugin's own fault is said where it is run
            continue
        yield from ((one, name) for name in dict.fromkeys(scope.named) if name not in known)


def overdue_at_once(plan: Plan, catalog: Catalog, today: date) -> int:
    """At most how many duties would be overdue if the folder were loaded on ``today`` and nobody reported anything: the ended
    periods of every duty, times the units there are."""
    settings, start = _settings(plan, catalog), plan.notice.starts_on
    many = {model.kind: len(plan.units.get(model, ())) for model in UNITS.values()}
    total = 0
    for one in catalog.deadlines.values():
        due = due_of(one, settings)
        if one.of is None and isinstance(due, Once | Every):
            ended = sum(1 for at in due.occurrences(start, today, today) if day_of(at.due_at) < today)
            total += ended * many.get(one.unit, 0)
    return total


def _settings(plan: Plan, catalog: Catalog) -> dict[str, Any]:
    values: dict[str, Any] = {key: setting.default for key, setting in catalog.settings.items()}
    for row in plan.notice.settings:
        declared = catalog.settings.get(row.key)
        values[row.key] = declared.kind.load(row.value) if declared else row.value
    return values
