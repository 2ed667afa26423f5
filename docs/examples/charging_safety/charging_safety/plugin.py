"""Table of contents of the action 飞线充电整治: what it keeps, what it comes to, what is owed, what it reports."""

from collections.abc import Iterable
from datetime import date

from charging_safety import deadlines as owed
from charging_safety import indicators as figures
from charging_safety import reactions as follows
from charging_safety import records as kept
from charging_safety import report, sample
from core.api import (
    Action,
    Deadline,
    Indicator,
    Reaction,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)

ACTION = Action(
    slug="charging_safety",
    number=20,
    label="飞线充电整治专项行动",
    english="Wires out of windows",
    goal="飞线充电发现一处、清除一处，三日内清除率100%。",
    clause="示例",
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
def settings() -> Iterable[Setting]:
    return owed.SETTINGS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return follows.REACTIONS


@hookimpl
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="charging_safety.section", label=ACTION.label, build=report.build)]


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl(optionalhook=True)
def market_order_evidence(start: date, end: date) -> Rows:
    return figures.evidence(start, end)
