"""The table of the journal; lines are written by journal.py, chained by journal_chain.py, and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base
from core.base.window import Moment


class JournalEntry(Base):
    """``changes``: {field: [before, after]} as JSON values; personal fields are masked in it. ``digest``: of this line and,
    through the digest before it, of every line before; none for lines older than the chain."""

    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    login: Mapped[str] = mapped_column(String(80))
    actor: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(40))  # create, edit, remove, move:<step>, set, issue, sign-in
    subject: Mapped[str] = mapped_column(String(120))  # record key, unit kind, setting key
    subject_id: Mapped[int | None] = mapped_column(Integer)
    unit_kind: Mapped[str | None] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    digest: Mapped[str | None] = mapped_column(String(80))
    __table_args__ = (
        Index(None, "subject", "subject_id"),
        Index(None, "unit_kind", "unit_id", "id"),
        Index(None, "at"),
    )
