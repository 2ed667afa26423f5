"""Table of contents of the action 安全防范提升专项行动: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
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
from plugins.safety import deadlines as owed
from plugins.safety import indicators as figures
from plugins.safety import jobs as scheduled
from plugins.safety import reactions as links
from plugins.safety import records as kept
from plugins.safety import report, sample, views

ACTION = Action(
    slug="safety",
    number=8,
    label="安全防范提升专项行动",
    english="Safety",
    goal="安全生产标准化创建完成50%；40个小区增设充电场所；16个小区消防整改；67个已建小区达到标准型，20%达到提高型。",
    clause="二（八）",
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
    return [ReportSection(key="safety.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return links.REACTIONS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.panels(complex_id, read)


@hookimpl(optionalhook=True)
def market_order_evidence(start: date, end: date) -> Rows:
    """A8 → A5 (plan 1.6): hazards past their limit, for the month's assessment."""
    return links.overdue_hazards(start, end)
