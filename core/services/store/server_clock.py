"""The clock of the PostgreSQL server, against which this machine's is held. The embedded store has none but ours."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import DateTime, func, select
from sqlalchemy.orm import Session

APART = timedelta(seconds=60)  # from then on the two clocks are said to differ (F16)


def ahead(session: Session, now: datetime) -> timedelta | None:
    """How far ``now``, read from our clock this moment, is before the server's; None on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    there: datetime = session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True)))).one()
    return now - there
