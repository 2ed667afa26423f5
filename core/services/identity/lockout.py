"""Wrong passwords and codes: who fails too often waits, each time longer (A02).

An account locks for the addresses it never signed in from, and for each address it knows by itself: a stranger who guesses
cannot keep its owner out. An address that guesses many names waits as well.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Integer, String, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.window import Moment
from core.services.identity.policy import Policy
from core.services.identity.sessions import SESSION, SignIn

FORGOTTEN = timedelta(days=1)  # after a day without a failure one begins anew
KNOWN = timedelta(days=30)  # an address one signed in from is known this long
LONGEST = timedelta(hours=4)
MANY, PAUSE = 4, timedelta(minutes=1)  # an address may fail so many times more often, and waits a minute first


class Failures(Base):
    """Failures in a row of one account, address or code. The key is hashed: what was typed as a name may be a password."""

    __tablename__ = "sign_in_failure"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    count: Mapped[int] = mapped_column(Integer, default=0)
    locks: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


def key_of_account(session: Session, login: str, account_id: int | None, address: str, now: datetime) -> str:
    """What failures under a name count for: the name, or for an address the account knows, the two together."""
    known = exists().where(
        SignIn.account_id == account_id,
        SignIn.kind == SESSION,
        SignIn.address == address,
        SignIn.created_at > now - KNOWN,
    )
    return _key("account", login, address if account_id is not None and session.scalar(select(known)) else "")


def key_of_address(address: str) -> str:
    return _key("address", address)


def key_of_code(account_id: int) -> str:
    return _key("code", str(account_id))


def locked(session: Session, key: str, now: datetime) -> datetime | None:
    """Until when nothing is taken for ``key``."""
    until = session.scalar(select(Failures.locked_until).where(Failures.key == key))
    return until if until is not None and until > now else None


def failed(
    session: Session, key: str, now: datetime, most: int, pause: timedelta, account_id: int | None = None
) -> datetime | None:
    """One more failure; until when it locks, if it is the one that does. Each lock is twice as long as the one before."""
    session.execute(delete(Failures).where(Failures.at < now - FORGOTTEN))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"key": key, "account_id": account_id, "count": 0, "locks": 0, "at": now}
    session.execute(insert(Failures).values(row).on_conflict_do_nothing())
    found = session.scalars(select(Failures).where(Failures.key == key).with_for_update()).one()
    if found.locked_until is not None and found.locked_until > now:  # another locked it in this moment
        return None
    found.count, found.at = found.count + 1, now
    if found.count < most:
        return None
    found.locked_until = now + min(pause * 2**found.locks, max(LONGEST, pause))
    found.count, found.locks = 0, found.locks + 1
    return found.locked_until


def address_failed(session: Session, address: str, now: datetime, policy: Policy) -> datetime | None:
    return failed(session, key_of_address(address), now, policy.most_failures * MANY, PAUSE)


def forgive(session: Session, key: str) -> None:
    """It went well: what failed before counts no more. An address is never forgiven: an own account would wash it clean."""
    session.execute(delete(Failures).where(Failures.key == key))


def unlock(session: Session, account_id: int) -> None:
    session.execute(delete(Failures).where(Failures.account_id == account_id))


def locked_accounts(session: Session, now: datetime) -> dict[int, datetime]:
    """Accounts that are locked for anybody, and until when."""
    rows = select(Failures.account_id, Failures.locked_until).where(
        Failures.account_id.is_not(None), Failures.locked_until > now
    )
    out: dict[int, datetime] = {}
    for account_id, until in session.execute(rows):
        if account_id is not None and until is not None:
            out[account_id] = max(until, out.get(account_id, until))
    return out


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
