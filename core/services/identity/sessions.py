"""Sessions and one-time links: rows of the store, so that ending one is known to every process at once. Only the hash of a
secret is kept. Whose they are and what they may do is said by accounts.py and signing_in.py.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.window import Moment
from core.services.identity.policy import LONGEST, Policy

SESSION, LINK, HALF = "session", "link", "half"  # half: the password was right, the code is still owed


class SignIn(Base):
    """One signed-in browser, or a link that is still to be used (``link``), or a browser that still owes the
    code of its second factor (``half``). ``via``: by what it began (password, link, oidc)."""

    __tablename__ = "sign_in"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    via: Mapped[str | None] = mapped_column(String(10))
    address: Mapped[str | None] = mapped_column(String(60))
    agent: Mapped[str | None] = mapped_column(String(60))


def begin(
    session: Session, account_id: int, kind: str, now: datetime, *, via: str = "", address: str = "", agent: str = ""
) -> str:
    """A new secret of that kind; ``agent``: the browser in a few words."""
    secret = secrets.token_urlsafe(32)
    row = SignIn(digest=digest(secret), account_id=account_id, kind=kind, created_at=now, seen_at=now, via=via or None)
    row.address, row.agent = address[:60] or None, agent[:60] or None
    session.add(row)
    session.flush()
    return secret


def find(session: Session, secret: str) -> SignIn | None:
    return session.get(SignIn, digest(secret))


def lives(found: SignIn, now: datetime, policy: Policy) -> bool:
    """Is the session still good: not ended, not idle for too long, not too old?"""
    if found.ended_at is not None or found.kind != SESSION:
        return False
    return now - found.seen_at <= policy.idle and now - found.created_at <= LONGEST


def end(session: Session, secret: str, now: datetime) -> None:
    found = find(session, secret)
    if found is not None and found.ended_at is None:
        found.ended_at = now


def end_all(session: Session, account_id: int, now: datetime, kinds: Sequence[str] = (SESSION, LINK, HALF)) -> None:
    """End what the account has open of these kinds, on every machine."""
    mine = (SignIn.account_id == account_id, SignIn.kind.in_(kinds), SignIn.ended_at.is_(None))
    session.execute(update(SignIn).where(*mine).values(ended_at=now))


def end_everybodys(session: Session, now: datetime) -> None:
    """Nobody is signed in any more and no link opens anything."""
    session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now))


def open_of(session: Session, account_id: int, now: datetime, policy: Policy, kind: str = SESSION) -> list[SignIn]:
    """What the account has open, the last used first."""
    mine = select(SignIn).where(SignIn.account_id == account_id, SignIn.kind == kind, SignIn.ended_at.is_(None))
    return [one for one in session.scalars(mine.order_by(SignIn.seen_at.desc())) if lives(one, now, policy)]


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
