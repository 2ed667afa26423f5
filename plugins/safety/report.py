"""Its section of the combined report: figures against targets, smart grades by community, charging places by stage, hazards by
level, where the money of the fire repairs comes from."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core.api import Block, Column, Facts, Number, Paragraph, Table, Text, counts, has, plus_days
from plugins.safety.records import ChargingProject, FireRepair, Hazard
from plugins.safety.records_projects import FUNDS
from plugins.safety.records_safety import LEVELS, LIMIT_DAYS

STAGES = (  # from the last to the first: the day that shows the stage was reached
    ("停用", "stopped_on"),
    ("投用", "opened_on"),
    ("验收", "accepted_on"),
    ("施工", "started_on"),
    ("公示", "noticed_on"),
)


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield grades(facts)
    yield charging(facts)
    yield hazards(facts)
    yield funding(facts)


def grades(facts: Facts) -> Table:
    """A8-4 and A8-5 by community; every number is the indicator's own."""
    improved, standard = facts.indicator("safety.improved_grade"), facts.indicator("safety.standard_grade")
    by = {g.group: g.n for g in improved.by_community}
    rows: list[tuple[Text | Number, ...]] = [
        (Text(g.group), Number(by.get(g.group, 0)), Number(g.n), Number(g.d)) for g in standard.by_community if g.d
    ]
    if rows:
        rows.append((Text("合计", strong=True), Number(improved.n), Number(standard.n), Number(standard.d)))
    return Table(
        title="智能安防小区等级",
        columns=(
            Column(label="社区", width=10),
            Column(label="提高型", align="right"),
            Column(label="标准型及以上", align="right"),
            Column(label="已建小区", align="right"),
        ),
        rows=tuple(rows),
        empty="已建小区名单为空。",
    )


def charging(facts: Facts) -> Paragraph:
    """Where every charging place stands on the day, listed complexes and others alike."""
    reached = [(getattr(ChargingProject, name) <= facts.as_of, label) for label, name in STAGES]
    stage = case(*reached, else_="选址")
    rows = facts.read(
        select(stage, func.count())
        .where(ChargingProject.sited_on <= facts.as_of, counts(ChargingProject))
        .group_by(stage)
    )
    found = dict(rows)
    if not found:
        return Paragraph("尚无充电场所项目。")
    order = [label for label in ("选址", "公示", "施工", "验收", "投用", "停用") if label in found]
    runs: list[str | Number] = ["充电场所项目（含名单外小区）共", Number(sum(found.values()), "处"), "："]
    for label in order:
        runs += [label, Number(found[label], "处"), "，"]
    return Paragraph(*runs[:-1], "。")


def hazards(facts: Facts) -> Table:
    """By level: found this month, open on the day, of these past their limit."""
    month = facts.as_of.replace(day=1)
    still = and_(Hazard.found_on <= facts.as_of, or_(Hazard.closed_on.is_(None), Hazard.closed_on > facts.as_of))
    found = _by_level(facts, Hazard.found_on.between(month, facts.as_of))
    left = _by_level(facts, still)
    late = _by_level(facts, and_(still, _limit() < facts.as_of))
    return Table(
        title="安全隐患按级别",
        columns=(
            Column(label="隐患级别", width=8),
            Column(label="本月发现", align="right"),
            Column(label="未销号", align="right"),
            Column(label="其中已逾期", align="right"),
        ),
        rows=tuple(
            (Text(level), Number(found.get(level, 0)), Number(left.get(level, 0)), Number(late.get(level, 0)))
            for level in LEVELS
            if level in found or level in left
        ),
        empty="本月未发现隐患，也没有未销号的隐患。",
    )


def _limit() -> ColumnElement[date]:
    return func.coalesce(Hazard.limit_on, plus_days(Hazard.found_on, LIMIT_DAYS), type_=Hazard.found_on.type)


def _by_level(facts: Facts, where: ColumnElement[bool]) -> dict[str, int]:
    return dict(facts.read(select(Hazard.level, func.count()).where(where, counts(Hazard)).group_by(Hazard.level)))


def funding(facts: Facts) -> Table:
    """Repairs whose money is secured, by source. One paid from two sources stands in both rows, hence no sum of them."""
    paid = and_(FireRepair.funded_on <= facts.as_of, counts(FireRepair))
    rows: list[tuple[Text | Number, ...]] = []
    for fund in FUNDS:
        ((many, amount),) = facts.read(
            select(func.count(), func.coalesce(func.sum(FireRepair.amount), Decimal(0))).where(
                paid, has(FireRepair.funding, fund)
            )
        )
        if many:
            rows.append((Text(fund), Number(many), Number(float(amount), digits=2)))
    return Table(
        title="消防整改资金落实情况",
        columns=(
            Column(label="资金来源", width=8),
            Column(label="整改项目（项）", align="right"),
            Column(label="涉及金额（元）", width=12, align="right"),
        ),
        rows=tuple(rows),
        note="一项整改有两种来源的，在两行中各计一次。",
        empty="尚无落实资金的消防整改。",
    )
