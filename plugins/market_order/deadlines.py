"""What is owed (plan 1.3, D17-D20): assessments and bulletins, credit information, the self-check and its issues, income."""

from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from core.api import (
    COMPLEX,
    RECORD,
    STREET,
    Deadline,
    Every,
    Once,
    Period,
    Rows,
    Scope,
    Stated,
    counts,
    every,
    month_of,
    plus_days,
)
from plugins.market_order.records_assessment import Assessment, Bulletin
from plugins.market_order.records_company import CreditRound
from plugins.market_order.records_income import Income, IncomeProblem
from plugins.market_order.records_publicity import CAMPAIGN, ROUTINE, Issue, SelfCheck


def managed(scope: Scope) -> Rows:
    return scope.managed()


def street(scope: Scope) -> Rows:
    return scope.street()


def scored(scope: Scope) -> Rows:
    """Of the window's month, whenever it was scored: late is late, not never."""
    done = Assessment.scored_on.is_not(None)
    return select(Assessment.complex_id, Assessment.scored_on).where(
        counts(Assessment), Assessment.month == scope.start, done
    )


def last_month(scope: Scope) -> ColumnElement[date]:
    return month_of(plus_days(scope.start, -1))


def to_publish(scope: Scope) -> Rows:
    """The street, if anything was assessed in the month before."""
    there = select(Assessment.id).where(
        counts(Assessment), Assessment.month == last_month(scope), Assessment.scored_on.is_not(None)
    )
    return scope.street().where(there.exists())


def bulletins(scope: Scope) -> Rows:
    issued = Bulletin.issued_on.is_not(None)
    return select(Bulletin.area_id, Bulletin.issued_on).where(
        counts(Bulletin), Bulletin.month == last_month(scope), issued
    )


def rounds(scope: Scope) -> Rows:
    return select(CreditRound.area_id, CreditRound.held_on).where(scope.within(CreditRound))


def self_checks(scope: Scope) -> Rows:
    return select(SelfCheck.complex_id, SelfCheck.checked_on).where(scope.until(SelfCheck))


def campaign_issues(scope: Scope) -> ColumnElement[bool]:
    return scope.until(Issue) & (Issue.kind == CAMPAIGN)


def with_issues(scope: Scope) -> Rows:
    found = select(Issue.id).where(campaign_issues(scope))
    units = scope.units(COMPLEX)
    return units.where(found.where(Issue.complex_id == units.selected_columns[0]).exists())


def all_closed(scope: Scope) -> Rows:
    """Settled on the day the last of them was closed."""
    closed = func.sum(case((Issue.closed_on <= scope.day, 1), else_=0))
    rows = select(Issue.complex_id, func.max(Issue.closed_on)).where(campaign_issues(scope))
    return rows.group_by(Issue.complex_id).having(closed == func.count())


def routine() -> ColumnElement[bool]:
    return Issue.kind == ROUTINE


def reviews(scope: Scope) -> Rows:
    return select(Income.complex_id, Income.reviewed_on).where(scope.within(Income))


DEADLINES = (
    Deadline(
        key="market_order.assessment",
        label="每月精细化考评",
        code="D17",
        clause="二（五）1",
        unit=COMPLEX,
        due=Every(period=Period.MONTH),
        who=managed,
        done=scored,
        answers=Assessment,
        settles="当月考评已打分",
    ),
    Deadline(
        key="market_order.bulletin",
        label="每月考评通报",
        code="D17",
        clause="二（五）1",
        unit=STREET,
        due=Every(period=Period.MONTH),
        who=to_publish,
        done=bulletins,
        answers=Bulletin,
        settles="上月考评的通报已印发",
    ),
    Deadline(
        key="market_order.credit_call",
        label="征集信用不良信息",
        code="D18",
        clause="二（五）2",
        unit=STREET,
        due=Every(period=Period.MONTH),
        due_from=every("market_order.credit_every"),
        who=street,
        done=rounds,
        answers=CreditRound,
        settles="当期征集一次，没有线索也要填",
    ),
    Deadline(
        key="market_order.self_check",
        label="公示公开自查",
        code="D19",
        clause="二（五）4",
        unit=COMPLEX,
        due=Once(),
        who=managed,
        done=self_checks,
        answers=SelfCheck,
        settles="报自查表",
    ),
    Deadline(
        key="market_order.rectified",
        label="公示公开问题整改",
        code="D19",
        clause="二（五）4",
        unit=COMPLEX,
        due=Once(),
        who=with_issues,
        done=all_closed,
        answers=Issue,
        settles="自查问题全部复核销号",
    ),
    Deadline(
        key="market_order.issue",
        label="日常检查公示问题整改",
        code="D19",
        clause="二（五）4",
        unit=RECORD,
        of=Issue,
        where=routine,
        due=Stated(days=30),
        opened="found_on",
        stated="limit_on",
        done_on="closed_on",
        answers=Issue,
        settles="整改完成并由另一人复核销号",
    ),
    Deadline(
        key="market_order.income_review",
        label="公共收益排查",
        code="D20",
        clause="二（五）5",
        unit=COMPLEX,
        due=Every(period=Period.MONTH),
        due_from=every("market_order.income_every"),
        who=managed,
        done=reviews,
        answers=Income,
        settles="当期排查一次，没有问题也要填",
    ),
    Deadline(
        key="market_order.income_problem",
        label="公共收益问题整改",
        code="D20",
        clause="二（五）5",
        unit=RECORD,
        of=IncomeProblem,
        due=Stated(days=15),
        opened="found_on",
        stated="limit_on",
        done_on="settled_on",
        answers=IncomeProblem,
        settles="整改到位并由另一人复核，或未及时整改已查处",
    ),
)
