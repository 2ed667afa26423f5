"""Its section of the combined report: figures, duties, where each complex stands, new committees and their party members,
reviews that wait."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core.api import Block, Column, Community, Complex, Department, Facts, Number, Paragraph, Ratio, Table, Text, counts
from plugins.self_governance.records import Candidate, Committee, Member, Opinion, Progress
from plugins.self_governance.records_committee import ELECTED
from plugins.self_governance.workflows import STAGES


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield stages(facts)
    yield new_committees(facts)
    yield reviews(facts)


def stages(facts: Facts) -> Table:
    """How many complexes stand at each stage on the day: each card's latest entry by then."""
    newest = func.row_number().over(
        partition_by=Progress.complex_id, order_by=(Progress.reported_on.desc(), Progress.id.desc())
    )
    rows = (
        select(Progress.stage, newest.label("place"))
        .where(Progress.reported_on <= facts.as_of, counts(Progress))
        .subquery("rows")
    )
    many: dict[str, int] = {}
    for stage, number in facts.read(select(rows.c.stage, func.count()).where(rows.c.place == 1).group_by(rows.c.stage)):
        many[stage] = number
    return Table(
        title="业委会组建进度",
        columns=(Column(label="阶段", width=12), Column(label="小区数", align="right")),
        rows=tuple((Text(label), Number(many[label], "个")) for label in STAGES.values() if label in many),
        empty="尚未建立推进表。",
    )


def _new(facts: Facts) -> ColumnElement[bool]:
    """Elected since the campaign began and not ended on the day."""
    left = or_(Committee.ended_on.is_(None), Committee.ended_on >= facts.as_of)
    elected = and_(Committee.nature.in_(ELECTED), Committee.started_on.between(facts.since, facts.as_of))
    return and_(elected, left, counts(Committee))


def new_committees(facts: Facts) -> Table:
    """By community: committees elected since the campaign began, their members and party members (probationary apart, Q1)."""
    seated = and_(
        Member.committee_id == Committee.id,
        counts(Member),
        Member.from_on <= facts.as_of,
        or_(Member.until_on.is_(None), Member.until_on >= facts.as_of),
        Member.post != "候补",
    )
    kinds = [func.sum(case((Member.politics == kind, 1), else_=0)) for kind in ("中共党员", "预备党员")]
    rows = facts.read(
        select(Community.name, func.count(Committee.id.distinct()), func.count(Member.id), *kinds)
        .select_from(Committee)
        .join(Complex, Complex.id == Committee.complex_id)
        .join(Community, Community.id == Complex.community_id)
        .outerjoin(Member, seated)
        .where(_new(facts))
        .group_by(Community.id, Community.name)
        .order_by(Community.id)
    )
    columns = ("社区", "业委会", "成员", "中共党员", "预备党员", "党员占比")
    return Table(
        title="新组建（换届）业委会成员",
        columns=tuple(Column(label=label, align="left" if label == "社区" else "right") for label in columns),
        rows=tuple(
            (
                Text(name),
                Number(many, "个"),
                Number(members, "人"),
                Number(full or 0, "人"),
                Number(early or 0, "人"),
                Ratio((full or 0) + (early or 0), members),
            )
            for name, many, members, full, early in rows
        ),
        empty="专项行动开始以来尚无新组建（换届）的业委会。",
    )


def reviews(facts: Facts) -> Paragraph:
    """How many candidates were nominated and listed, and which departments still owe answers. No name, no opinion."""
    day = facts.as_of
    listed = func.sum(case((and_(Candidate.listed_on.is_not(None), Candidate.listed_on <= day), 1), else_=0))
    ((many, passed),) = facts.read(
        select(func.count(), func.coalesce(listed, 0)).where(Candidate.nominated_on <= day, counts(Candidate))
    )
    waiting = facts.read(
        select(Department.name, func.count())
        .join(Opinion, Opinion.department_id == Department.id)
        .where(counts(Opinion), Opinion.asked_on <= day, or_(Opinion.answered_on.is_(None), Opinion.answered_on > day))
        .group_by(Department.id, Department.name)
        .order_by(Department.id)
    )
    owed = "、".join(f"{name}{number}件" for name, number in waiting)
    return Paragraph(
        "专项行动开始以来提名人选",
        Number(many, "人"),
        "，列入候选",
        Number(passed, "人"),
        f"；待部门答复：{owed}。" if owed else "；没有待答复的联审。",
    )
