"""Its section of the combined report: joint actions and patrols, findings by type, whistles by department."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from core.api import Block, Column, Department, Facts, Number, Paragraph, Ratio, Table, Text, counts, local_day
from plugins.enforcement.records_findings import Finding
from plugins.enforcement.records_joint import KINDS, Call, JointAction, Patrol, Whistle


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield actions(facts)
    yield findings(facts)
    yield departments(facts)


def actions(facts: Facts) -> Paragraph:
    month = facts.as_of.replace(day=1)
    joint = JointAction.held_on.between(month, facts.as_of) & counts(JointAction)
    sums = [func.coalesce(func.sum(c), 0) for c in (JointAction.people, JointAction.found, JointAction.filed)]
    ((times, people, found, filed),) = facts.read(select(func.count(), *sums).where(joint))
    patrolled = Patrol.held_on.between(month, facts.as_of) & counts(Patrol)
    ((many,),) = facts.read(select(func.count()).where(patrolled))
    return Paragraph(
        f"{month.month}月开展联合执法",
        Number(times, "次"),
        "，出动",
        Number(int(people), "人次"),
        "，发现问题",
        Number(int(found), "个"),
        "，立案",
        Number(int(filed), "起"),
        "；各部门下沉巡查",
        Number(many, "次"),
        "。",
    )


def findings(facts: Facts) -> Table:
    """By type since the campaign began: found, brought to its end, left."""
    done = func.sum(case((Finding.done_on <= facts.as_of, 1), else_=0))
    rows = facts.read(
        select(Finding.kind, func.count(), done)
        .where(Finding.found_on <= facts.as_of, counts(Finding))
        .group_by(Finding.kind)
    )
    found = {kind: (many, int(ended or 0)) for kind, many, ended in rows}
    return Table(
        title="违法违规问题按类型",
        columns=(
            Column(label="类型", width=16),
            Column(label="发现", width=6, align="right"),
            Column(label="执法到位", width=12, align="right"),
            Column(label="未到位", width=6, align="right"),
        ),
        rows=tuple(
            (
                Text(kind),
                Number(found[kind][0]),
                Ratio(found[kind][1], found[kind][0]),
                Number(found[kind][0] - found[kind][1]),
            )
            for kind in KINDS
            if kind in found
        ),
        empty="没有发现违法违规问题。",
    )


def departments(facts: Facts) -> Table:
    """Calls by department: how many, in time, handled, sent back, and what communities think of it."""
    end = facts.as_of
    handled = func.sum(case((Call.state == "handled", 1), else_=0))
    refused = func.sum(case((Call.state == "refused", 1), else_=0))
    rating = func.avg(Whistle.rating)
    rows = facts.read(
        select(Department.name, func.count(), func.count(Call.arrived_at), handled, refused, rating)
        .join(Call, Call.department_id == Department.id)
        .join(Whistle, Whistle.id == Call.whistle_id)
        .where(local_day(Call.blown_at) <= end, counts(Whistle))
        .group_by(Department.id, Department.name)
        .order_by(func.count().desc(), Department.id)
    )
    return Table(
        title="“社区吹哨、部门报到”",
        columns=(
            Column(label="部门", width=12),
            Column(label="被吹", width=6, align="right"),
            Column(label="已报到", width=12, align="right"),
            Column(label="已处置", width=12, align="right"),
            Column(label="退回", width=6, align="right"),
            Column(label="社区评分", width=8, align="right"),
        ),
        rows=tuple(
            (
                Text(name),
                Number(many),
                Ratio(arrived, many),
                Ratio(int(done or 0), many),
                Number(int(back or 0)),
                Text("—") if score is None else Number(float(score), "分", digits=1),
            )
            for name, many, arrived, done, back, score in rows
        ),
        empty="还没有社区吹哨。",
    )
