"""The table of standing faults; what is done with it is in faults.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base
from core.base.window import Moment


class FaultRow(Base):
    """One standing fault. ``place``: ``measure:<key>``, ``history:<key>`` (of a day that was not kept), ``deadline:<key>``,
    ``section:<slug>``, ``remarks:<slug>``, ``document:<key>``, ``job:<key>``, ``panel:<slug>``, ``check:<slug>``,
    ``reaction:<slug>:<label>``. ``recent``: the moments of its last failures; ``paused_at``: since when it is not tried any
    more."""

    __tablename__ = "fault"
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(Text)
    trace: Mapped[str] = mapped_column(Text)
    recent: Mapped[list[str]] = mapped_column(JsonText, default=list, server_default="[]")
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
