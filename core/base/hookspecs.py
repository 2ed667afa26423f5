"""Every hook a plugin may implement. Describe hooks are asked once at start, one plugin at a time, and must be pure and
fast; react hooks are called while running, isolated. Next: the smallest plugin, plugins/micro_projects, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from core.base.blocks import Block
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
        Rows,
        Sample,
        Setting,
    )
    from core.base.errors import Problem
    from core.base.facts import Facts
    from core.base.intake import Intake
    from core.base.kinds import Look
    from core.base.notice import NoticeRule
    from core.base.record import Record
    from core.base.world import World

PROJECT = "special_actions"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def action() -> Action:  # type: ignore[empty-body]
    """Who the plugin is. Every plugin implements it, exactly once. Asked first; without it nothing else is asked."""


@hookspec
def records() -> Iterable[type[Record]]:  # type: ignore[empty-body]
    """The records it keeps. Their tables must begin with ``<slug>_``."""


@hookspec
def indicators() -> Iterable[Indicator]:  # type: ignore[empty-body]
    """What they come to. Keys begin with ``<slug>.``."""


@hookspec
def deadlines() -> Iterable[Deadline]:  # type: ignore[empty-body]
    """What is owed. Keys begin with ``<slug>.``."""


@hookspec
def settings() -> Iterable[Setting]:  # type: ignore[empty-body]
    """Choices the text leaves open, with their defaults. Keys begin with ``<slug>.``."""


@hookspec
def report_sections() -> Iterable[ReportSection]:  # type: ignore[empty-body]
    """Its part of the combined report. Without one the core writes the standard section."""


@hookspec
def jobs() -> Iterable[Job]:  # type: ignore[empty-body]
    """What runs by the clock. Keys begin with ``<slug>.``."""


@hookspec
def samples(world: World) -> Iterable[Sample]:  # type: ignore[empty-body]
    """Believable synthetic records for ``world``, deterministic by its seed. Written through the one door."""


@hookspec
def offers() -> Iterable[Offer]:  # type: ignore[empty-body]
    """Rows other plugins may read without importing this one. Keys begin with ``<slug>.``.

    Example: the members of committees (plugins/self_governance), read by plugins/party_coverage."""


@hookspec
def reactions() -> Iterable[Reaction]:  # type: ignore[empty-body]
    """What follows from a change, in the saving transaction: the links of plan 1.6.

    Example: a self-check with missing items opens an issue for each (plugins/market_order)."""


@hookspec
def papers() -> Iterable[Paper]:  # type: ignore[empty-body]
    """Working papers made of single records, downloaded from their pages.

    Example: the rectification notice (plugins/safeguards)."""


@hookspec
def compilations() -> Iterable[Compilation]:  # type: ignore[empty-body]
    """Documents of a week or a month made of many records, offered beside the combined report. Keys begin with ``<slug>.``.

    Example: the meeting pack and the weekly work informations (plugins/safeguards)."""


@hookspec
def notices() -> Iterable[NoticeRule]:  # type: ignore[empty-body]
    """Papers the system proposes to who is late or falls behind; the coordination group edits, numbers and issues them.

    Example: the three-coloured supervision sheets (plugins/safeguards/notices.py)."""


@hookspec
def intakes() -> Iterable[Intake]:  # type: ignore[empty-body]
    """What other systems may report through the API by a token of their own, and how they learn what became of it. Keys
    begin with ``<slug>.``.

    Example: complaints of a citizens' mini-program or a grid system (plugins/disputes/intakes.py)."""


@hookspec(firstresult=True)
def hookspecs() -> ModuleType:  # type: ignore[empty-body]
    """A module of this plugin's own hookspecs, by which others add to what it does. They implement them with
    ``@hookimpl(optionalhook=True)``; it calls them by ``scope.ask`` and ``door.ask``.

    Example: ``market_order_evidence`` (plugins/market_order/hooks.py)."""


@hookspec
def check_record(key: str, before: Mapping[str, Any], after: Mapping[str, Any], look: Look) -> Iterable[Problem]:  # type: ignore[empty-body]
    """Judge a write of another owner before it is made: a record (``micro_projects.project``) or a unit of the registry
    (``registry.complex``). ``before`` is empty for a new one. What it raises is noted as a fault and does not stop the write.

    Example: a company under restriction takes no new complex (plugins/market_order)."""


@hookspec
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:  # type: ignore[empty-body]
    """Blocks for the shared card of one complex. Called while the page is built, in its read-only transaction, plugin
    by plugin: what raises is shown as a fault in its place. ``read`` runs a select of the plugin's own tables.

    Example: the open defects of a complex as a table (plugins/environment)."""


@hookspec
def section_remarks(facts: Facts) -> Iterable[Block]:  # type: ignore[empty-body]
    """Blocks at the end of any action's section of the report: ``facts`` are that action's. Pure like a section; what
    raises is shown as a fault in its place.

    Example: what the lead departments write themselves (plugins/safeguards)."""


DESCRIBE = (
    "action",
    "records",
    "indicators",
    "deadlines",
    "settings",
    "report_sections",
    "jobs",
    "offers",
    "reactions",
    "papers",
    "compilations",
    "notices",
    "intakes",
    "hookspecs",
)
