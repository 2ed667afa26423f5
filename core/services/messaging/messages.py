"""Messages (消息): what the system tells a person. Every one is in the inbox; those that go out besides are deliveries.

A message is numbered and its key is unique: whoever tells the same thing again, in whatever process, tells it once. It is
written in the transaction of what it speaks of. Next: reminders.py (what is told), outbox.py (how it goes out).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.window import Moment
from core.services.identity.accounts import Account
from core.services.work import Work

WAITING, SENDING, SENT, REFUSED, UNKNOWN = "waiting", "sending", "sent", "refused", "unknown"
STATES = {WAITING: "待发送", SENDING: "发送中", SENT: "已送达", REFUSED: "被拒收", UNKNOWN: "结果不明"}
KINDS = {
    "digest": "每日提醒",
    "escalation": "催办督促",
    "urgent": "即时提醒",
    "calendar": "节假日提醒",
    "journal": "日志核验提醒",
    "backup": "备份提醒",
    "export": "导出",
}


class Message(Base):
    """One thing told to one person. ``kind``: one of ``KINDS``."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    login: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(200), default="/")
    created_at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (Index("ix_message_inbox", "login", "id"),)

    @property
    def kind_label(self) -> str:
        return KINDS.get(self.kind, self.kind)


class Delivery(Base):
    """One message on its way through one channel: how often it was tried, when next, and what the receiver said."""

    __tablename__ = "delivery"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(500))
    receipt: Mapped[str | None] = mapped_column(String(120))
    __table_args__ = (Index("ix_delivery_due", "state", "next_at"),)

    @property
    def state_label(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is to be told. ``key`` says what makes it the same thing: told before, it is not told again."""

    key: str
    login: str
    kind: str
    title: str
    text: str
    link: str = "/"
    at_once: bool = False  # also in quiet hours
    group: bool = False  # of use to a whole chat group, not to the person alone


def tell(work: Work, told: Iterable[Told], ways: Mapping[str, bool], after: datetime | None = None) -> int:
    """Write what was not told before; how many that were. ``ways``: channels besides the inbox, and whether a whole group
    reads them; from ``after`` on."""
    fresh = untold(work, told)
    if not fresh:
        return 0
    names = ("key", "login", "kind", "title", "text", "link")
    rows = [{n: getattr(one, n) for n in names} | {"created_at": work.now} for one in fresh]
    work.session.execute(insert(Message), rows)
    if ways:
        reached = set(work.session.scalars(select(Account.login).where(Account.contact.is_not(None), Account.active)))
        keys = [one.key for one in fresh]
        ids = dict(work.session.execute(select(Message.key, Message.id).where(Message.key.in_(keys))).all())
        going = [
            {"message_id": ids[one.key], "channel": way, "state": WAITING, "attempts": 0}
            | {"next_at": work.now if one.at_once else after or work.now}
            for one in fresh
            for way, group in ways.items()
            if (one.group if group else one.login in reached)
        ]
        if going:
            work.session.execute(insert(Delivery), going)
    return len(fresh)


def untold(work: Work, told: Iterable[Told]) -> list[Told]:
    """Of these what nobody has been told yet, each once."""
    wanted = {one.key: one for one in told}
    known: set[str] = set()
    keys = list(wanted)
    for start in range(0, len(keys), 500):
        known |= set(work.session.scalars(select(Message.key).where(Message.key.in_(keys[start : start + 500]))))
    return [one for key, one in wanted.items() if key not in known]


def inbox(work: Work, login: str, *, before: int | None = None, most: int = 50) -> Sequence[Message]:
    """A person's messages, newest first."""
    rows = select(Message).where(Message.login == login, *([Message.id < before] if before else []))
    return work.session.scalars(rows.order_by(Message.id.desc()).limit(most)).all()


def unread(work: Work, login: str) -> int:
    rows = select(func.count()).select_from(Message).where(Message.login == login, Message.read_at.is_(None))
    return work.session.scalar(rows) or 0


def read(work: Work, login: str, up_to: int) -> None:
    """Everything up to that number has been seen."""
    mine = (Message.login == login, Message.id <= up_to, Message.read_at.is_(None))
    work.session.execute(update(Message).where(*mine).values(read_at=work.now))
