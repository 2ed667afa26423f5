"""Accounts: who may sign in, and as whom they act. Nobody has a default password: an account is entered first by a one-time
link (``actions user link``). Next: sessions.py, passwords.py, signing_in.py (how one gets in), people.py (who looks after them).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, and_, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.units import ACTION, COMPLEX
from core.base.window import TZ
from core.estate.campaign import Campaign
from core.estate.units import ActionUnit, Complex, Responsibility
from core.services.audit import journal
from core.services.identity import passwords, sessions
from core.services.identity.policy import Policy
from core.services.identity.sessions import SignIn
from core.services.permission import access, rights
from core.services.permission.access import Actor
from core.services.work import Work


class Account(Base):
    """Who may sign in, in which role and for which department, community, leader, grid or company. ``must_change``: somebody else chose the
    password. ``waiting``: the role is proposed, and not in force (nor the account active) until it is granted (people.py)."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("leader.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    password: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))  # where e-mail reminders go
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    waiting: Mapped[bool] = mapped_column(default=False)


def add(work: Work, login: str, label: str, role: str, **unit: int | None) -> Account:
    """A new account; ``unit`` is one of department_id, community_id, leader_id, grid_id, company_id."""
    if not work.actor.may(rights.PEOPLE):
        raise Forbidden(Say("只有系统管理员可以管理账号"))
    if role not in rights.ROLES or role == access.SYSTEM:
        raise Invalid([Problem("role", Say("没有“{r}”这个角色，可用：{o}", r=role, o="、".join(rights.ROLES)))])
    if work.session.scalar(select(Account.id).where(Account.login == login)):
        raise Invalid([Problem("login", Say("账号“{l}”已存在", l=login))])
    account = Account(login=login, label=label, role=role, active=True, **unit)
    apart(work, account)
    work.session.add(account)
    work.session.flush()
    journal.write(work, "create", "account", account.id, {"login": [None, login], "role": [None, role]})
    return account


def apart(work: Work, account: Account) -> None:
    """三员分立 (A24): with a real campaign one person is not two of the administrators of accounts, security and audit. Raises
    ``Invalid``. The same person: the same name or the same e-mail address."""
    if account.role not in rights.APART or work.campaign.demo:
        return
    same = [Account.label == account.label]
    if account.contact:
        same.append(Account.contact == account.contact)
    others = select(Account.login).where(Account.role.in_(rights.APART), Account.role != account.role, or_(*same))
    with work.session.no_autoflush:
        other = work.session.scalars(others.where(Account.id != (account.id or 0))).first()
    if other is not None:
        text = Say("系统、安全、审计三员须由不同的人担任：“{l}”与账号“{o}”是同一人", l=account.label, o=other)
        raise Invalid([Problem("role", text)])


def one_time_link(work: Work, login: str) -> str:
    """A secret that signs ``login`` in once, within two days."""
    return sessions.begin(work.session, named(work, login).id, sessions.LINK, real_now())


def named(work: Work, login: str, *, active: bool = True) -> Account:
    """The account of that name; raises ``NotFound``."""
    rows = select(Account).where(Account.login == login)
    account = work.session.scalars(rows.where(Account.active) if active else rows).first()
    if account is None:
        raise NotFound(login)
    return account


def set_password(work: Work, login: str, password: str, policy: Policy, *, initial: bool = True) -> None:
    """A password chosen for its owner, who must choose another at once unless ``initial`` is false."""
    passwords.give(work, named(work, login, active=False), password, policy, real_now(), initial=initial)


def resume(session: Session, secret: str, now: datetime, policy: Policy) -> tuple[Account, SignIn] | None:
    """The account behind a session's secret, unless it ended, idled too long or the account was stopped."""
    found = sessions.find(session, secret)
    if found is None or not sessions.lives(found, now, policy):
        return None
    account = session.get_one(Account, found.account_id)
    return (account, found) if account.active else None


def visited(session: Session, secret: str, now: datetime) -> None:
    """Note that the session is in use, so that only idleness ends it early."""
    found = sessions.find(session, secret)
    if found is not None:
        found.seen_at = max(found.seen_at, now)


def set_contact(work: Work, login: str, address: str) -> None:
    """Where e-mail reminders go; "" for nowhere. Raises ``Invalid``."""
    account = work.session.scalars(select(Account).where(Account.login == login)).first()
    if account is None:
        raise Invalid([Problem("login", Say("没有账号“{a}”", a=login))])
    if address and ("@" not in address or len(address) > 200):
        raise Invalid([Problem("contact", Say("电子邮件地址不对"))])
    account.contact = address or None
    apart(work, account)
    journal.write(work, "set", "account", account.id, {"contact": [None, "***" if address else None]})


