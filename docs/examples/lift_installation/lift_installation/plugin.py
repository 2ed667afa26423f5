"""Table of contents of the action 既有住宅加装电梯专项行动: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.api import (
    Action,
    Block,
    Compilation,
    Deadline,
    Indicator,
    Job,
    NoticeRule,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from lift_installation import deadlines as owed
from lift_installation import documents, report, sample, views
from lift_installation import indicators as figures
from lift_installation import jobs as clock
from lift_installation import notices as papers
from lift_installation import records as kept

ACTION = Action(
    slug="lift_installation",
    number=21,
    label="既有住宅加装电梯专项行动",
    english="Lifts for walk-up buildings",
    goal="既有住宅加装电梯应装尽装。",
    clause="示例",
    needs_core=">=1.1,<2",  # the contract versions it is tested with; outside them it is quarantined
    coordinated=True,  # the coordination group leads it until a campaign names a department
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
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="lift_installation.section", label=ACTION.label, build=report.build)]


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def settings() -> Iterable[Setting]:
    return owed.SETTINGS


@hookimpl
def jobs() -> Iterable[Job]:
    return clock.JOBS


@hookimpl
def notices() -> Iterable[NoticeRule]:
    return papers.NOTICES


@hookimpl
def compilations() -> Iterable[Compilation]:
    return documents.COMPILATIONS


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.on_card(complex_id, read)
