"""What went out: how many messages by channel and state, and what did not arrive, so that a fault is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from core.services.messaging.messages import REFUSED, STATES, UNKNOWN, WAITING, Delivery, Message
from core.services.work import Work

MOST = 30


@dataclass(frozen=True)
class Way:
    """One channel's count of one state."""

    channel: str
    state: str
    count: int


def by_channel(work: Work) -> Sequence[Way]:
    rows = select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)
    return [Way(c, STATES[s], n) for c, s, n in work.session.execute(rows.order_by(Delivery.channel, Delivery.state))]


def troubles(work: Work) -> Sequence[tuple[Delivery, Message]]:
    """Refused, unknown, or tried in vain so far; newest first."""
    rows = select(Delivery, Message).join(Message, Message.id == Delivery.message_id).where(_undelivered())
    return [(row[0], row[1]) for row in work.session.execute(rows.order_by(Message.id.desc()).limit(MOST))]


def undelivered(work: Work) -> int:
    return work.session.scalar(select(func.count()).select_from(Delivery).where(_undelivered())) or 0


def _undelivered() -> ColumnElement[bool]:
    return Delivery.state.in_((REFUSED, UNKNOWN)) | ((Delivery.state == WAITING) & (Delivery.attempts > 0))
