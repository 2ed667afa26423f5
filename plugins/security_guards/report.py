"""Its section of the combined report: filing, training and certificates against target, by company, and what inspections found."""

from collections.abc import Iterator

from sqlalchemy import and_, case, func, or_, select

from core.api import Block, Column, Company, Facts, Number, Paragraph, Ratio, Table, Text, counts
from plugins.security_guards.records import Guard, Inspection, Training

FEW = 10  # companies with most guards unfiled


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield trainings(facts)
    yield by_company(facts)
    yield inspections(facts)


def trainings(facts: Facts) -> Paragraph:
    held = Training.held_on.between(facts.since, facts.as_of) & counts(Training)
    ((many,),) = facts.read(select(func.count()).where(held))
    trained = facts.indicator("security_guards.trained")
    return Paragraph(
        "专项行动以来派出所、街道举办保安培训班",
        Number(many, "期"),
        "，在岗保安员考核合格",
        Number(trained.n, "人"),
        "，占在岗",
        Ratio(trained.n, trained.d),
        "；2025年上半年须全员培训。",
    )


def by_company(facts: Facts) -> Table:
    """Guards on post by company, those with most unfiled first."""
    on_post = and_(counts(Guard), Guard.since <= facts.as_of, or_(Guard.until.is_(None), Guard.until >= facts.as_of))
    filed = func.sum(case((Guard.filed_on <= facts.as_of, 1), else_=0))
    trained = func.sum(case((Guard.trained_on <= facts.as_of, 1), else_=0))
    rows = facts.read(
        select(Company.name, func.count(), filed, trained)
        .join(Guard, Guard.employer_id == Company.id)
        .where(on_post)
        .group_by(Company.id, Company.name)
        .having(func.count() > filed)
        .order_by((func.count() - filed).desc(), Company.id)
        .limit(FEW)
    )
    return Table(
        title="未全员备案的企业",
        columns=(
            Column(label="企业", width=14),
            Column(label="在岗", width=6, align="right"),
            Column(label="备案", width=12, align="right"),
            Column(label="培训合格", width=12, align="right"),
        ),
        rows=tuple((Text(name), Number(all_), Ratio(f, all_), Ratio(t, all_)) for name, all_, f, t in rows),
        empty="各企业在岗保安员均已备案。",
    )


def inspections(facts: Facts) -> Paragraph:
    looked = Inspection.inspected_on.between(facts.as_of.replace(day=1), facts.as_of) & counts(Inspection)
    marks = (Inspection.certified, Inspection.uniformed, Inspection.groomed, Inspection.polite)
    tallies = [func.coalesce(func.sum(case((mark.is_(False), 1), else_=0)), 0) for mark in marks]
    ((many, *failed),) = facts.read(select(func.count(), *tallies).where(looked))
    said: list[object] = [f"{facts.as_of.month}月形象检查", Number(many, "次"), "，发现"]
    for label, number in zip(("未持证上岗", "着装不规范", "仪容不整", "礼仪不到位"), failed, strict=True):
        said += [label, Number(int(number), "次"), "、"]
    return Paragraph(*said[:-1], "。")  # type: ignore[arg-type]
