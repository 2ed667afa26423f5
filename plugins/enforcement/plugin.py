"""Table of contents of the action “执法进小区”: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.api import (
    Action,
    Block,
    Change,
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
from plugins.enforcement import deadlines as owed
from plugins.enforcement import indicators as figures
from plugins.enforcement import jobs as scheduled
from plugins.enforcement import reactions as following
from plugins.enforcement import records as kept
from plugins.enforcement import report, sample, views

ACTION = Action(
    slug="enforcement",
    number=4,
    label="“执法进小区”专项行动",
    english="Enforcement enters complexes",
    goal="违规装修、乱搭乱建、侵占公共空间、电动车违规停放充电、堵塞消防通道五类重难点问题执法到位率100%。",
    clause="二（四）",
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
    return [ReportSection(key="enforcement.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.open_findings(complex_id, read)


@hookimpl(optionalhook=True)
def market_order_evidence(start: Any, end: Any) -> Rows:
    return figures.evidence(start, end)


@hookimpl(optionalhook=True)
def market_order_credit(change: Change) -> dict[str, Any] | None:
    return figures.credit(change)
