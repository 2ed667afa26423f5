"""The campaign: one notice with its period, milestones, and the numbers it sets (专项行动方案). Data, not code."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base


class Campaign(Base):
    """The one campaign of this database. ``today``: a fixed day for a demo world, None for the real clock."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(60))
    issuer: Mapped[str] = mapped_column(String(200))
    scope: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    demo: Mapped[bool] = mapped_column(default=False)
    today: Mapped[date | None] = mapped_column(Date)
    revision: Mapped[int] = mapped_column(default=0)  # moves with every change of settings


class Milestone(Base):
    """阶段目标: what must be true by a day."""

    __tablename__ = "milestone"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(20), unique=True)
    due_on: Mapped[date] = mapped_column(Date)
    printed: Mapped[str] = mapped_column(String(60))  # the date as the notice prints it
    text: Mapped[str] = mapped_column(Text)


class SettingValue(Base):
    """A value in force from ``since``: a setting, ``<indicator>.target``, ``<indicator>.by``, ``<deadline>.due``."""

    __tablename__ = "setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    value: Mapped[Any] = mapped_column(JsonText)
    since: Mapped[date] = mapped_column(Date)
    __table_args__ = (Index(None, "key", "since"),)
