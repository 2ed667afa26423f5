"""The table of standing faults; what is done with it is in faults.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.window import Moment


class FaultRow(Base):
    """One standing fault. ``place``: ``measure:<key>``, ``deadline:<key>``, ``section:<slug>``, ``job:<key>``, ``panel:<slug>``."""

    __tablename__ = "fault"
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(Text)
    trace: Mapped[str] = mapped_column(Text)
