"""Table of contents of the action 小区自治组织提升: what it keeps, what it comes to, what is owed, what it reports, what it
offers the others."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import String, case, cast, literal, select

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
from plugins.self_governance import deadlines as owed
from plugins.self_governance import indicators as figures
from plugins.self_governance import jobs as scheduled
from plugins.self_governance import reactions as following
from plugins.self_governance import records as kept
from plugins.self_governance import report, sample, views
from plugins.self_governance.records import Committee, Member, TemporaryCommittee, TemporaryMember

ACTION = Action(
    slug="self_governance",
    number=2,
    label="小区自治组织提升专项行动",
    english="Owner self-governance",
    goal="业委会组建率60%以上；新组建（换届）业委会成员50%以上为党员；临时物管会补足，自治组织覆盖100%。",
    clause="二（二）",
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
    return [ReportSection(key="self_governance.section", label=ACTION.label, build=report.build)]


@hookimpl
def jobs() -> Iterable[Job]:
    return scheduled.JOBS


@hookimpl
def reactions() -> Iterable[Reaction]:
    return following.REACTIONS


@hookimpl
def samples(world: World) -> Iterable[Sample]:
    return sample.samples(world)


@hookimpl
def complex_panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterable[Block]:
    return views.governing(complex_id, read)


@hookimpl
def offers() -> Iterable[Offer]:
    """Bodies in office and who sits in them on the day; never a name. ``member`` is a record's key, to link to."""
    return (
        Offer(
            key="self_governance.committees",
            label="在任业委会",
            columns={
                "complex_id": "小区",
                "committee_id": "业委会编号",
                "started_on": "任期开始日期",
                "ends_on": "任期届满日期",
                "new": "1：专项行动期间新组建（换届），0：其他",
            },
            rows=_committees,
        ),
        Offer(
            key="self_governance.members",
            label="在任业委会的在任成员",
            columns={
                "complex_id": "小区",
                "committee_id": "业委会编号",
                "member_id": "成员编号",
                "member": "成员记录（来源字段可用），如 self_governance.member/12",
                "politics": "政治面貌：中共党员、预备党员、民主党派、群众",
                "post": "职务：主任、副主任、委员、候补",
                "from_on": "任职日期",
            },
            rows=_members,
        ),
        Offer(
            key="self_governance.temporary",
            label="在任临时物管会",
            columns={"complex_id": "小区", "temporary_id": "临时物管会编号", "founded_on": "成立日期"},
            rows=_temporary,
        ),
        Offer(
            key="self_governance.temporary_members",
            label="在任临时物管会的组成人员",
            columns={"complex_id": "小区", "temporary_id": "临时物管会编号", "politics": "政治面貌，可能为空"},
            rows=_temporary_members,
        ),
    )


def _committees(scope: Scope) -> Rows:
    new = case((figures.newly_elected(scope), 1), else_=0).label("new")
    return select(
        Committee.complex_id, Committee.id.label("committee_id"), Committee.started_on, Committee.ends_on, new
    ).where(figures.in_office(scope))


def _members(scope: Scope) -> Rows:
    origin = literal("self_governance.member/").concat(cast(Member.id, String)).label("member")
    return (
        select(
            Member.complex_id,
            Member.committee_id,
            Member.id.label("member_id"),
            origin,
            Member.politics,
            Member.post,
            Member.from_on,
        )
        .join(Committee, Committee.id == Member.committee_id)
        .where(figures.in_office(scope), figures.seated(scope))
    )


def _temporary(scope: Scope) -> Rows:
    t = TemporaryCommittee
    return select(t.complex_id, t.id.label("temporary_id"), t.founded_on).where(figures.temporary_in_office(scope))


def _temporary_members(scope: Scope) -> Rows:
    m = TemporaryMember
    left = (m.until_on.is_(None)) | (m.until_on >= scope.day)
    return (
        select(m.complex_id, m.temporary_id, m.politics)
        .join(TemporaryCommittee, TemporaryCommittee.id == m.temporary_id)
        .where(figures.temporary_in_office(scope), scope.until(m), left)
    )


@hookimpl(optionalhook=True)
def party_coverage_seats(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> list[dict[str, Any]]:
    """Who sits or sat in committees of the complex, for the register of cross posts (plan 1.6: A2 to A1-9)."""
    m, c = Member, Committee
    rows = (
        select(m.id, m.name, m.post, m.from_on, m.until_on, c.ended_on, c.ends_on)
        .join(c, c.id == m.committee_id)
        .where(m.complex_id == complex_id, m.state.in_(m.workflow.counting), c.state.in_(c.workflow.counting))
        .order_by(m.id)
    )
    return [
        {
            "origin": f"self_governance.member/{number}",
            "name": name,
            "post": post,
            "from_on": from_on,
            "until_on": min((d for d in (until_on, ended_on, ends_on) if d is not None), default=None),
        }
        for number, name, post, from_on, until_on, ended_on, ends_on in read(rows)
    ]
