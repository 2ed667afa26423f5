"""Days as they begin and as they were kept. A kept day is read from the ledgers; any other day is computed by the same
selects (house.md, section 1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.window import Moment
from core.services.measuring import measures
from core.services.owing import obligations
from core.services.work import Work


class KeptDay(Base):
    """A day on which the ledgers were brought up to date for every unit."""

    __tablename__ = "kept_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


def begin(work: Work) -> bool:
    """Roll the ledgers into ``work.today`` if nobody has; True if this call did it. The row's key lets one process win."""
    if work.session.get(KeptDay, work.today) is not None:
        return False
    since = previous(work.session, work.today) or work.campaign.starts_on
    work.session.add(KeptDay(day=work.today, at=work.now))
    work.session.flush()
    measures.roll(work, since)
    obligations.roll(work, since)
    return True


def kept(session: Session, day: date) -> bool:
    return session.get(KeptDay, day) is not None


def previous(session: Session, day: date) -> date | None:
    """The latest kept day before ``day``."""
    return session.scalar(select(KeptDay.day).where(KeptDay.day < day).order_by(KeptDay.day.desc()).limit(1))
