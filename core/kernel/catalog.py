"""The Catalog: everything all healthy plugins declared, frozen at start. Pages, scheduler and report read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.base.describe import Action, Deadline, Indicator, Job, ReportSection, Samples, Setting
from core.base.record import Record


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something a plugin did that kept a part of it out. ``stage``: import, describe, measure, deadline, section, job,
    panel. ``mend``: what its author can do."""

    plugin: str
    stage: str
    what: str
    mend: str = ""
    trace: str = ""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What one plugin declared."""

    action: Action
    records: Mapping[str, type[Record]]
    indicators: tuple[Indicator, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    settings: tuple[Setting, ...] = ()
    sections: tuple[ReportSection, ...] = ()
    jobs: tuple[Job, ...] = ()
    samples: Samples | None = None
    panels: Callable[..., Iterable[Any]] | None = None
    module: str = ""
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """``plugins`` by slug in the order of the notice; the flat maps are by full key. ``faults``: who is quarantined, why."""

    plugins: Mapping[str, Declared]
    faults: tuple[Fault, ...] = ()
    records: Mapping[str, type[Record]] = field(init=False)
    indicators: Mapping[str, Indicator] = field(init=False)
    deadlines: Mapping[str, Deadline] = field(init=False)
    settings: Mapping[str, Setting] = field(init=False)
    jobs: Mapping[str, Job] = field(init=False)

    def __post_init__(self) -> None:
        each = self.plugins.values()
        flat: dict[str, dict[str, Any]] = {
            "records": {k: r for p in each for k, r in p.records.items()},
            "indicators": {i.key: i for p in each for i in p.indicators},
            "deadlines": {d.key: d for p in each for d in p.deadlines},
            "settings": {s.key: s for p in each for s in p.settings},
            "jobs": {j.key: j for p in each for j in p.jobs},
        }
        for name, value in flat.items():
            object.__setattr__(self, name, MappingProxyType(value))

    def key_of(self, record: type[Record]) -> str:
        """``environment.cleanup`` of the class ``Cleanup``."""
        for key, value in self.records.items():
            if value is record:
                return key
        raise KeyError(record.__name__)

    def plugin_of(self, key: str) -> Declared:
        return self.plugins[key.partition(".")[0]]

    def fault_of(self, slug: str) -> Fault | None:
        return next((f for f in self.faults if f.plugin == slug), None)

    def moved_by(self, slug: str) -> tuple[Indicator, ...]:
        """The indicators a record of ``slug`` can move: its own, and those of others that need one of them."""
        return tuple(
            i
            for i in self.indicators.values()
            if i.key.startswith(f"{slug}.") or any(n.startswith(f"{slug}.") for n in i.needs)
        )


def record_key(slug: str, record: type[Record]) -> str:
    return f"{slug}.{record.__tablename__.removeprefix(slug + '_')}"
