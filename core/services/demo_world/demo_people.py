"""The people of the demo world: roles, never names, one account for each kind of user."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from core.base.units import COMMUNITY, COMPANY, DEPARTMENT, LEADER
from core.estate.units import Complex, Grid, Leader, Responsibility
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.work import Work
from core.services.writing import registry

PEOPLE = {
    "community": "社区（示例社区D）",
    "department": "牵头部门（城管办）",
    "sanitation": "牵头部门（环卫办）",
    "party": "牵头部门（党建办）",
    "mediation": "牵头部门（综治办）",
    "squad": "牵头部门（执法中队）",
    "police": "牵头部门（派出所）",
    "safety_office": "牵头部门（安办）",
    "market": "责任部门（市场监管所）",
    "petitions": "责任部门（信访办）",
    "grid": "网格（示例网格D1）",
    "company": "物业企业（示例物业A01）",
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
    for login, label in PEOPLE.items():
        if "部门" in label:
            name = label.partition("（")[2].rstrip("）")
            accounts.add(work, login, name, "department", department_id=unit(DEPARTMENT, name))
    accounts.add(work, "grid", "示例网格D1", "grid", grid_id=_grid(work))
    accounts.add(work, "company", "示例物业A01", "company", company_id=unit(COMPANY, "示例物业A01"))
    accounts.add(work, "leader", "挂钩领导", "leader", leader_id=_linked_leader(work))
    accounts.add(work, "coordination", "综合协调组", "coordination")
    accounts.add(work, "administrator", "系统管理员", "administrator")


def _grid(work: Work) -> int:
    """A grid of 示例社区D with every second complex of the community."""
    home = work.look.unit_id(COMMUNITY, "示例社区D")
    there = work.session.scalars(select(Complex.id).where(Complex.community_id == home).order_by(Complex.id)).all()
    grid = registry.save(work, Grid, {"name": "示例网格D1", "community_id": home}).id
    for unit_id in there[::2]:
        registry.save(work, Complex, {"grid_id": grid}, unit_id=unit_id)
    return grid


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
