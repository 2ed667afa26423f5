"""What it comes to (plan 1.2, G-1 and G-2), and how regularly the groups report. G-1 has no number in the text: the gain of
the last wave over the first is shown in points, the verdict is for people to give (Q32)."""

from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select

from core.api import (
    ACTION,
    COMMUNITY,
    DEPARTMENT,
    STREET,
    DayKind,
    Indicator,
    Period,
    Rows,
    Scope,
    Setting,
    Shape,
    TextKind,
    at_least,
    coverage,
    every_setting,
    tally,
    whole,
)
from plugins.safeguards.records_bodies import SurveyWave, YearTask
from plugins.safeguards.records_meetings import CommunityDecision, Decision, WeeklyInfo

SETTINGS = (
    Setting(
        key="safeguards.weekly_from",
        label="每周事项自哪一周起",
        kind=DayKind(),
        default=date(2024, 11, 11),
        note="Q12、Q13：自2024-W46（11月11日）起，周按ISO周计",
    ),
    Setting(
        key="safeguards.member_kinds",
        label="“专班各成员单位”的类别",
        kind=TextKind(longest=100),
        default="街道办所、派驻站所、执法部门、司法",
        note="D35、Q26：用顿号分隔",
    ),
    every_setting(
        "safeguards.text_every", "综合报告文字多久报一次", Period.MONTH, note="一月一通报；每周调度时可改为每周"
    ),
    every_setting("safeguards.talk_every", "定期约谈频次", Period.MONTH, note="D33：方案写“定期”，取每月"),
)


def _waves(scope: Scope) -> tuple[Any, Any]:
    """The first and the latest wave by the day, as subqueries of (valid, satisfied)."""
    rows = select(SurveyWave.valid, SurveyWave.satisfied).where(scope.until(SurveyWave))
    first = rows.order_by(SurveyWave.wave, SurveyWave.id).limit(1).subquery("first_wave")
    last = rows.order_by(SurveyWave.wave.desc(), SurveyWave.id.desc()).limit(1).subquery("last_wave")
    return first, last


def satisfaction(scope: Scope) -> Rows:
    _, last = _waves(scope)
    n, d = (func.coalesce(select(c).scalar_subquery(), 0) for c in (last.c.satisfied, last.c.valid))
    return whole(scope.street(), n, d)


def satisfaction_gain(scope: Scope) -> Rows:
    """(s2/v2 - s1/v1) x 100, kept exact as one fraction; nothing before there are two waves."""
    first, last = _waves(scope)
    waves = select(func.count(SurveyWave.wave.distinct())).where(scope.until(SurveyWave)).scalar_subquery()
    gain = (last.c.satisfied * first.c.valid - first.c.satisfied * last.c.valid) * 100
    n = select(gain).select_from(first.join(last, literal(True))).scalar_subquery()
    d = select(first.c.valid * last.c.valid).select_from(first.join(last, literal(True))).scalar_subquery()
    two = waves > 1
    return whole(scope.street(), case((two, n), else_=0), case((two, d), else_=0))


def yearly_tasks(scope: Scope) -> Rows:
    listed = select(func.count()).where(scope.until(YearTask))
    return whole(scope.street(), listed.where(YearTask.done_on <= scope.day), listed)


def info_sent(scope: Scope) -> Rows:
    return coverage(of=scope.units(ACTION), by=select(WeeklyInfo.action_id).where(scope.within(WeeklyInfo)))


def decisions_closed(scope: Scope) -> Rows:
    closed = case((Decision.closed_on <= scope.day, 1), else_=0)
    rows = select(Decision.department_id, closed, literal(1)).where(scope.until(Decision))
    return tally(rows, of=scope.units(DEPARTMENT))


def community_decisions_closed(scope: Scope) -> Rows:
    closed = case((CommunityDecision.closed_on <= scope.day, 1), else_=0)
    rows = select(CommunityDecision.community_id, closed, literal(1)).where(scope.until(CommunityDecision))
    return tally(rows, of=scope.units(COMMUNITY))


INDICATORS = (
    Indicator(
        key="safeguards.satisfaction_gain",
        label="群众满意度提升",
        code="G-1",
        clause="阶段目标（二）",
        measure=satisfaction_gain,
        unit=STREET,
        shape=Shape.AVERAGE,
        suffix="个百分点",
        numerator="最近一轮满意率减第一轮满意率",
        denominator="—（不足两轮为无数据）",
        target=at_least(5),
        evidence=(SurveyWave,),
    ),
    Indicator(
        key="safeguards.satisfaction",
        label="群众满意度（最近一轮）",
        code="G-1",
        clause="阶段目标（二）",
        measure=satisfaction,
        unit=STREET,
        numerator="满意的有效问卷",
        denominator="有效问卷",
        watch=True,
        evidence=(SurveyWave,),
    ),
    Indicator(
        key="safeguards.yearly_tasks",
        label="2024年度物业党建联建任务完成率",
        code="G-2",
        clause="阶段目标（三）",
        measure=yearly_tasks,
        unit=STREET,
        numerator="已完成的任务",
        denominator="列入清单的任务",
        target=at_least(1),
        evidence=(YearTask,),
    ),
    Indicator(
        key="safeguards.info_sent",
        label="本周已报工作信息的专项组",
        code="D34",
        clause="三（六）",
        measure=info_sent,
        unit=ACTION,
        every=Period.WEEK,
        numerator="当周报送工作信息的专项组",
        denominator="十个专项组",
        watch=True,
        evidence=(WeeklyInfo,),
    ),
    Indicator(
        key="safeguards.decisions_closed",
        label="议定事项销号率（部门）",
        code="G3",
        clause="三（四）",
        measure=decisions_closed,
        unit=DEPARTMENT,
        numerator="已销号的议定事项",
        denominator="部门承办的议定事项",
        watch=True,
        evidence=(Decision,),
    ),
    Indicator(
        key="safeguards.community_decisions_closed",
        label="议定事项销号率（社区）",
        code="G4",
        clause="三（四）",
        measure=community_decisions_closed,
        unit=COMMUNITY,
        numerator="已销号的议定事项",
        denominator="社区承办的议定事项",
        watch=True,
        evidence=(CommunityDecision,),
    ),
)
