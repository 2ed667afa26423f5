"""Table of contents of the action 小区矛盾纠纷化解调处: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from core.api import (
    Action,
    Block,
    Deadline,
    Indicator,
    Intake,
    Job,
    Offer,
    Reaction,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from plugins.disputes import deadlines as owed
from plugins.disputes import indicators as figures
from plugins.disputes import intakes as taken_in
from plugins.disputes import jobs as scheduled
from plugins.disputes import reactions as links
from plugins.disputes import records as kept
from plugins.disputes import report, sample, views

ACTION = Action(
    slug="disputes",
    number=3,
    label="小区矛盾纠纷化解调处专项行动",
    english="Disputes and complaints",
    goal="投诉量下降15%以上；处置率100%；“小事不出网格、大事不出社区”。",
    clause="二（三）",
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
    return [ReportSection(key="disputes.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def offers() -> Iterable[Offer]:
    return figures.OFFERS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return links.REACTIONS


@hookimpl
def intakes() -> Iterable[Intake]:
    return taken_in.INTAKES


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.panels(complex_id, read)


@hookimpl(optionalhook=True)
def market_order_evidence(start: date, end: date) -> Rows:
    return figures.evidence(start, end)
