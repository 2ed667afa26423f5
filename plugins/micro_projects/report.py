"""Its section of the combined report: coverage, projects by type and stage, the money, and what stands still."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import case, func, select

from core.api import Block, Column, Complex, Day, Facts, Number, Paragraph, Ref, Table, Text, counts
from plugins.micro_projects.jobs import STUCK
from plugins.micro_projects.records import KINDS, Expense, Funding, Project
from plugins.micro_projects.workflows import PROJECT

FEW = 15


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield by_kind(facts)
    yield money(facts)
    yield stuck(facts)


def by_kind(facts: Facts) -> Table:
    until = facts.as_of
    columns = [
        func.sum(case((on <= until, 1), else_=0)) for on in (Project.approved_on, Project.built_on, Project.accepted_on)
    ]
    rows = facts.read(
        select(Project.kind, func.count(), *columns)
        .where(Project.wished_on <= until, counts(Project))
        .group_by(Project.kind)
    )
    found = {kind: numbers for kind, *numbers in rows}
    head = ("类型", "征集", "立项", "完工", "验收")
    return Table(
        title="“微实事”按类型",
        columns=(Column(label=head[0], width=14), *(Column(label=h, width=7, align="right") for h in head[1:])),
        rows=tuple((Text(kind), *(Number(int(n or 0)) for n in found[kind])) for kind in KINDS if kind in found),
        empty="还没有征集到“微实事”。",
    )


def money(facts: Facts) -> Paragraph:
    """Planned, raised and spent, in 元."""
    until = facts.as_of
    budgets = select(func.sum(Project.budget)).where(Project.approved_on <= until, counts(Project))
    raised = select(func.sum(Funding.amount)).where(Funding.received_on <= until, counts(Funding))
    spent = select(func.sum(Expense.amount)).where(Expense.paid_on <= until, counts(Expense))
    ((planned,),), ((have,),), ((paid,),) = facts.read(budgets), facts.read(raised), facts.read(spent)
    return Paragraph("立项预算", _yuan(planned), "，已筹集", _yuan(have), "，已支出", _yuan(paid), "。")


def _yuan(amount: Decimal | None) -> Number:
    return Number(float(amount or 0) / 10_000, "万元", digits=2)


def stuck(facts: Facts) -> Table:
    """Approved and not accepted, standing in their stage for over thirty days."""
    last = facts.as_of - timedelta(days=STUCK)
    since = func.coalesce(Project.built_on, Project.begun_on, Project.approved_on)
    rows = facts.read(
        select(Project.id, Complex.name, Project.name, Project.state, since)
        .join(Complex, Complex.id == Project.complex_id)
        .where(since < last, Project.accepted_on.is_(None), counts(Project))
        .order_by(since, Project.id)
        .limit(FEW)
    )
    return Table(
        title=f"停留超过{STUCK}天的项目",
        columns=(
            Column(label="小区", width=11),
            Column(label="项目", width=18),
            Column(label="阶段", width=8),
            Column(label="自", width=9),
        ),
        rows=tuple(
            (
                Text(home),
                Text(name, ref=Ref(kind="record", key=f"micro_projects.project/{key}")),
                Text(PROJECT.state(state).label),
                Day(on),
            )
            for key, home, name, state, on in rows
        ),
        empty=f"没有停留超过{STUCK}天的项目。",
    )
