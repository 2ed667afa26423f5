"""What is owed: a round through each managed complex every month, and what is found cleared in three days."""

from sqlalchemy import ColumnElement, select

from charging_safety.records import Check
from core.api import RECORD, Deadline, Every, IntegerKind, Period, Rows, Scope, Setting, Within

SETTINGS = (
    Setting(
        key="charging_safety.days",
        label="发现后几天内清除",
        kind=IntegerKind(at_least=1, at_most=30, unit="天"),
        default=3,
        note="示例：默认三日",
    ),
)


def managed(scope: Scope) -> Rows:
    return scope.managed()


def rounds(scope: Scope) -> Rows:
    return select(Check.complex_id, Check.checked_on).where(scope.within(Check))


def something() -> ColumnElement[bool]:
    return Check.found > 0


DEADLINES = (
    # [deadline]
    Deadline(
        key="charging_safety.monthly",
        label="每月飞线充电排查",
        clause="示例",
        due=Every(period=Period.MONTH),
        who=managed,
        done=rounds,
        answers=Check,
        settles="当月排查1次",
    ),
    # [/deadline]
    # [clock]
    Deadline(
        key="charging_safety.removal",
        label="飞线充电清除",
        clause="示例",
        unit=RECORD,
        of=Check,
        where=something,
        opened="checked_on",
        done_on="cleared_on",
        due=Within(days=3),
        due_from=lambda settings: Within(days=settings["charging_safety.days"]),
        answers=Check,
        settles="上传清除后照片",
    ),
    # [/clock]
)
