"""Settings in force: what plugins default, overlaid by what the campaign and the lead departments set, dated.

Every indicator has ``<key>.target`` and ``<key>.by``, every once-deadline ``<key>.due``; each change keeps its history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.describe import Deadline, Indicator
from core.base.due import Due, Once
from core.base.target import Target
from core.estate.campaign import SettingValue
from core.kernel.catalog import Catalog


def effective(session: Session, catalog: Catalog, day: date) -> dict[str, Any]:
    """All values in force on ``day`` by key."""
    values: dict[str, Any] = {key: setting.default for key, setting in catalog.settings.items()}
    rows = session.execute(
        select(SettingValue.key, SettingValue.value)
        .where(SettingValue.since <= day)
        .order_by(SettingValue.since, SettingValue.id)
    )
    for key, value in rows:
        declared = catalog.settings.get(key)
        values[key] = declared.kind.load(value) if declared else value
    return values


def target_of(indicator: Indicator, settings: Mapping[str, Any]) -> Target | None:
    """The target in force: the plugin's, with the campaign's value and by-date over it. A watched indicator has none."""
    stated = settings.get(f"{indicator.key}.target")
    by = settings.get(f"{indicator.key}.by")
    if stated is None and indicator.target is None:
        return None
    base = indicator.target or Target(Fraction(str(stated)), aim=indicator.aim)
    value = Fraction(str(stated)) if stated is not None else base.value
    return Target(value, date.fromisoformat(by) if by else base.by, base.aim)


def targets_over(
    session: Session, chosen: Sequence[Indicator], days: Sequence[date]
) -> dict[str, list[Fraction | None]]:
    """The target's value of each of ``chosen`` as it was in force on each of ``days``, in one statement."""
    keys = {f"{i.key}.target": i for i in chosen}
    rows = select(SettingValue.key, SettingValue.since, SettingValue.value).where(SettingValue.key.in_(keys))
    found: dict[str, list[tuple[date, Any]]] = {}
    for key, since, value in session.execute(rows.order_by(SettingValue.since, SettingValue.id)):
        found.setdefault(key, []).append((since, value))
    return {i.key: [_on(i, found.get(key, []), day) for day in days] for key, i in keys.items()}


def _on(indicator: Indicator, changes: Sequence[tuple[date, Any]], day: date) -> Fraction | None:
    told = [value for since, value in changes if since <= day]
    target = target_of(indicator, {f"{indicator.key}.target": told[-1]} if told else {})
    return None if target is None else target.value


def due_of(deadline: Deadline, settings: Mapping[str, Any]) -> Due:
    """The due rule in force: a once-deadline's day is the campaign's word, a frequency a setting's."""
    if deadline.due_from is not None:
        return deadline.due_from(settings)
    stated = settings.get(f"{deadline.key}.due")
    if isinstance(deadline.due, Once) and stated:
        return Once(on=date.fromisoformat(stated), times=deadline.due.times)
    return deadline.due
