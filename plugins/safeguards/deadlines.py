"""What is owed (plan 1.3, D29-D38): weekly meetings and information, people to be named, papers to be answered."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, true

from core.api import (
    ACTION,
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    RECORD,
    STREET,
    Deadline,
    Department,
    Every,
    Once,
    Period,
    Record,
    Rows,
    Scope,
    Stated,
    every,
)
from plugins.safeguards.records_bodies import Summary
from plugins.safeguards.records_meetings import (
    POSITIVE,
    CommunityDecision,
    Coordination,
    Decision,
    Dispatch,
    Exemplar,
    Hearing,
    LinkedMeeting,
    WeeklyInfo,
)
from plugins.safeguards.records_notices import CommunityNotice, DepartmentNotice
from plugins.safeguards.records_people import AttackPlan, CommunityTeam, Liaison
from plugins.safeguards.records_supervision import Issue, Publication, Rectification, Reminder, Talk
from plugins.safeguards.records_texts import ActionText


def street(scope: Scope) -> Rows:
    return scope.street()


def linked(scope: Scope) -> Rows:
    return scope.answering("linked", COMPLEX)


def members(scope: Scope) -> Rows:
    """专班各成员单位 (D35), by kind of department."""
    kinds = [part.strip() for part in str(scope.setting("safeguards.member_kinds")).replace("，", "、").split("、")]
    return scope.units(DEPARTMENT).where(Department.category.in_(kinds))


def held(model: type[Record], on: str, *, ever: bool = False) -> Callable[[Scope], Rows]:
    """What settles: a record of ``model`` in the period (``ever``: by the day)."""
    unit, day = getattr(model, model.unit.column), getattr(model, on)

    def facts(scope: Scope) -> Rows:
        return select(unit, day).where(scope.until(model) if ever else scope.within(model))

    return facts


def published(scope: Scope) -> Rows:
    """The month's results, whenever they came out."""
    return select(Publication.area_id, Publication.published_on).where(
        scope.within(Publication, "month"), scope.until(Publication)
    )


def good_examples(scope: Scope) -> Rows:
    return select(Exemplar.area_id, Exemplar.chosen_on).where(scope.until(Exemplar), Exemplar.kind == POSITIVE)


def weekly(settings: Mapping[str, Any]) -> Every:
    return Every(period=Period.WEEK, since=settings["safeguards.weekly_from"])


