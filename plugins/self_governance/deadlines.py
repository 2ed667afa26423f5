"""What is owed (plan 1.3, D4-D7; 3.1: filing within 30 days, re-election begun three months before a term ends)."""

from typing import Any

from sqlalchemy import and_, func, select

from core.api import (
    COMMUNITY,
    RECORD,
    STREET,
    Complex,
    Deadline,
    Every,
    Once,
    Period,
    Rows,
    Scope,
    Stated,
    Within,
    every,
)
from plugins.self_governance.indicators import in_office
from plugins.self_governance.records import Committee, Evaluation, Opinion, Rule, Training
from plugins.self_governance.records_committee import ELECTED
from plugins.self_governance.records_conduct import RULES

FILING_DAYS = 30  # 物业管理条例第十六条
RENEWAL_DAYS = 90  # 指导规则：届满前三个月


def street(scope: Scope) -> Rows:
    return scope.street()


def trainings(scope: Scope) -> Rows:
    return select(Training.area_id, Training.held_on).where(scope.within(Training))


def rules(scope: Scope) -> Rows:
    """The day on which the last of the four kinds was issued first."""
    first = (
        select(Rule.area_id, Rule.kind, func.min(Rule.issued_on).label("day"))
        .where(scope.until(Rule))
        .group_by(Rule.area_id, Rule.kind)
        .subquery("first")
    )
    whole = select(first.c.area_id, func.max(first.c.day).label("day")).group_by(first.c.area_id)
    found = whole.having(func.count() == len(RULES)).subquery("whole")
    return select(found.c.area_id, found.c.day)


def with_committees(scope: Scope) -> Rows:
    held = select(Complex.community_id).join(Committee, Committee.complex_id == Complex.id).where(in_office(scope))
    rows = scope.units(COMMUNITY)
    return rows.where(rows.selected_columns[0].in_(held))


def all_evaluated(scope: Scope) -> Rows:
    """The day on which the last committee in office of a community was evaluated."""
    first = (
        select(Evaluation.committee_id, func.min(Evaluation.evaluated_on).label("day"))
        .where(scope.within(Evaluation))
        .group_by(Evaluation.committee_id)
        .subquery("first")
    )
    each = (
        select(Complex.community_id, func.max(first.c.day).label("day"))
        .join(Committee, and_(Committee.complex_id == Complex.id, in_office(scope)))
        .outerjoin(first, first.c.committee_id == Committee.id)
        .group_by(Complex.community_id)
    )
    whole = each.having(func.count(Committee.id) == func.count(first.c.day)).subquery("whole")
    return select(whole.c.community_id, whole.c.day)


def review_due(settings: Any) -> Within:
    return Within(days=settings["self_governance.review_days"], working=True)


DEADLINES = (
    Deadline(
        key="self_governance.joint_review",
        label="部门答复人选联审",
        code="D4",
        clause="二（二）一",
        unit=RECORD,
        of=Opinion,
        due=Within(days=5, working=True),
        due_from=review_due,
        opened="asked_on",
        done_on="answered_on",
        answers=Opinion,
        settles="部门答复同意或不同意",
    ),
    Deadline(
        key="self_governance.training",
        label="业委会委员履职培训",
        code="D5",
        clause="二（二）二",
        unit=STREET,
        due=Every(period=Period.QUARTER),
        due_from=every("self_governance.training_every"),
        who=street,
        done=trainings,
        answers=Training,
        settles="本期办过一次培训",
    ),
    Deadline(
        key="self_governance.rules",
        label="制度、履职清单、负面清单、监督考核办法",
        code="D6",
        clause="二（二）二",
        unit=STREET,
        due=Once(),
        who=street,
        done=rules,
        answers=Rule,
        settles="四类文件都已发布",
    ),
    Deadline(
        key="self_governance.yearly_review",
        label="业委会年底履职评价",
        code="D7",
        clause="二（二）三",
        unit=COMMUNITY,
        due=Once(),
        who=with_committees,
        done=all_evaluated,
        answers=Evaluation,
        settles="本社区在任业委会都已评价",
    ),
    Deadline(
        key="self_governance.filing",
        label="业委会备案（选举产生后30日内）",
        code="F2.2",
        clause="物业管理条例第十六条",
        unit=RECORD,
        of=Committee,
        due=Within(days=FILING_DAYS),
        opened="started_on",
        done_on="filed_on",
        where=lambda: Committee.nature.in_(ELECTED),
        answers=Committee,
        settles="填写备案日期",
    ),
    Deadline(
        key="self_governance.renewal",
        label="业委会届满前启动换届",
        code="F2.2",
        clause="业主大会和业主委员会指导规则",
        unit=RECORD,
        of=Committee,
        due=Stated(before=RENEWAL_DAYS),
        opened="started_on",
        stated="ends_on",
        done_on="renewal_on",
        answers=Committee,
        settles="推进表转入“换届中”，或本届已届终",
    ),
)
