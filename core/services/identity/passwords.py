"""Passwords: Argon2id, and what a new one must be (A03). Rules in words, so that whoever is refused knows what to type."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import Moment
from core.services.audit import journal
from core.services.identity import sessions
from core.services.identity.policy import Policy

if TYPE_CHECKING:
    from core.services.identity.accounts import Account
    from core.services.work import Work

LONG_ENOUGH, CLASSES = 16, 3  # from this length on the classes do not matter
LONGEST = 128  # what is hashed has an end
REMEMBERED = 5
SHORTEST_NAME = 3  # bytes: two letters stand in many a word
STRONG = 3  # of zxcvbn's 0 to 4: safe against somebody who has the hashes


class OldPassword(Base):
    """The hash of a password an account had or has, and since when."""

    __tablename__ = "old_password"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    hash: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(Moment)


def give(work: Work, account: Account, password: str, policy: Policy, now: datetime, *, initial: bool) -> None:
    """Set the password and end every session of the account. ``initial``: somebody else chose it, so that its owner must
    choose another before anything else. Raises ``Invalid`` with the rule that is not kept."""
    broken = tuple(Problem("password", text) for text in rules_broken(password, policy, (account.login, account.label)))
    if not broken and _used(work.session, account.id, password):
        broken = (Problem("password", Say("不能使用最近{n}次用过的密码", n=REMEMBERED)),)
    if broken:
        raise Invalid(broken)
    account.password = _hasher().hash(password)
    account.must_change = initial
    work.session.add(OldPassword(account_id=account.id, hash=account.password, since=now))
    sessions.end_all(work.session, account.id, now)
    journal.write(work, "set", "account", account.id, {"password": [None, "***"]})


def rules_broken(password: str, policy: Policy, about: tuple[str, ...] = ()) -> Iterator[Say]:
    """What of the rules the password does not keep; ``about``: the login and the name of whom it is for."""
    classes = sum(any(map(test, password)) for test in (str.isupper, str.islower, str.isdigit, _sign))
    if len(password) < policy.shortest:
        yield Say("密码至少{n}位", n=policy.shortest)
    elif len(password) > LONGEST:
        yield Say("密码最多{n}位", n=LONGEST)
    elif len(password) < LONG_ENOUGH and classes < CLASSES:
        yield Say("密码不足{n}位时，须含大写字母、小写字母、数字、符号中的至少三种", n=LONG_ENOUGH)
    elif any(len(word.encode()) >= SHORTEST_NAME and word.casefold() in password.casefold() for word in about):
        yield Say("密码不能包含账号或姓名")
    elif not _hard_to_guess(password, about):
        yield Say("密码太常见，容易被猜中，请换一个")


def matches(kept: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - only signing in needs it

    try:
        return bool(_hasher().verify(kept, password))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def dummy() -> str:
    """A hash that takes as long to check as anybody's, for names nobody has (A01)."""
    return str(_hasher().hash(secrets.token_urlsafe(16)))


def expired(session: Session, account_id: int, policy: Policy, now: datetime) -> bool:
    """Is the password older than it may be? One whose age nobody knows is."""
    if policy.password_life is None:
        return False
    rows = select(OldPassword.since).where(OldPassword.account_id == account_id).order_by(OldPassword.id.desc())
    since = session.scalars(rows.limit(1)).first()
    return since is None or now - since > policy.password_life


def _used(session: Session, account_id: int, password: str) -> bool:
    rows = select(OldPassword.hash).where(OldPassword.account_id == account_id).order_by(OldPassword.id.desc())
    return any(matches(kept, password) for kept in session.scalars(rows.limit(REMEMBERED)).all())


def _sign(character: str) -> bool:
    """Neither a letter with cases nor a digit: a sign, or a Chinese character."""
    return not (character.isupper() or character.islower() or character.isdigit())


def _hard_to_guess(password: str, about: tuple[str, ...]) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of common passwords are read for a new password only

    score: int = zxcvbn(password[:72], user_inputs=list(about), max_length=72)["score"]
    return score >= STRONG


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only signing in needs it

    return PasswordHasher()
