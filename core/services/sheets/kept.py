"""An upload between preview and confirmation: what was planned is kept here, not in the browser."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.sealed import Sealed
from core.base.window import Moment


class SheetUpload(Base):
    """One uploaded sheet: who brought it, what it would do, how far it has got if it goes in by pieces (``progress``,
    stepwise.py), and what it did (``result``)."""

    __tablename__ = "sheet_upload"
    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Moment)
    plan: Mapped[str] = mapped_column(Sealed)  # personal data as typed: encrypted like any other
    progress: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
