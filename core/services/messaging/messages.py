"""Messages (消息): what the system tells a person. Every one is in the inbox; those that go out besides are deliveries.

A message is numbered and its key is unique: whoever tells the same thing again, in whatever process, tells it once. It is
written in the transaction of what it speaks of. Next: reminders.py and at_once.py (what is told), outbox.py (how it goes out).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, exists, func, insert, select, update
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
    "job": "任务提醒",
    "export": "导出",
    "clock": "系统时间提醒",
    "returned": "退回提醒",
    "issued": "督办提醒",
}
# The ways out besides the inbox, and whether a whole group reads them; set by who starts the clock.
WAYS: dict[str, bool] = {}


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
        keys = [one.key for one in fresh]
        ids = dict(work.session.execute(select(Message.key, Message.id).where(Message.key.in_(keys))).all())
        _hand_out(work, [(ids[one.key], one.login, one.at_once, one.group) for one in fresh], ways, after)
    return len(fresh)


def to_forward(work: Work, kinds: Sequence[str], since: datetime) -> Sequence[tuple[int, str]]:
    """(id, login) of messages of these kinds that were written to the inbox alone, to people whom a channel reaches."""
    rows = (
        select(Message.id, Message.login)
        .join(Account, Account.login == Message.login)
        .where(Message.kind.in_(kinds), Message.created_at >= since, Account.contact.is_not(None), Account.active)
        .where(~exists().where(Delivery.message_id == Message.id))
    )
    return [(number, login) for number, login in work.session.execute(rows.order_by(Message.id))]


def forward(work: Work, found: Sequence[tuple[int, str]], ways: Mapping[str, bool], after: datetime) -> None:
    """Send these on, from ``after`` on, by every channel of the person's own."""
    _hand_out(work, [(number, login, False, False) for number, login in found], ways, after)


def _hand_out(
    work: Work, told: Sequence[tuple[int, str, bool, bool]], ways: Mapping[str, bool], after: datetime | None
) -> None:
    """A delivery for each of (id, login, at once, of use to a group) and each way that reaches it."""
    reached = set(work.session.scalars(select(Account.login).where(Account.contact.is_not(None), Account.active)))
    going = [
        {"message_id": number, "channel": way, "state": WAITING, "attempts": 0}
        | {"next_at": work.now if at_once else after or work.now}
        for number, login, at_once, for_group in told
        for way, group in ways.items()
        if (for_group if group else login in reached)
    ]
    if going:
        work.session.execute(insert(Delivery), going)


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
