"""Table of contents of the action 小区环境提升: what it keeps, what it comes to, what is owed, what it reports."""

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
from plugins.environment import deadlines as owed
from plugins.environment import indicators as figures
from plugins.environment import jobs as scheduled
from plugins.environment import records as kept
from plugins.environment import report, sample, views

ACTION = Action(
    slug="environment",
    number=7,
    label="小区环境提升专项行动",
    english="Environment",
    goal="物业服务全覆盖；垃圾定点投放、及时清运，路面无明显坑洼积水，公共设施无明显损坏，路灯照明正常。",
    clause="二（七）",
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
    return [ReportSection(key="environment.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.open_defects(complex_id, read)
