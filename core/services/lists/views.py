"""Saved views (常用筛选): a person's own names for what they often filter a list by. A convenience, not a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import Moment
from core.services.work import Work

WORDS = ("q", "state", "community", "unit", "from", "to", "sort")  # what a view keeps of a list's address
MOST = 12


class SavedView(Base):
    """One name for one way to look at the records of ``key``, of one person."""

    __tablename__ = "saved_view"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(120))
    label: Mapped[str] = mapped_column(String(30))
    query: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_saved_view_whose", "login", "key"),)


def of(work: Work, key: str) -> Sequence[SavedView]:
    rows = select(SavedView).where(SavedView.login == work.actor.login, SavedView.key == key).order_by(SavedView.id)
    return work.session.scalars(rows).all()


def keep(work: Work, key: str, label: str, asked: Mapping[str, str]) -> None:
    """Keep ``asked`` under ``label``; the same name again replaces it. Raises ``Invalid``."""
    label = label.strip()
    if not 1 <= len(label) <= 30:
        raise Invalid([Problem("label", Say("请给这组筛选条件起个名字，最多 {n} 个字", n=30))])
    query = kept_of(asked)
    if not query:
        raise Invalid([Problem("label", Say("还没有筛选条件，请先筛选或排序，再存为常用"))])
    if len(query) > 500:
        raise Invalid([Problem("label", Say("条件太长，请缩短查找的文字"))])
    mine = (SavedView.login == work.actor.login, SavedView.key == key)
    work.session.execute(delete(SavedView).where(*mine, SavedView.label == label))
    if (work.session.scalar(select(func.count()).select_from(SavedView).where(*mine)) or 0) >= MOST:
        raise Invalid([Problem("label", Say("最多存 {n} 组，请先删除不用的", n=MOST))])
    work.session.add(SavedView(login=work.actor.login, key=key, label=label, query=query, at=work.now))


def drop(work: Work, key: str, view_id: int) -> None:
    """Only one's own; another's is left alone without a word."""
    mine = (SavedView.login == work.actor.login, SavedView.key == key, SavedView.id == view_id)
    work.session.execute(delete(SavedView).where(*mine))


def kept_of(asked: Mapping[str, str]) -> str:
    """The part of an address that a view keeps."""
    return urlencode({w: asked[w][:60] for w in WORDS if asked.get(w)})