WEEK = Every(period=Period.WEEK)
CLOCKS = (
    ("reminder_reply", "工作提醒函回执", "D33", Reminder, "issued_on", "replied_on", "收到企业回执"),
    ("rectification_reply", "整改通知书回执", "D33", Rectification, "issued_on", "replied_on", "收到企业回执"),
    ("talk_reply", "约谈承诺落实", "D33", Talk, "issued_on", "replied_on", "收到企业整改报告"),
    ("decision", "议定事项办理（部门）", "G3", Decision, "decided_on", "closed_on", "办理、核验并销号"),
    (
        "community_decision",
        "议定事项办理（社区）",
        "G4",
        CommunityDecision,
        "decided_on",
        "closed_on",
        "办理、核验并销号",
    ),
    ("issue", "检查问题整改", "G8", Issue, "found_on", "closed_on", "整改、核验并销号"),
    ("attack_plan", "攻坚任务完成", "附件2", AttackPlan, "planned_on", "closed_on", "完成、核验并销号"),
)
DEADLINES = (
    Deadline(
        key="safeguards.dispatch_weekly",
        label="每周调度会",
        code="D29",
        clause="三（四）",
        unit=STREET,
        due=WEEK,
        due_from=weekly,
        who=street,
        done=held(Dispatch, "held_on"),
        answers=Dispatch,
        settles="当周召开1次",
    ),
    Deadline(
        key="safeguards.coordination_weekly",
        label="专项组每周协调会",
        code="D30",
        clause="三（四）",
        unit=ACTION,
        due=WEEK,
        due_from=weekly,
        done=held(Coordination, "held_on"),
        answers=Coordination,
        settles="当周召开1次",
    ),
    Deadline(
        key="safeguards.linked_weekly",
        label="挂钩小区每周协调会",
        code="D30",
        clause="三（四）",
        unit=COMPLEX,
        due=WEEK,
        due_from=weekly,
        who=linked,
        done=held(LinkedMeeting, "held_on"),
        answers=LinkedMeeting,
        settles="当周在小区召开1次",
    ),
    Deadline(
        key="safeguards.hearing_weekly",
        label="每周听取重点工作汇报",
        code="D31",
        clause="三（四）",
        unit=STREET,
        due=WEEK,
        due_from=weekly,
        who=street,
        done=held(Hearing, "held_on"),
        answers=Hearing,
        settles="当周听取1次",
    ),
    Deadline(
        key="safeguards.publication_monthly",
        label="每月公布检查结果",
        code="D32",
        clause="三（三）",
        unit=STREET,
        due=Every(period=Period.MONTH),
        who=street,
        done=published,
        answers=Publication,
        settles="公布当月检查结果",
    ),
    Deadline(
        key="safeguards.talk_regular",
        label="定期约谈",
        code="D33",
        clause="三（三）",
        unit=STREET,
        due=Every(period=Period.MONTH),
        due_from=every("safeguards.talk_every"),
        who=street,
        done=lambda scope: _talks(scope),
        answers=Talk,
        settles="当期约谈1家企业",
    ),
    Deadline(
        key="safeguards.info_weekly",
        label="每周工作信息",
        code="D34",
        clause="三（六）",
        unit=ACTION,
        due=WEEK,
        due_from=weekly,
        done=held(WeeklyInfo, "sent_on"),
        answers=WeeklyInfo,
        settles="当周报送1篇",
    ),
    Deadline(
        key="safeguards.report_text",
        label="报送综合报告文字",
        clause="三（四）",
        unit=ACTION,
        due=Every(period=Period.MONTH),
        due_from=every("safeguards.text_every"),
        done=held(ActionText, "written_on"),
        answers=ActionText,
        settles="报送本期的做法成效、存在问题、下一步打算",
    ),
    Deadline(
        key="safeguards.liaison",
        label="指定1名联络员",
        code="D35",
        clause="三（一）",
        unit=DEPARTMENT,
        due=Once(),
        who=members,
        done=held(Liaison, "since", ever=True),
        answers=Liaison,
        settles="登记联络员",
    ),
    Deadline(
        key="safeguards.community_team",
        label="成立社区专班和物业管理机构",
        code="D36",
        clause="三（一）",
        unit=COMMUNITY,
        due=Once(),
        done=held(CommunityTeam, "formed_on", ever=True),
        answers=CommunityTeam,
        settles="登记专班、机构和专人",
    ),
    Deadline(
        key="safeguards.exemplars",
        label="选树正面典型",
        code="D37",
        clause="三（六）",
        unit=STREET,
        due=Once(),
        who=street,
        done=good_examples,
        answers=Exemplar,
        settles="选树正面典型",
    ),
    Deadline(
        key="safeguards.summary",
        label="总结梳理、长效机制",
        code="D38",
        clause="阶段目标（四）",
        unit=STREET,
        due=Once(),
        who=street,
        done=held(Summary, "finished_on", ever=True),
        answers=Summary,
        settles="完成总结",
    ),
    *(
        Deadline(
            key=f"safeguards.{key}_due",
            label=label,
            code=code,
            clause="三（三）" if code == "D33" else "三（四）",
            unit=RECORD,
            of=model,
            due=Stated(days=15),
            opened=opened,
            stated="limit_on",
            done_on=done,
            answers=model,
            settles=settles,
        )
        for key, label, code, model, opened, done, settles in CLOCKS
    ),
    *(
        Deadline(  # no ``answers``: the group files the sheet, but whom it is addressed to owes the answer
            key=f"safeguards.{key}_due",
            label=label,
            code="G8",
            clause="三（四）",
            unit=RECORD,
            of=model,
            due=Stated(days=5),
            opened="issued_on",
            stated="limit_on",
            done_on="replied_on",
            settles="反馈办理情况",
        )
        for key, label, model in (
            ("community_notice", "督办单反馈（社区）", CommunityNotice),
            ("department_notice", "督办单反馈（部门）", DepartmentNotice),
        )
    ),
)


def _talks(scope: Scope) -> Rows:
    """Talks are companies'; the duty to hold them is the street's."""
    streets = scope.street().subquery("streets")
    return select(streets.c[0], Talk.issued_on).join(Talk, true()).where(scope.within(Talk, "issued_on"))
