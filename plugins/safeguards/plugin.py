"""Table of contents of the safeguards (保障措施): what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.api import (
    Action,
    Block,
    Compilation,
    Deadline,
    Facts,
    Indicator,
    Job,
    NoticeRule,
    Paper,
    Period,
    Readers,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from plugins.safeguards import deadlines as owed
from plugins.safeguards import documents, documents_weekly, report, sample, views
from plugins.safeguards import indicators as figures
from plugins.safeguards import jobs as scheduled
from plugins.safeguards import notices as proposed
from plugins.safeguards import records as kept

COMPILATIONS = (  # who sits in the meeting; what is circulated
    Compilation(
        key="safeguards.meeting_pack",
        label="调度会材料",
        every=Period.WEEK,
        build=documents_weekly.pack,
        readers=Readers.DEPARTMENTS,
    ),
    Compilation(
        key="safeguards.informations",
        label="工作信息汇编",
        every=Period.WEEK,
        build=documents_weekly.informations,
        readers=Readers.EVERYBODY,
    ),
)

ACTION = Action(
    slug="safeguards",
    number=11,
    label="保障措施",
    english="Safeguards",
    goal="加强组织领导、强化绩效导向、抓好工作监督、定期督导调度、探索基金保障、强化宣传引导。",
    clause="三",
    coordinated=True,
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
def papers() -> Iterable[Paper]:
    return documents.PAPERS


@hookimpl
def compilations() -> Iterable[Compilation]:
    return COMPILATIONS


@hookimpl
def section_remarks(facts: Facts) -> Iterable[Block]:
    return report.remarks(facts)


@hookimpl
def notices() -> Iterable[NoticeRule]:
    return proposed.NOTICES


@hookimpl
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="safeguards.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.open_tasks(complex_id, read)
