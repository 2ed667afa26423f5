"""A person's duties as a calendar to subscribe to (iCalendar, RFC 5545), behind a secret address that can be ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, and_, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.window import Moment, day_of
from core.services.audit import journal
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.owing import duties, mine
from core.services.owing.obligations import Obligation
from core.services.work import Work

AHEAD, BACK = timedelta(days=45), timedelta(days=30)
MOST = 500


class Feed(Base):
    """One person's subscription. Only the hash of its secret is kept."""

    __tablename__ = "feed"
    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


def has(work: Work) -> bool:
    return work.session.get(Feed, work.actor.login) is not None


def open_feed(work: Work) -> str:
    """A new secret; the former address stops working."""
    secret = secrets.token_urlsafe(24)
    work.session.execute(delete(Feed).where(Feed.login == work.actor.login))
    work.session.add(Feed(login=work.actor.login, digest=_digest(secret), created_at=work.now))
    journal.write(work, "create", "feed", None, {"login": [None, work.actor.login]})
    return secret


def calendar(work: Work, secret: str) -> bytes | None:
    """The calendar behind a secret: an all-day event for each open duty. None for an address nobody has."""
    import icalendar  # noqa: PLC0415 - only who subscribes needs it

    feed = work.session.scalars(select(Feed).where(Feed.digest == _digest(secret))).first()
    rows = select(Account).where(Account.login == (feed.login if feed else ""), Account.active)
    account = work.session.scalars(rows).first()
    if account is None:
        return None
    me = accounts.actor_of(work.session, account, work.today)
    where = mine.sees(work, me)
    recent = Obligation.due_at >= work.now - BACK
    found = [] if where is None else duties.owed_by(work, and_(where, recent), work.today + AHEAD, MOST)
    out = icalendar.Calendar()
    out.add("prodid", "-//Special Actions//duties//ZH")
    out.add("version", "2.0")
    out.add("x-wr-calname", f"{work.campaign.title}：应办事项")
    for duty in found:
        event = icalendar.Event()
        on = day_of(duty.due_at)
        event.add("uid", f"duty-{duty.id}@special-actions")
        event.add("dtstamp", work.now)
        event.add("dtstart", on)
        event.add("dtend", on + timedelta(days=1))
        event.add("summary", f"{duty.deadline.label} · {duty.unit}")
        event.add("description", duty.deadline.settles or duty.deadline.label)
        event.add("transp", "TRANSPARENT")
        out.add_component(event)
    return bytes(out.to_ical())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