def actor_of(session: Session, account: Account, day: date, address: str = "") -> Actor:
    """The account as an ``Actor``, by the responsibilities valid on ``day``."""
    return actors_of(session, [account], day, address)[0]


def actors_of(session: Session, found: Sequence[Account], day: date, address: str = "") -> list[Actor]:
    """Each account as an ``Actor``, in one statement."""
    holders = [_holder(account) for account in found]
    held = _held(session, holders, day) if any(holders) else {}
    separated, own = _separated(session), _own_complexes(session, found)
    return [
        _actor(a, held.get(h, []) if h else [], own.get((a.grid_id, a.company_id), frozenset()), separated, address)
        for a, h in zip(found, holders, strict=True)
    ]


def _held(session: Session, holders: Sequence[Any], day: date) -> dict[tuple[str, int], list[Any]]:
    """What each of ``holders`` answers for on ``day``."""
    held: dict[tuple[str, int], list[Any]] = {}
    rows = (
        select(
            Responsibility.holder_kind,
            Responsibility.holder_id,
            Responsibility.role,
            Responsibility.unit_kind,
            Responsibility.unit_id,
            ActionUnit.code,
        )
        .outerjoin(ActionUnit, (Responsibility.unit_kind == ACTION.name) & (ActionUnit.id == Responsibility.unit_id))
        .where(
            or_(
                false(),
                *(
                    and_(Responsibility.holder_kind == kind, Responsibility.holder_id.in_(ids))
                    for kind, ids in _by_kind(holders).items()
                ),
            ),
            Responsibility.since <= day,
            Responsibility.until >= day,
        )
    )
    for kind, holder_id, *rest in session.execute(rows):
        held.setdefault((kind, holder_id), []).append(rest)
    return held


def _separated(session: Session) -> bool:
    """With a real campaign the three administrators are apart (rights.py)."""
    return session.scalar(select(Campaign.demo).limit(1)) is False


def _own_complexes(session: Session, found: Sequence[Account]) -> dict[tuple[int | None, int | None], frozenset[int]]:
    """The complexes in use of each grid or company that has an account, by (grid, company)."""
    grids, companies = ({getattr(a, name) for a in found} - {None} for name in ("grid_id", "company_id"))
    if not grids and not companies:
        return {}
    where = or_(Complex.grid_id.in_(grids), Complex.company_id.in_(companies))
    rows = session.execute(
        select(Complex.id, Complex.grid_id, Complex.company_id).where(where, Complex.closed_on.is_(None))
    )
    out: dict[tuple[int | None, int | None], set[int]] = {}
    for one, grid, company in rows:
        out.setdefault((grid, None), set()).add(one)
        out.setdefault((None, company), set()).add(one)
    return {whose: frozenset(ids) for whose, ids in out.items()}


def _holder(account: Account) -> tuple[str, int] | None:
    if account.department_id is not None:
        return "department", account.department_id
    return ("leader", account.leader_id) if account.leader_id is not None else None


def _by_kind(holders: Sequence[tuple[str, int] | None]) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for holder in holders:
        if holder is not None:
            out.setdefault(holder[0], []).append(holder[1])
    return out


def _actor(account: Account, held: Sequence[Any], own: frozenset[int], separated: bool, address: str) -> Actor:
    """``held``: (role, unit kind, unit id, code of the action) of each responsibility; ``own``: complexes of its grid or company."""
    leads, shares, linked, heads = set(), set(), set(own), set()
    for role, kind, unit_id, slug in held:
        if kind == COMPLEX.name:
            linked.add(unit_id)
        elif slug and role in ("lead", "leads"):
            leads.add(slug)
            heads.add(unit_id)
        elif slug:
            shares.add(slug)
    return Actor(
        login=account.login,
        label=account.label,
        role=account.role,
        department_id=account.department_id,
        community_id=account.community_id,
        leader_id=account.leader_id,
        grid_id=account.grid_id,
        company_id=account.company_id,
        separated=separated,
        leads=frozenset(leads),
        shares=frozenset(shares),
        linked=frozenset(linked),
        heads=frozenset(heads),
        address=address,
    )


def real_now() -> datetime:
    """Sessions live in real time, also in a demo world with a fixed day."""
    return datetime.now(TZ)
