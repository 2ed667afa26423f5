"""How often somebody may do something: one row a key in the store, so that all web processes share one limit (one kept in
memory counts in each process anew; libraries.md, trap 14).

A key holds the moment at which everything spent so far is earned back; each spending moves it on by ``window / limit``. So
``limit`` may come at once, then one at a time, and no edge of a window lets twice as many through.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, String, and_, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base

LONGEST_KEY = 120


class Limit(Base):
    """``free_at``: when the key has its whole limit again, in seconds since 1970."""

    __tablename__ = "rate_limit"
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    free_at: Mapped[float] = mapped_column(Float(53), index=True)


def spend(session: Session, key: str, limit: int, window: timedelta, now: datetime) -> float:
    """Take one of the ``limit`` that ``key`` has within ``window``: 0 if there was one, else the seconds to wait (more than
    0; nothing was taken). On PostgreSQL others of the same key wait until the caller's transaction ends: keep it short.
    Example: ``spend(session, f"sign-in/{address}", 20, timedelta(minutes=5), real_now())``.
    """
    at, whole = now.timestamp(), window.total_seconds()
    step, kept = whole / limit, _kept(key)
    # later than a whole window can't be earned: the clock was set back, and the key begins anew
    begun = case((and_(Limit.free_at > at, Limit.free_at <= at + whole), Limit.free_at), else_=at)
    row = _insert(session).values(key=kept, free_at=at + step)
    taken = row.on_conflict_do_update(
        index_elements=[Limit.key], set_={"free_at": begun + step}, where=begun + step <= at + whole + step / 1000
    )
    if session.scalar(taken.returning(Limit.free_at)) is not None:
        return 0.0
    free_at = session.scalars(select(Limit.free_at).where(Limit.key == kept)).one()
    return max(free_at + step - at - whole, step / 1000)


def forgive(session: Session, key: str) -> None:
    """Give ``key`` its whole limit back, e.g. after it signed in."""
    session.execute(delete(Limit).where(Limit.key == _kept(key)))


def sweep(session: Session, now: datetime) -> int:
    """Drop the keys that have their whole limit again; how many."""
    return session.execute(delete(Limit).where(Limit.free_at < now.timestamp())).rowcount  # type: ignore[attr-defined, no-any-return]


def _kept(key: str) -> str:
    """A key may hold what a stranger typed, of any length."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _insert(session: Session) -> Any:
    """Both stores know ``ON CONFLICT``; SQLAlchemy says it for each by itself."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(Limit)
