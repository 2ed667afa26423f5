"""The outbox: messages on their way out. A delivery is taken in one transaction and marked in another; who dies in between
leaves it "结果不明", shown and never sent a second time. What the receiver refuses is tried again with growing pauses.

The inbox has every message besides, so what a channel loses is not lost to the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.services.identity.accounts import Account
from core.services.messaging.channels import Channel, Refused
from core.services.messaging.channels import Message as Sent
from core.services.messaging.messages import REFUSED, SENDING, SENT, UNKNOWN, WAITING, Delivery, Message
from core.services.operations import faults
from core.services.platform import Platform

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))  # after so many refusals it is given up, and shown
LEASE = timedelta(minutes=5)  # a delivery being sent for longer was left by a process that died
AT_ONCE = 20


def send(platform: Platform, channels: Mapping[str, Channel], now: datetime | None = None) -> int:
    """Send what is due; how many were taken by their receivers. Any number of processes may send at once."""
    if not channels:
        return 0
    _leave(platform, now)
    done = 0
    for message_id, channel in _due(platform, channels, now):
        done += _one(platform, channels[channel], message_id, now)
    return done


def _due(platform: Platform, channels: Mapping[str, Channel], now: datetime | None) -> list[tuple[int, str]]:
    with platform.reading(now=now) as work:
        rows = select(Delivery.message_id, Delivery.channel).where(
            Delivery.state == WAITING, Delivery.next_at <= work.now, Delivery.channel.in_(list(channels))
        )
        found = work.session.execute(rows.order_by(Delivery.next_at, Delivery.message_id).limit(AT_ONCE)).all()
        return [(row.message_id, row.channel) for row in found]


def _one(platform: Platform, channel: Channel, message_id: int, now: datetime | None) -> bool:
    mine = (Delivery.message_id == message_id, Delivery.channel == channel.key)
    with platform.work(now=now, source="job", settle=False) as work:
        taken = update(Delivery).where(*mine, Delivery.state == WAITING)
        words = {"state": SENDING, "attempts": Delivery.attempts + 1, "next_at": work.now + LEASE}
        if work.session.execute(taken.values(words)).rowcount != 1:  # type: ignore[attr-defined]  # another took it
            return False
        rows = select(Message, Account).join(Account, Account.login == Message.login, isouter=True)
        message, account = work.session.execute(rows.where(Message.id == message_id)).one()
        to = account.contact if account is not None and not channel.group else None
        link = platform.config.public_url.rstrip("/") + message.link if platform.config.public_url else ""
        sent = Sent(title=message.title, text=message.text, link=link, to=to or "")
        moment = work.now
    try:
        receipt, refused = channel.send(sent, moment), None
    except Refused as error:
        receipt, refused = "", error
    with platform.work(now=now, source="job", settle=False) as work:
        row = work.session.get_one(Delivery, (message_id, channel.key))
        place = f"channel:{channel.key}"
        if refused is None:
            row.state, row.sent_at, row.receipt, row.error = SENT, work.now, receipt[:120], None
            faults.mended(work, place)
        else:
            last = refused.permanent or row.attempts > len(PAUSES)
            row.state, row.error = (REFUSED if last else WAITING), str(refused)[:500]
            row.next_at = work.now + PAUSES[min(row.attempts, len(PAUSES)) - 1]
            faults.blame(work, place, f"{channel.label}：{refused}"[:300])
    return refused is None


def _leave(platform: Platform, now: datetime | None) -> None:
    """What a process that died was sending: nobody knows whether it arrived."""
    with platform.reading(now=now) as work:
        left = select(Delivery.message_id).where(Delivery.state == SENDING, Delivery.next_at <= work.now).limit(1)
        if work.session.scalar(left) is None:
            return
    with platform.work(now=now, source="job", settle=False) as work:
        left_by = (Delivery.state == SENDING, Delivery.next_at <= work.now)
        words = {"state": UNKNOWN, "error": "发送途中程序中断，不知对方是否收到；站内消息里有同样的内容"}
        work.session.execute(update(Delivery).where(*left_by).values(words))
