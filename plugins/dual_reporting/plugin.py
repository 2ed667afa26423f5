"""Table of contents of the action “双报到”: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.api import (
    Action,
    Block,
    Deadline,
    Indicator,
    Job,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from plugins.dual_reporting import deadlines as owed
from plugins.dual_reporting import indicators as figures
from plugins.dual_reporting import jobs as scheduled
from plugins.dual_reporting import records as kept
from plugins.dual_reporting import report, sample, views

ACTION = Action(
    slug="dual_reporting",
    number=9,
    label="市直机关党组织和党员到社区“双报到”专项行动",
    english="City organs' dual reporting",
    goal="年底前每个市直单位形成1份项目清单、开展集中活动不少于2次，公职党员到居住小区报到、亮身份。",
    clause="二（九）",
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
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="dual_reporting.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.open_needs(complex_id, read)


@hookimpl(optionalhook=True)
def market_order_evidence(start: Any, end: Any) -> Rows:
    return figures.evidence(start, end)
