"""Table of contents of the action 规范物业服务及市场秩序: what it keeps, what it comes to, what is owed, what follows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from core.api import (
    Action,
    Block,
    Change,
    Deadline,
    Indicator,
    Job,
    Look,
    Offer,
    Paper,
    Problem,
    Reaction,
    Record,
    ReportSection,
    Rows,
    Sample,
    Setting,
    World,
    hookimpl,
)
from plugins.market_order import deadlines as owed
from plugins.market_order import documents, hooks, report, sample, views
from plugins.market_order import indicators as figures
from plugins.market_order import jobs as scheduled
from plugins.market_order import reactions as links
from plugins.market_order import records as kept

ACTION = Action(
    slug="market_order",
    number=5,
    label="规范物业服务及市场秩序专项行动",
    english="Service and market order",
    goal="物业服务事项公开公示100%；公共收益整治到位100%；精细化考评覆盖100%；考评不达标企业限制承接新项目100%。",
    clause="二（五）",
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
def report_sections() -> Iterable[ReportSection]:
    return [ReportSection(key="market_order.section", label=ACTION.label, build=report.build)]


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
def hookspecs() -> ModuleType:
    return hooks


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.panels(complex_id, read)


@hookimpl
def check_record(key: str, before: Mapping[str, Any], after: Mapping[str, Any], look: Look) -> Iterable[Problem]:
    return links.refuse_restricted(key, before, after, look)


@hookimpl(optionalhook=True)
def market_order_credit(change: Change) -> Mapping[str, Any] | None:
    return links.own_credit(change)
