"""Accounts and sessions: server-side, so that signing out, a role taken away or a stopped account ends them at once.

Passwords are Argon2id; nobody has a default one: an account is entered first by a one-time link (``actions user link``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, and_, false, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.units import ACTION, COMPLEX
from core.base.window import TZ, Moment
from core.estate.units import ActionUnit, Responsibility
from core.services import access, journal
from core.services.access import Actor
from core.services.work import Work

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
LINK_LIFE = timedelta(days=2)
NOTED = timedelta(minutes=10)  # how exactly idleness is known: not every page view need write
MOST_FAILURES, LOCKED = 5, timedelta(minutes=30)


class Account(Base):
    """Who may sign in, in which role and for which department, community or leader."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("leader.id"))
    password: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))  # where e-mail reminders go
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class SignIn(Base):
    """One signed-in browser, or a link that is still to be used (``link``). Only the hash of the secret is kept."""

    __tablename__ = "sign_in"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # session, link, token
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


def add(work: Work, login: str, label: str, role: str, **unit: int | None) -> Account:
    """A new account; ``unit`` is one of department_id, community_id, leader_id."""
    if not access.may_administer(work.actor):
        raise Forbidden(Say("只有系统管理员可以管理账号"))
    if role not in access.ROLES or role == access.SYSTEM:
        raise Invalid([Problem("role", Say("没有“{r}”这个角色，可用：{o}", r=role, o="、".join(access.ROLES)))])
    if work.session.scalar(select(Account.id).where(Account.login == login)):
        raise Invalid([Problem("login", Say("账号“{l}”已存在", l=login))])
    account = Account(login=login, label=label, role=role, active=True, failures=0, **unit)
    work.session.add(account)
    work.session.flush()
    journal.write(work, "create", "account", account.id, {"login": [None, login], "role": [None, role]})
    return account


def one_time_link(work: Work, login: str) -> str:
    """A secret that signs ``login`` in once, within two days."""
    account = work.session.scalars(select(Account).where(Account.login == login, Account.active)).first()
    if account is None:
        raise NotFound(login)
    return _open(work.session, account, "link", real_now())


def enter(session: Session, token: str, now: datetime) -> str | None:
    """Use a one-time link: the secret of a new session, or None if the link is used up, too old or unknown."""
    link = session.get(SignIn, _digest(token))
    if link is None or link.kind != "link" or link.ended_at is not None or now - link.created_at > LINK_LIFE:
        return None
    link.ended_at = now
    return _open(session, session.get_one(Account, link.account_id), "session", now)


def sign_in(session: Session, login: str, password: str, now: datetime) -> str | None:
    """The secret of a new session, or None. An unknown name costs the same time as a wrong password (A01)."""
    account = session.scalars(select(Account).where(Account.login == login, Account.active)).first()
    kept = account.password if account is not None and account.password else _dummy()
    right = _matches(kept, password)
    if account is None or account.password is None:
        return None
    if account.locked_until is not None and now < account.locked_until:
        return None
    if not right:
        account.failures += 1
        if account.failures >= MOST_FAILURES:
            account.failures, account.locked_until = 0, now + LOCKED
        return None
    account.failures, account.locked_until = 0, None
    return _open(session, account, "session", now)


def set_password(work: Work, login: str, password: str) -> None:
    """A password of at least 10 characters that does not contain the login."""
    if len(password) < 10 or login.lower() in password.lower() or password.isdigit():
        raise Invalid([Problem("password", Say("密码至少10位，不能全是数字，也不能包含账号"))])
    account = work.session.scalars(select(Account).where(Account.login == login)).first()
    if account is None:
        raise NotFound(login)
    account.password = _hasher().hash(password)
    journal.write(work, "set", "account", account.id, {"password": [None, "***"]})


def resume(session: Session, secret: str, now: datetime) -> tuple[Account, SignIn] | None:
    """The account behind a session's secret, unless it ended, idled too long or the account was stopped."""
    found = session.get(SignIn, _digest(secret))
    if found is None or found.kind == "link" or found.ended_at is not None:
        return None
    if found.kind == "session" and (now - found.seen_at > IDLE or now - found.created_at > LONGEST):
        return None
    account = session.get_one(Account, found.account_id)
    return (account, found) if account.active else None


def visited(session: Session, secret: str, now: datetime) -> None:
    """Note that the session is in use, so that only idleness ends it early."""
    found = session.get(SignIn, _digest(secret))
    if found is not None:
        found.seen_at = max(found.seen_at, now)


def leave(session: Session, secret: str, now: datetime) -> None:
    found = session.get(SignIn, _digest(secret))
    if found is not None:
        found.ended_at = now


def end_all(session: Session, now: datetime) -> None:
    """Nobody is signed in any more, no link opens anything; tokens of programs stay."""
    open_ = (SignIn.kind.in_(("session", "link")), SignIn.ended_at.is_(None))
    session.execute(update(SignIn).where(*open_).values(ended_at=now))


def set_contact(work: Work, login: str, address: str) -> None:
    """Where e-mail reminders go; "" for nowhere. Raises ``Invalid``."""
    account = work.session.scalars(select(Account).where(Account.login == login)).first()
    if account is None:
        raise Invalid([Problem("login", Say("没有账号“{a}”", a=login))])
    if address and ("@" not in address or len(address) > 200):
        raise Invalid([Problem("contact", Say("电子邮件地址不对"))])
    account.contact = address or None
    journal.write(work, "set", "account", account.id, {"contact": [None, "***" if address else None]})


def api_token(work: Work, login: str) -> str:
    """A token that speaks for ``login`` at the API until it is ended."""
    account = work.session.scalars(select(Account).where(Account.login == login, Account.active)).one()
    journal.write(work, "create", "api_token", account.id, {})
    return _open(work.session, account, "token", real_now())


def actor_of(session: Session, account: Account, day: date, address: str = "") -> Actor:
    """The account as an ``Actor``, by the responsibilities valid on ``day``."""
    return actors_of(session, [account], day, address)[0]


def actors_of(session: Session, found: Sequence[Account], day: date, address: str = "") -> list[Actor]:
    """Each account as an ``Actor``, in one statement."""
    holders = [_holder(account) for account in found]
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
    for kind, holder_id, *rest in session.execute(rows) if any(holders) else ():
        held.setdefault((kind, holder_id), []).append(rest)
    return [_actor(a, held.get(h, []) if h else [], address) for a, h in zip(found, holders, strict=True)]


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


def _actor(account: Account, held: Sequence[Any], address: str) -> Actor:
    """``held``: (role, unit kind, unit id, code of the action) of each responsibility."""
    leads, shares, linked, heads = set(), set(), set(), set()
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
        leads=frozenset(leads),
        shares=frozenset(shares),
        linked=frozenset(linked),
        heads=frozenset(heads),
        address=address,
    )


def real_now() -> datetime:
    """Sessions live in real time, also in a demo world with a fixed day."""
    return datetime.now(TZ)


def _open(session: Session, account: Account, kind: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(SignIn(digest=_digest(secret), account_id=account.id, kind=kind, created_at=now, seen_at=now))
    session.flush()
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only signing in needs it

    return PasswordHasher()


@cache
def _dummy() -> str:
    return str(_hasher().hash(secrets.token_urlsafe(16)))


def _matches(kept: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415

    try:
        return bool(_hasher().verify(kept, password))
    except (Argon2Error, InvalidHashError):
        return False
