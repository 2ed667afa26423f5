"""Its section of the combined report: figures, companies ranked, the red and the black list, who is restricted, what is
still not posted, public income."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import case, func, or_, select

from core.api import Block, Column, Company, Day, Facts, Number, Paragraph, Ref, Table, Text, counts, local_day
from plugins.market_order.records_assessment import LISTED, Assessment, company_ranks, complex_ranks
from plugins.market_order.records_company import BAD, Credit, Restriction, restricting
from plugins.market_order.records_income import Income, IncomeProblem
from plugins.market_order.records_publicity import ITEMS, NOT_POSTED, Issue


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    if month := judged_month(facts):
        yield companies(facts, month)
        yield complexes(facts, month)
    yield restrictions(facts)
    yield issues(facts)
    yield income(facts)
    yield credit(facts)


def judged_month(facts: Facts) -> date | None:
    """The newest month with approved assessments."""
    newest = select(func.max(Assessment.month)).where(counts(Assessment), Assessment.approved_on <= facts.as_of)
    ((month,),) = facts.read(newest)
    found: date | None = month
    return found


def companies(facts: Facts, month: date) -> Table:
    ranks = company_ranks(facts.read, Assessment.month == month, Assessment.approved_on <= facts.as_of)
    return Table(
        title=f"{month.year}年{month.month}月物业企业考评排名",
        columns=(
            Column(label="名次", width=4, align="right"),
            Column(label="物业企业", width=12),
            Column(label="小区数", width=5, align="right"),
            Column(label="平均分", width=5, align="right"),
            Column(label="最低分", width=5, align="right"),
        ),
        rows=tuple(
            (
                Number(place),
                Text(one.name),
                Number(one.many),
                Number(float(one.mean), digits=1),
                Number(float(one.least), digits=1),
            )
            for place, one in enumerate(ranks, 1)
        ),
        note="按该企业各小区已审定的得分平均数排序；有一个小区低于达标线的，企业为不达标（可在设置中改为按平均分）。",
    )


def complexes(facts: Facts, month: date) -> Table:
    """The best and those below the line."""
    rows = facts.read(complex_ranks(Assessment.month == month, Assessment.approved_on <= facts.as_of))
    red = [r for r in rows[:LISTED] if r.score >= r.line]
    black = [r for r in reversed(rows) if r.score < r.line][:LISTED]
    return Table(
        title=f"{month.year}年{month.month}月考评红黑榜",
        columns=(Column(label="榜", width=4), Column(label="小区", width=14), Column(label="得分", align="right")),
        rows=tuple(
            (
                Text(word),
                Text(r.name, ref=Ref(kind="complex", key=str(r.id), as_of=facts.as_of)),
                Number(float(r.score), digits=1),
            )
            for word, ones in (("红", red), ("黑", black))
            for r in ones
        ),
        note=f"红榜列前{LISTED}名，黑榜列低于达标线的小区；均为已审定的得分。",
    )


def restrictions(facts: Facts) -> Table:
    rows = facts.read(
        select(Company.name, Restriction.id, Restriction.from_on, Restriction.until_on, Assessment.score)
        .join(Restriction, Restriction.company_id == Company.id)
        .join(Assessment, Assessment.id == Restriction.assessment_id)
        .where(restricting(facts.as_of))
        .order_by(Restriction.from_on, Company.name)
    )
    return Table(
        title="限制承接新项目的企业",
        columns=(
            Column(label="物业企业", width=12),
            Column(label="依据考评得分", align="right"),
            Column(label="起始", width=9),
            Column(label="截止", width=9),
        ),
        rows=tuple(
            (
                Text(name, ref=Ref(kind="record", key=f"market_order.restriction/{key}")),
                Number(float(score), digits=1),
                Day(since),
                Day(until) if until else Text("复评达标解除"),
            )
            for name, key, since, until, score in rows
        ),
        empty="没有处于限制承接期的企业。",
    )


def issues(facts: Facts) -> Table:
    """By item: found, closed, and still open."""
    closed = func.sum(case((Issue.closed_on <= facts.as_of, 1), else_=0))
    missing = func.sum(case((Issue.fault == NOT_POSTED, 1), else_=0))
    rows = facts.read(
        select(Issue.item, func.count(), missing, closed)
        .where(counts(Issue), Issue.found_on <= facts.as_of)
        .group_by(Issue.item)
    )
    by = {item: (many, int(gaps), int(done)) for item, many, gaps, done in rows}
    return Table(
        title="公示公开问题按项目",
        columns=(
            Column(label="项目", width=14),
            *(Column(label=x, align="right") for x in ("发现", "其中未公示", "已销号", "未销号")),
        ),
        rows=tuple(
            (Text(item), Number(many), Number(gaps), Number(done), Number(many - done))
            for item in ITEMS
            if item in by
            for many, gaps, done in (by[item],)
        ),
        empty="自查没有发现问题。",
    )


def income(facts: Facts) -> Paragraph:
    """Q17: complexes without a problem are named apart."""
    settled = facts.indicator("market_order.income_settled")
    clean = facts.indicator("market_order.income_clean")
    month = facts.as_of.replace(day=1)
    own = (counts(Income), Income.reviewed_on.between(month, facts.as_of))
    ((many, earned, cost),) = facts.read(
        select(
            func.count(Income.complex_id.distinct()),
            func.sum(Income.income),
            func.sum(Income.cost),
        ).where(*own)
    )
    punished = select(func.count()).where(
        counts(IncomeProblem), IncomeProblem.state == "penalised", IncomeProblem.settled_on <= facts.as_of
    )
    ((penalised,),) = facts.read(punished)
    return Paragraph(
        f"公共收益：{month.month}月排查小区",
        Number(many, "个"),
        "，申报收入",
        Number(float(earned or 0), "元", digits=2),
        "、成本",
        Number(float(cost or 0), "元", digits=2),
        "；专项行动以来有问题的小区",
        Number(settled.d, "个"),
        "，已整治到位",
        Number(settled.n, "个"),
        "，查处",
        Number(penalised, "件"),
        "；无问题小区",
        Number(clean.n, "个"),
        "。",
    )


def credit(facts: Facts) -> Paragraph:
    """What stands in the credit file, and what is still being decided."""
    standing = or_(Credit.revoked_on.is_(None), Credit.revoked_on > facts.as_of)
    recorded = (Credit.recorded_on <= facts.as_of) & standing
    waiting = or_(Credit.recorded_on.is_(None), Credit.recorded_on > facts.as_of)
    rows = select(
        func.sum(case((recorded & (Credit.kind == BAD), 1), else_=0)),
        func.sum(case((recorded & (Credit.kind != BAD), 1), else_=0)),
        func.sum(case((waiting, 1), else_=0)),
    ).where(counts(Credit), local_day(Credit.created_at) <= facts.as_of)
    ((bad, good, open_ones),) = facts.read(rows)
    return Paragraph(
        "信用信息：已记入不良",
        Number(int(bad or 0), "条"),
        "、良好",
        Number(int(good or 0), "条"),
        "，待告知、待决定",
        Number(int(open_ones or 0), "条"),
        "。",
    )
