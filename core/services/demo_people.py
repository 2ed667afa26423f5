"""The people of the demo world: roles, never names, one account for each kind of user."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from core.base.units import COMMUNITY, DEPARTMENT, LEADER
from core.estate.units import Leader, Responsibility
from core.services import accounts
from core.services.accounts import Account
from core.services.work import Work

PEOPLE = {
    "community": "社区（示例社区D）",
    "department": "牵头部门（城管办）",
    "sanitation": "牵头部门（环卫办）",
    "leader": "挂钩领导",
    "coordination": "综合协调组",
    "administrator": "系统管理员",
}


def ensure(work: Work) -> None:
    """Each of ``PEOPLE`` has an account; those that are there stay."""
    there = set(work.session.scalars(select(Account.login)))
    if "community" in there:
        return
    unit = work.look.unit_id
    accounts.add(work, "community", "示例社区D", "community", community_id=unit(COMMUNITY, "示例社区D"))
    accounts.add(work, "department", "城管办", "department", department_id=unit(DEPARTMENT, "城管办"))
    accounts.add(work, "sanitation", "环卫办", "department", department_id=unit(DEPARTMENT, "环卫办"))
    accounts.add(work, "leader", "挂钩领导", "leader", leader_id=_linked_leader(work))
    accounts.add(work, "coordination", "综合协调组", "coordination")
    accounts.add(work, "administrator", "系统管理员", "administrator")


def _linked_leader(work: Work) -> int | None:
    """A leader who is linked to complexes on the day."""
    day: date = work.today
    rows = select(Responsibility.holder_id).where(
        Responsibility.holder_kind == LEADER.name,
        Responsibility.unit_kind == "complex",
        Responsibility.since <= day,
        Responsibility.until >= day,
    )
    return work.session.scalar(rows.limit(1)) or work.session.scalar(select(Leader.id).limit(1))
