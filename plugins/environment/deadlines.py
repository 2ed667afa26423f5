"""What is owed (plan 1.3, D22 and D23, and the limit of each defect)."""

from sqlalchemy import select

from core.api import COMPLEX, MANAGED, RECORD, ComplexTerm, Deadline, Every, Once, Period, Rows, Scope, Stated, has
from plugins.environment.records import SPOTS, Cleanup, Fallback, Shortboard


def managed(scope: Scope) -> Rows:
    return scope.managed()


def unmanaged(scope: Scope) -> Rows:
    return scope.complexes().where(ComplexTerm.service.not_in(MANAGED))


def full_cleanups(scope: Scope) -> Rows:
    return select(Cleanup.complex_id, Cleanup.held_on).where(scope.within(Cleanup), has(Cleanup.spots, *SPOTS))


def cleanups(scope: Scope) -> Rows:
    return select(Cleanup.complex_id, Cleanup.held_on).where(scope.within(Cleanup))


def fallbacks(scope: Scope) -> Rows:
    services = scope.setting("environment.fallback_services")
    return select(Fallback.complex_id, Fallback.started_on).where(
        scope.until(Fallback), has(Fallback.services, *services)
    )


DEADLINES = (
    Deadline(
        key="environment.first_cleanup",
        label="首次集中大扫除",
        code="D22",
        clause="二（七）一",
        unit=COMPLEX,
        due=Once(),
        who=managed,
        done=full_cleanups,
        answers=Cleanup,
        settles="一次覆盖五类部位的大扫除",
    ),
    Deadline(
        key="environment.monthly_cleanup",
        label="每月集中大扫除",
        code="D22",
        clause="二（七）一",
        unit=COMPLEX,
        due=Every(period=Period.MONTH),
        who=managed,
        done=cleanups,
        answers=Cleanup,
        settles="当月任意一次大扫除",
    ),
    Deadline(
        key="environment.fallback",
        label="无物业小区保洁、安保兜底",
        code="D23",
        clause="二（七）四",
        unit=COMPLEX,
        due=Once(),
        who=unmanaged,
        done=fallbacks,
        answers=Fallback,
        settles="登记保洁和安保兜底服务",
    ),
    Deadline(
        key="environment.shortboard",
        label="短板整改销号",
        code="F7.3",
        clause="二（七）三",
        unit=RECORD,
        of=Shortboard,
        due=Stated(days=15),
        opened="found_on",
        stated="limit_on",
        done_on="closed_on",
        answers=Shortboard,
        settles="整改完成并由他人复核销号",
    ),
)
