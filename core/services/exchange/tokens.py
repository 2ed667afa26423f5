"""Tokens of the API: each speaks for one account, within its scopes, at its own rate, until a day that is always set. Only the
hash is kept; who lost one ends it and takes another.

Scopes: ``read`` and ``write`` for everything the account may; ``records:<record or action>:read`` and ``...:write`` for a
part of it; ``intake:<key>`` for one channel. A scope never gives what the account itself may not do.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Integer, String, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.sealed import Sealed
from core.base.window import Moment
from core.services.audit import journal
from core.services.identity import limits
from core.services.identity.accounts import Account, real_now
from core.services.permission import rights
from core.services.store.db import Database
from core.services.work import Work

DAYS, MOST_DAYS = 180, 730
PER_MINUTE, MOST_PER_MINUTE = 600, 60_000
NOTED = timedelta(hours=1)  # how exactly the last use is known
PATIENCE_MS = 200  # so long a call waits for the store to count it; it is not refused because others write
SHAPE = re.compile(r"read|write|records:[a-z_]+(\.[a-z0-9_]+)?:(read|write)|intake:[a-z_]+\.[a-z0-9_]+")


class ApiToken(Base):
    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JsonText)
    per_minute: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    signing: Mapped[str | None] = mapped_column(Sealed)  # of one that signs its calls; then it opens nothing by itself
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class Held:
    """What a call needs to know of its token."""

    id: int
    scopes: frozenset[str]
    per_minute: int
    last_used_at: datetime | None

    def allows(self, verb: str, key: str = "") -> bool:
        """May it ``read`` or ``write``, the record class ``key`` or (without one) everything?"""
        parts = {f"records:{k}:{verb}" for k in (key, key.partition(".")[0]) if k}
        return bool(self.scopes & {verb, *parts})


def issue(
    work: Work,
    login: str,
    name: str,
    scopes: Iterable[str],
    *,
    days: int = DAYS,
    per_minute: int = PER_MINUTE,
    signed: bool = False,
) -> str:
    """A new token that speaks for ``login``; its secret is told this once. ``signed``: its calls are signed (signatures.py)
    instead of carrying it. Raises ``Invalid``, ``Forbidden``."""
    if not work.actor.may(rights.PEOPLE):
        raise Forbidden(Say("只有系统管理员可以管理账号"))
    account = work.session.scalars(select(Account).where(Account.login == login, Account.active)).first()
    asked = sorted(set(scopes))
    problems = list(_problems(work, name, asked, days, per_minute))
    if account is None:
        problems.append(Problem("login", Say("没有账号“{a}”", a=login)))
    if problems or account is None:
        raise Invalid(problems)
    secret, now = f"act_{secrets.token_urlsafe(32)}", real_now()
    row = ApiToken(
        name=name.strip(),
        account_id=account.id,
        digest=_digest(secret),
        signing=secret if signed else None,
        scopes=asked,
        per_minute=per_minute,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    work.session.add(row)
    work.session.flush()
    told = {"login": login, "name": row.name, "scopes": asked, "until": row.expires_at.date().isoformat()}
    journal.write(work, "create", "api_token", row.id, {k: [None, v] for k, v in told.items()})
    return secret


def end(work: Work, token_id: int) -> None:
    """From now on it opens nothing. Raises ``NotFound``."""
    row = work.session.get(ApiToken, token_id)
    if row is None:
        raise NotFound(f"token {token_id}")
    if row.ended_at is None:
        row.ended_at = real_now()
        journal.write(work, "end", "api_token", row.id, {"name": [row.name, None]})


def listed(work: Work) -> Sequence[tuple[ApiToken, str]]:
    """Every token with the login it speaks for, newest first."""
    rows = select(ApiToken, Account.login).join(Account, Account.id == ApiToken.account_id)
    return [(row[0], row[1]) for row in work.session.execute(rows.order_by(ApiToken.id.desc()))]


def of_account(session: Session, account_id: int, now: datetime) -> Sequence[ApiToken]:
    """The tokens that speak for an account now."""
    rows = select(ApiToken).where(
        ApiToken.account_id == account_id, ApiToken.ended_at.is_(None), ApiToken.expires_at > now
    )
    return session.scalars(rows.order_by(ApiToken.id)).all()


def resume(session: Session, secret: str, now: datetime) -> tuple[Account, Held] | None:
    """The account behind a token's secret, unless it is unknown, expired or ended, or the account was stopped."""
    rows = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
    valid = (ApiToken.ended_at.is_(None), ApiToken.expires_at > now, Account.active, ApiToken.signing.is_(None))
    found = session.execute(rows.where(ApiToken.digest == _digest(secret), *valid)).first()
    if found is None:
        return None
    row, account = found
    return account, Held(row.id, frozenset(row.scopes), row.per_minute, row.last_used_at)


def spend(db: Database, held: Held, now: datetime) -> float:
    """Count one call: 0, or the seconds to wait because the token has used its rate up."""
    try:
        with db.writing(patience_ms=PATIENCE_MS) as session:
            wait = limits.spend(session, f"token/{held.id}", held.per_minute, timedelta(minutes=1), now)
            if held.last_used_at is None or now - held.last_used_at > NOTED:
                session.execute(update(ApiToken).where(ApiToken.id == held.id).values(last_used_at=now))
            return wait
    except OperationalError:  # others write for longer than we wait
        return 0.0


def _problems(work: Work, name: str, scopes: Sequence[str], days: int, per_minute: int) -> Iterator[Problem]:
    if not 1 <= len(name.strip()) <= 80:
        yield Problem("name", Say("请写明令牌的用途，最多80个字"))
    if not scopes:
        yield Problem("scope", Say("请至少写明一项权限，例如 read 或 records:disputes.complaint:write"))
    for scope in scopes:
        what = scope.split(":")[1] if ":" in scope else ""
        parts = (
            work.catalog.intakes if scope.startswith("intake:") else {**work.catalog.plugins, **work.catalog.records}
        )
        known = not what or what in parts
        if not SHAPE.fullmatch(scope) or not known:
            yield Problem("scope", Say("没有“{s}”这项权限", s=scope))
    if not 1 <= days <= MOST_DAYS:
        yield Problem("days", Say("有效期应为1至{n}天", n=MOST_DAYS))
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        yield Problem("per_minute", Say("每分钟次数应为1至{n}", n=MOST_PER_MINUTE))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
