"""What is owed (plan 1.3, D24 and D25): the year's tasks of the named lists, and the clocks of hazards, contracts, posts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from core.api import COMPLEX, RECORD, Deadline, Once, Rows, Scope, Stated, Within
from plugins.safety.indicators import BUILT_LIST, CHARGING_LIST, FIRE_LIST, repaired
from plugins.safety.records import (
    ChargingProject,
    FireRepair,
    Hazard,
    Maintenance,
    Operator,
    SmartGrade,
    Standardisation,
)
from plugins.safety.records_projects import STANDARD
from plugins.safety.records_safety import LIMIT_DAYS


def declared(scope: Scope) -> Rows:
    """Who has set out for the standard owes it; half of the managed complexes is enough for A8-1, so nobody else is dunned."""
    taken_on = select(Standardisation.complex_id).where(scope.until(Standardisation))
    rows = scope.units(COMPLEX)
    return rows.where(rows.selected_columns[0].in_(taken_on))


def achieved(scope: Scope) -> Rows:
    return select(Standardisation.complex_id, Standardisation.achieved_on).where(
        scope.until(Standardisation, "achieved_on")
    )


def charging(scope: Scope) -> Rows:
    return scope.listed(CHARGING_LIST)


def opened(scope: Scope) -> Rows:
    return select(ChargingProject.complex_id, ChargingProject.opened_on).where(
        scope.until(ChargingProject, "opened_on")
    )


def fire(scope: Scope) -> Rows:
    return scope.listed(FIRE_LIST)


def built(scope: Scope) -> Rows:
    return scope.listed(BUILT_LIST)


def standard(scope: Scope) -> Rows:
    return select(SmartGrade.complex_id, SmartGrade.graded_on).where(
        scope.until(SmartGrade), SmartGrade.grade.in_(STANDARD)
    )


def has_limit() -> ColumnElement[bool]:
    return FireRepair.limit_on.is_not(None)


def expiring(settings: Mapping[str, Any]) -> Stated:
    return Stated(before=settings["safety.expiry_days"])


def five_fixes(settings: Mapping[str, Any]) -> Within:
    return Within(days=settings["safety.major_fix_days"])


DEADLINES = (
    Deadline(
        key="safety.standardisation",
        label="安全生产标准化创建",
        code="D24",
        clause="二（八）一",
        unit=COMPLEX,
        due=Once(),
        who=declared,
        done=achieved,
        answers=Standardisation,
        settles="公告达标",
    ),
    Deadline(
        key="safety.charging_place",
        label="增设电动自行车停放充电场所",
        code="D25",
        clause="二（八）二",
        unit=COMPLEX,
        due=Once(),
        who=charging,
        done=opened,
        answers=ChargingProject,
        settles="名单内小区有一处充电场所投用",
    ),
    Deadline(
        key="safety.fire_repaired",
        label="消防设施问题整改",
        code="D25",
        clause="二（八）三",
        unit=COMPLEX,
        due=Once(),
        who=fire,
        done=repaired,
        answers=FireRepair,
        settles="名单内小区的整改全部验收合格",
    ),
    Deadline(
        key="safety.smart_upgrade",
        label="智能安防小区达到标准型",
        code="D25",
        clause="二（八）四",
        unit=COMPLEX,
        due=Once(),
        who=built,
        done=standard,
        answers=SmartGrade,
        settles="评定为标准型或提高型",
    ),
    Deadline(
        key="safety.hazard",
        label="安全隐患整改销号",
        code="D24",
        clause="二（八）一",
        unit=RECORD,
        of=Hazard,
        due=Stated(days=LIMIT_DAYS),
        opened="found_on",
        stated="limit_on",
        done_on="closed_on",
        answers=Hazard,
        settles="整改完成，他人复查合格并销号",
    ),
    Deadline(
        key="safety.hazard_fixes",
        label="重大隐患五落实",
        code="D24",
        clause="二（八）一",
        unit=RECORD,
        of=Hazard,
        due=Within(days=3),
        due_from=five_fixes,
        opened="major_from",
        done_on="fixed_on",
        answers=Hazard,
        settles="填齐措施、责任、资金、时限、预案并开始整改",
    ),
    Deadline(
        key="safety.contract_expiry",
        label="维保合同、资质到期续签",
        code="D24",
        clause="二（八）一",
        unit=RECORD,
        of=Maintenance,
        due=Stated(before=30),
        due_from=expiring,
        opened="signed_on",
        stated="expires_on",
        done_on="settled_on",
        answers=Maintenance,
        settles="登记新合同（原合同自动结清），或终止",
    ),
    Deadline(
        key="safety.certificate_expiry",
        label="特种作业证到期换证",
        code="D24",
        clause="二（八）一",
        unit=RECORD,
        of=Operator,
        due=Stated(before=30),
        due_from=expiring,
        opened="certified_on",
        stated="valid_until",
        done_on="settled_on",
        answers=Operator,
        settles="登记新证（原来一条自动结清），或离岗",
    ),
    Deadline(
        key="safety.fire_repair_limit",
        label="消防整改期限",
        code="D25",
        clause="二（八）三",
        unit=RECORD,
        of=FireRepair,
        where=has_limit,
        due=Stated(),
        opened="found_on",
        stated="limit_on",
        done_on="accepted_on",
        answers=FireRepair,
        settles="验收合格",
    ),
)
