"""The Catalog: everything all healthy plugins declared, frozen at start. Pages, scheduler and report read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import Any

from core.base.describe import (
    Action,
    Compilation,
    Deadline,
    Indicator,
    Job,
    Offer,
    Paper,
    Reaction,
    ReportSection,
    Samples,
    Setting,
)
from core.base.errors import Problem
from core.base.intake import Intake
from core.base.notice import NoticeRule
from core.base.record import Record


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something a plugin did that kept a part of it out. ``stage``: import, describe, measure, deadline, section, job,
    panel. ``mend``: what its author can do. ``excused``: the plugin did nothing wrong, a partner's data or the store was missing."""

    plugin: str
    stage: str
    what: str
    mend: str = ""
    trace: str = ""
    excused: bool = False


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
    offers: tuple[Offer, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    papers: tuple[Paper, ...] = ()
    compilations: tuple[Compilation, ...] = ()
    notices: tuple[NoticeRule, ...] = ()
    intakes: tuple[Intake, ...] = ()
    hookspecs: ModuleType | None = None  # its own hooks for others
    answers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # what it answers to others' hooks
    judges: Callable[..., Iterable[Problem]] | None = None  # check_record
    samples: Samples | None = None
    panels: Callable[..., Iterable[Any]] | None = None
    remarks: Callable[..., Iterable[Any]] | None = None  # section_remarks
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
    offers: Mapping[str, Offer] = field(init=False)
    compilations: Mapping[str, Compilation] = field(init=False)
    intakes: Mapping[str, Intake] = field(init=False)
    judges: Sequence[tuple[str, Callable[..., Iterable[Problem]]]] = field(init=False)  # of others' records, by plugin

    def __post_init__(self) -> None:
        each = self.plugins.values()
        flat: dict[str, dict[str, Any]] = {
            "records": {k: r for p in each for k, r in p.records.items()},
            "indicators": {i.key: i for p in each for i in p.indicators},
            "deadlines": {d.key: d for p in each for d in p.deadlines},
            "settings": {s.key: s for p in each for s in p.settings},
            "jobs": {j.key: j for p in each for j in p.jobs},
            "offers": {o.key: o for p in each for o in p.offers},
            "compilations": {b.key: b for p in each for b in p.compilations},
            "intakes": {i.key: i for p in each for i in p.intakes},
        }
        for name, value in flat.items():
            object.__setattr__(self, name, MappingProxyType(value))
        judges = tuple((slug, p.judges) for slug, p in self.plugins.items() if p.judges is not None)
        object.__setattr__(self, "judges", judges)

    def key_of(self, record: type[Record]) -> str:
        """``environment.cleanup`` of the class ``Cleanup``."""
        for key, value in self.records.items():
            if value is record:
                return key
        raise KeyError(record.__name__)

    def paper_of(self, record: type[Record]) -> Paper | None:
        """The paper that is made of a record of this class."""
        return next((p for plugin in self.plugins.values() for p in plugin.papers if p.record is record), None)

    def plugin_of(self, key: str) -> Declared:
        return self.plugins[key.partition(".")[0]]

    def fault_of(self, slug: str) -> Fault | None:
        return next((f for f in self.faults if f.plugin == slug), None)

    def without(self, faults: Iterable[Fault]) -> Catalog:
        """This one, with the plugins of ``faults`` set aside."""
        new = tuple(faults)
        sick = {f.plugin for f in new}
        healthy = {slug: p for slug, p in self.plugins.items() if slug not in sick}
        return Catalog(plugins=healthy, faults=(*self.faults, *new)) if new else self

    def reactions_to(self, key: str) -> tuple[tuple[str, Reaction], ...]:
        """Who reacts to a record of class ``key``: (slug, reaction)."""
        return tuple((slug, r) for slug, p in self.plugins.items() for r in p.reactions if key in r.to or "*" in r.to)


def record_key(slug: str, record: type[Record]) -> str:
    return f"{slug}.{record.__tablename__.removeprefix(slug + '_')}"
