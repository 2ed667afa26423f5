"""One unit of work: a session with who acts, when, and what the campaign says. Everything a service does is given one.

What was touched is collected and settled once, at the end, inside the same transaction: however many rows a sheet
brings, measures and obligations are brought up to date once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.react import Change
from core.base.units import UnitKind
from core.base.window import day_of
from core.estate.campaign import Campaign
from core.kernel.catalog import Catalog, Fault
from core.kernel.partners import Partners
from core.services.campaign.settings import effective
from core.services.operations.fault_row import FaultRow
from core.services.owing.calendar import Calendar
from core.services.permission.access import Actor
from core.services.writing.look import RegistryLook

if TYPE_CHECKING:
    from core.services.reporting.apart import Apart, Watch


@dataclass(frozen=True)
class Touch:
    """Units whose figures may have moved, from the period that holds ``since`` on. ``table``: the only table that changed,
    so that what does not read it stays as it is; None: anything may have."""

    unit: UnitKind
    ids: frozenset[int]
    since: date
    table: str | None = None


@dataclass(frozen=True)
class Touched:
    """Touches of one kind of unit, put together."""

    kind: str
    ids: list[int]
    since: date
    tables: frozenset[str] | None


@dataclass
class Work:
    session: Session
    catalog: Catalog
    actor: Actor
    now: datetime
    source: str = "page"  # page, sheet, api, demo, job, campaign
    strict: bool = False
    prepared: dict[Any, Any] = field(default_factory=dict)  # the process's compiled statements (prepared.py)
    touched: list[Touch] = field(default_factory=list)
    _wrote_settings: bool = False
    everything: bool = False  # a setting changed: every figure and duty of today is reckoned anew
    changes: list[Change] = field(default_factory=list)  # what somebody reacts to, until it is settled
    homes: dict[int, int] = field(default_factory=dict)  # complex -> community, of those that were asked for
    apart: Apart | None = None  # where plugins' parts of documents are made; None: in this process
    watch: Watch | None = None  # who looks on while they are, in that process
    reached: dict[str, Fault | None] = field(default_factory=dict)  # plugins' parts that were made, and what went wrong

    @property
    def today(self) -> date:
        return day_of(self.now)

    @cached_property
    def campaign(self) -> Campaign:
        found = self.session.scalars(select(Campaign)).first()
        if found is None:
            raise LookupError("no campaign is loaded: run `actions init`")
        return found

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """Every setting in force today: plugin defaults overlaid by the campaign's and the departments' values. Kept by
        the process until the campaign's revision moves; a unit of work that wrote settings reads its own."""
        key = ("settings", self.campaign.revision, self.today)
        if self._wrote_settings:
            return effective(self.session, self.catalog, self.today)
        if key not in self.prepared:
            self.prepared[key] = effective(self.session, self.catalog, self.today)
        found: Mapping[str, Any] = self.prepared[key]
        return found

    @cached_property
    def settings_token(self) -> object:
        """Tells apart statements that have settings baked in."""
        if self._wrote_settings:
            return repr(sorted(self.settings.items(), key=lambda kv: kv[0]))
        key = ("token", self.campaign.revision, self.today)
        if key not in self.prepared:
            self.prepared[key] = repr(sorted(self.settings.items(), key=lambda kv: kv[0]))
        return self.prepared[key]

    @cached_property
    def standing(self) -> dict[str, FaultRow]:
        """The standing faults by place, to be cleared when they work again."""
        return {row.place: row for row in self.session.scalars(select(FaultRow))}

    @cached_property
    def look(self) -> RegistryLook:
        return RegistryLook(self.session, self)

    @cached_property
    def partners(self) -> Partners:
        return Partners(self.catalog)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.session)

    def forget(self) -> None:
        """Drop what was looked up, after the registry, the campaign or its settings changed in this unit of work."""
        for name in ("campaign", "settings", "settings_token", "look", "calendar"):
            self.__dict__.pop(name, None)
        self.homes.clear()
        self._wrote_settings = True  # until this is committed nobody else may see what it reads

    def merged(self) -> list[Touched]:
        """What was touched, each kind of unit once."""
        found: dict[str, list[Touch]] = {}
        for touch in self.touched:
            found.setdefault(touch.unit.name, []).append(touch)
        return [
            Touched(
                kind,
                sorted(frozenset().union(*(t.ids for t in touches))),
                min(t.since for t in touches),
                None if any(t.table is None for t in touches) else frozenset(str(t.table) for t in touches),
            )
            for kind, touches in found.items()
        ]

    def touch(self, unit: UnitKind, ids: frozenset[int], since: date, table: str | None = None) -> None:
        self.touched.append(Touch(unit, ids, since, table))
