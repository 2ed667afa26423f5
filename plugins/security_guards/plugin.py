"""Table of contents of the action 物业保安形象提升: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.api import (
    Action,
    Block,
    Deadline,
    Indicator,
    Job,
    Reaction,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from plugins.security_guards import deadlines as owed
from plugins.security_guards import indicators as figures
from plugins.security_guards import jobs as scheduled
from plugins.security_guards import reactions as following
from plugins.security_guards import records as kept
from plugins.security_guards import report, sample, views

ACTION = Action(
    slug="security_guards",
    number=6,
    label="物业保安形象提升专项行动",
    english="Guards' image",
    goal="保安员全员备案；2024年12月底前培训25%，2025年上半年培训100%；实现形象与履职“双提升”。",
    clause="二（六）",
)


@hookimpl
def action() -> Action:
    return ACTION


@hookimpl
def records() -> Iterable[type[Record]]:
    return kept.RECORDS


@hookimpl
def indicators() -> Iterable[Indicator]:
    return figures.INDICATORS


@hookimpl
def deadlines() -> Iterable[Deadline]:
    return owed.DEADLINES


@hookimpl
def settings() -> Iterable[Setting]:
    return figures.SETTINGS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return following.REACTIONS


@hookimpl
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="security_guards.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.guards(complex_id, read)


@hookimpl(optionalhook=True)
def market_order_evidence(start: Any, end: Any) -> Rows:
    return figures.evidence(start, end)
