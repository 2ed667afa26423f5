"""What is owed (plan 1.3, D11-D16), and the clocks of a call: one hour to sign, a day to make contact, three to be there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.api import (
    COMPLEX,
    DEPARTMENT,
    MANAGED,
    RECORD,
    STREET,
    ComplexTerm,
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
from plugins.enforcement.indicators import offices
from plugins.enforcement.records_daily import DailyPatrol, LawItem, Posting
from plugins.enforcement.records_findings import Case, Finding
from plugins.enforcement.records_joint import Call, JointAction, Patrol, Training


def street(scope: Scope) -> Rows:
    return scope.street()


def managed(scope: Scope) -> Rows:
    return scope.complexes().where(ComplexTerm.service.in_(MANAGED))


def items(scope: Scope) -> Rows:
    return select(LawItem.area_id, LawItem.issued_on).where(scope.until(LawItem))


def postings(scope: Scope) -> Rows:
    return select(Posting.complex_id, Posting.posted_on).where(scope.until(Posting))


def trainings(scope: Scope) -> Rows:
    return select(Training.area_id, Training.held_on).where(scope.within(Training))


def joint_actions(scope: Scope) -> Rows:
    return select(JointAction.area_id, JointAction.held_on).where(scope.within(JointAction))


def patrols(scope: Scope) -> Rows:
    return select(Patrol.department_id, Patrol.held_on).where(scope.within(Patrol))


def daily_patrols(scope: Scope) -> Rows:
    return select(DailyPatrol.complex_id, DailyPatrol.patrolled_on).where(scope.within(DailyPatrol))


def cases(scope: Scope) -> Rows:
    return select(Case.area_id, Case.formed_on).where(scope.until(Case))


def sign(settings: Mapping[str, Any]) -> Within:
    return Within(hours=settings["enforcement.sign_hours"])


def contact(settings: Mapping[str, Any]) -> Within:
    return Within(hours=settings["enforcement.contact_hours"])


CLAUSE = "二（四）二"
DEADLINES = (
    Deadline(
        key="enforcement.item_list",
        label="公布执法事项清单",
        code="D11",
        clause="二（四）一",
        unit=STREET,
        due=Once(),
        who=street,
        done=items,
        answers=LawItem,
        settles="登记执法事项清单",
    ),
    Deadline(
        key="enforcement.posting",
        label="清单和通讯录张贴",
        code="D11",
        clause="二（四）一",
        unit=COMPLEX,
        due=Once(),
        done=postings,
        answers=Posting,
        settles="上传张贴照片",
    ),
    Deadline(
        key="enforcement.training",
        label="统一执法培训",
        code="D12",
        clause="二（四）一",
        unit=STREET,
        due=Every(period=Period.QUARTER),
        due_from=every("enforcement.training_every"),
        who=street,
        done=trainings,
        answers=Training,
        settles="当期举办1次培训",
    ),
    Deadline(
        key="enforcement.joint_twice",
        label="每月联合执法不少于2次",
        code="D13",
        clause=CLAUSE,
        unit=STREET,
        due=Every(period=Period.MONTH, times=2),
        who=street,
        done=joint_actions,
        answers=JointAction,
        settles="当月第2次联合执法",
    ),
    Deadline(
        key="enforcement.patrol_monthly",
        label="部门每月下沉巡查",
        code="D14",
        clause="二（四）三",
        unit=DEPARTMENT,
        due=Every(period=Period.MONTH),
        who=offices,
        done=patrols,
        answers=Patrol,
        settles="当月下沉巡查1次",
    ),
    Deadline(
        key="enforcement.patrol_daily",
        label="物业每日巡查",
        code="D15",
        clause="二（四）四",
        unit=COMPLEX,
        due=Every(period=Period.DAY),
        who=managed,
        done=daily_patrols,
        answers=DailyPatrol,
        settles="当日巡查记录",
    ),
    Deadline(
        key="enforcement.case_formed",
        label="形成打击案例",
        code="D16",
        clause=CLAUSE,
        unit=STREET,
        due=Once(),
        who=street,
        done=cases,
        answers=Case,
        settles="登记打击案例",
    ),
    Deadline(
        key="enforcement.sign",
        label="被吹部门接收",
        code="F4.3",
        clause=CLAUSE,
        unit=RECORD,
        of=Call,
        due=Within(hours=1),
        due_from=sign,
        opened="blown_at",
        done_on="signed_at",
        answers=Call,
        settles="接收、联系、到场或退回",
    ),
    Deadline(
        key="enforcement.contact",
        label="被吹部门联系社区",
        code="F4.3",
        clause=CLAUSE,
        unit=RECORD,
        of=Call,
        due=Within(hours=24),
        due_from=contact,
        opened="blown_at",
        done_on="touched_at",
        answers=Call,
        settles="联系社区、到场或退回",
    ),
    Deadline(
        key="enforcement.attend",
        label="被吹部门到场",
        code="F4.3",
        clause=CLAUSE,
        unit=RECORD,
        of=Call,
        due=Stated(days=3),
        opened="blown_at",
        stated="attend_on",
        done_on="attended_at",
        answers=Call,
        settles="到场，或书面退回、免办",
    ),
    Deadline(
        key="enforcement.rectify",
        label="违法违规问题整改到位",
        code="F4.6",
        clause="二（四）目标",
        unit=RECORD,
        of=Finding,
        due=Stated(days=15),
        opened="found_on",
        stated="limit_on",
        done_on="done_on",
        answers=Finding,
        settles="复查到位，或已立案、移送",
    ),
)
