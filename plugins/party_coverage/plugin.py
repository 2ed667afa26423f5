"""Table of contents of the action 党的组织覆盖提升: what it keeps, what it comes to, what is owed, what it reports, what it
offers the others and asks of them."""

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import select

from core.api import (
    Action,
    Block,
    Deadline,
    Indicator,
    Job,
    Offer,
    Reaction,
    Record,
    ReportSection,
    Rows,
    Sample,
    Scope,
    Setting,
    World,
    hookimpl,
)
from plugins.party_coverage import deadlines as owed
from plugins.party_coverage import hooks, report, sample, views
from plugins.party_coverage import indicators as figures
from plugins.party_coverage import jobs as scheduled
from plugins.party_coverage import reactions as following
from plugins.party_coverage import records as kept
from plugins.party_coverage.records import CensusEntry, Organisation

ACTION = Action(
    slug="party_coverage",
    number=1,
    label="党的组织覆盖提升专项行动",
    english="Party coverage",
    goal="党建引领物业管理制度规范；小区、物业企业党组织覆盖；社区物业党建联建机制；党员3人以上的业委会占比50%以上。",
    clause="二（一）",
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
    return [ReportSection(key="party_coverage.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return following.REACTIONS


@hookimpl
def hookspecs() -> ModuleType:
    return hooks


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.party(complex_id, read)


@hookimpl
def offers() -> Iterable[Offer]:
    """Where there is a party organisation, and what registered members would serve as; never a name."""
    return (
        Offer(
            key="party_coverage.organisations",
            label="小区党组织",
            columns={"complex_id": "小区", "organisation_id": "党组织编号", "form": "建制式、功能型"},
            rows=_organisations,
        ),
        Offer(
            key="party_coverage.census",
            label="小区党员摸底登记",
            columns={
                "complex_id": "小区",
                "entry_id": "登记编号",
                "category": "正式、预备",
                "groups": "群体，如 |流动党员|",
                "willing": "意愿，如 |业委会|楼栋长|",
            },
            rows=_census,
        ),
    )


def _organisations(scope: Scope) -> Rows:
    o = Organisation
    return select(o.complex_id, o.id.label("organisation_id"), o.form).where(figures.organised(scope))


def _census(scope: Scope) -> Rows:
    e = CensusEntry
    return select(e.complex_id, e.id.label("entry_id"), e.category, e.groups, e.willing).where(scope.until(e))
