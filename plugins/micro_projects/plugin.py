"""Table of contents of the action 办好小区管理“微实事”: what it keeps, what it comes to, what is owed, what it reports."""

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
from plugins.micro_projects import deadlines as owed
from plugins.micro_projects import indicators as figures
from plugins.micro_projects import jobs as scheduled
from plugins.micro_projects import records as kept
from plugins.micro_projects import report, sample, views

ACTION = Action(
    slug="micro_projects",
    number=10,
    label="办好小区管理“微实事”专项行动",
    english="Micro-projects",
    goal="年底前每个小区办好不少于1个“微实事”，“一个小区一个方案”。",
    clause="二（十）",
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
    return [ReportSection(key="micro_projects.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.projects(complex_id, read)
