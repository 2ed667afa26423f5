"""Webhooks (外发通知): other systems are told what happened, by address and kind. A call is written in the transaction of what it
speaks of, so none is told that did not happen and none is lost. It carries keys, ids and states, never what was typed: who
wants more asks the API with a token of its own.

Next: webhook_calls.py (how they go out).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, cast, exists, func, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.react import Change
from core.base.say import Say
from core.base.sealed import Sealed
from core.base.window import Moment
from core.services.audit import journal
from core.services.exchange import outward
from core.services.identity.accounts import real_now
from core.services.messaging.channels import Refused
from core.services.owing.obligations import Obligation
from core.services.permission import rights
from core.services.work import Work

SAVED, MOVED, REMOVED, ISSUED, OVERDUE, TEST = (
    "record.saved",
    "record.moved",
    "record.removed",
    "edition.issued",
    "obligation.overdue",
    "test",
)
EVENTS = (SAVED, MOVED, REMOVED, ISSUED, OVERDUE)
WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
STATES = {WAITING: "待发送", SENT: "已送达", GIVEN_UP: "已放弃"}
RECENT = timedelta(days=14)  # what fell due longer ago is no news


class Webhook(Base):
    """Where to tell of which events. ``pattern``: keys of records or rules, ``disputes.*``; ``*`` for all."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Sealed)
    events: Mapped[list[str]] = mapped_column(JsonText)
    pattern: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class WebhookCall(Base):
    """One thing told to one of them. ``once``: what makes it the same thing, where it is looked for again and again."""

    __tablename__ = "webhook_call"
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event: Mapped[str] = mapped_column(String(30))
    once: Mapped[str | None] = mapped_column(String(60))
    body: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(300))
    __table_args__ = (
        Index("ix_webhook_call_due", "state", "next_at"),
        Index("uq_webhook_call_once", "webhook_id", "once", unique=True),
    )


@dataclass(frozen=True)
class Wanted:
    """What the process keeps of a subscription, until one changes."""

    id: int
    events: frozenset[str]
    pattern: str


def add(work: Work, url: str, events: Iterable[str], pattern: str = "*", *, private: bool = False) -> tuple[int, str]:
    """A new subscription: its number and the secret it is signed with, told this once. Raises ``Invalid``, ``Forbidden``."""
    _permit(work)
    asked = sorted(set(events))
    problems = [
        Problem("event", Say("没有“{e}”这个事件，可用：{o}", e=e, o="、".join(EVENTS)))
        for e in asked
        if e not in EVENTS
    ]
    if not asked:
        problems.append(Problem("event", Say("请至少写明一个事件：{o}", o="、".join(EVENTS))))
    if not 1 <= len(pattern) <= 80:
        problems.append(Problem("key", Say("范围应为记录或时限的编号，例如 disputes.*，最多80个字符")))
    try:
        if len(url) > 500:
            raise Refused("网址太长")
        outward.target(url, private=private)
    except Refused as error:
        problems.append(Problem("url", str(error)))
    if problems:
        raise Invalid(problems)
    secret = secrets.token_urlsafe(32)
    row = Webhook(url=url, secret=secret, events=asked, pattern=pattern, created_at=work.now)
    work.session.add(row)
    work.session.flush()
    work.campaign.revision += 1  # every process reads the subscriptions anew
    told = {"url": url.partition("?")[0], "events": asked, "pattern": pattern}
    journal.write(work, "create", "webhook", row.id, {k: [None, v] for k, v in told.items()})
    return row.id, secret


def end(work: Work, webhook_id: int) -> None:
    """Nothing is sent there any more, not even what waits. Raises ``NotFound``."""
    _permit(work)
    row = get(work, webhook_id)
    if row.ended_at is None:
        row.ended_at = work.now
        work.campaign.revision += 1
        journal.write(work, "end", "webhook", row.id, {"url": [row.url.partition("?")[0], None]})


def get(work: Work, webhook_id: int) -> Webhook:
    found = work.session.get(Webhook, webhook_id)
    if found is None:
        raise NotFound(f"webhook {webhook_id}")
    return found


def listed(work: Work) -> Sequence[tuple[Webhook, Mapping[str, int], str]]:
    """Every subscription with the number of its calls by state and the newest error."""
    counts: dict[int, dict[str, int]] = {}
    rows = select(WebhookCall.webhook_id, WebhookCall.state, func.count()).group_by(
        WebhookCall.webhook_id, WebhookCall.state
    )
    for webhook_id, state, number in work.session.execute(rows):
        counts.setdefault(webhook_id, {})[state] = number
    errors = select(WebhookCall.webhook_id, WebhookCall.error).where(WebhookCall.error.is_not(None))
    newest = dict(work.session.execute(errors.order_by(WebhookCall.id)).all())
    found = work.session.scalars(select(Webhook).order_by(Webhook.id))
    return [(w, counts.get(w.id, {}), newest.get(w.id) or "") for w in found]


def wanted(work: Work, event: str, key: str) -> list[int]:
    """Who is to be told of ``event`` at ``key``; kept by the process, as every save asks."""
    kept = ("webhooks", work.campaign.revision)
    if kept not in work.prepared:
        rows = work.session.scalars(select(Webhook).where(Webhook.ended_at.is_(None)))
        work.prepared[kept] = [Wanted(w.id, frozenset(w.events), w.pattern) for w in rows]
    return [w.id for w in work.prepared[kept] if event in w.events and fnmatchcase(key, w.pattern)]


def changed(work: Work, one: Change, version: int) -> None:
    """A record was saved, moved or removed."""
    event = REMOVED if one.step == "remove" else MOVED if one.step else SAVED
    subscribed = wanted(work, event, one.key)
    if subscribed:
        told = {
            "key": one.key,
            "id": one.record_id,
            "version": version,
            "state": one.state,
            "was": one.was,
            "step": one.step,
        }
        tell(work, event, {"record": told, "unit": {"kind": one.unit_kind, "id": one.unit_id}}, subscribed)


def tell(
    work: Work, event: str, body: Mapping[str, Any], subscribed: Iterable[int], *, once: str | None = None
) -> None:
    """Write a call to each of ``subscribed``."""
    whole = {"event": event, "at": work.now.isoformat(timespec="seconds"), **body}
    now = real_now()  # what is sent is sent in real time, also in a demo world with a fixed day
    for webhook_id in subscribed:
        row = {"webhook_id": webhook_id, "event": event, "body": whole, "once": once}
        work.session.add(WebhookCall(**row, state=WAITING, attempts=0, created_at=now, next_at=now))


def overdue(work: Work) -> int:
    """Tell of every duty that fell due undone and has not been told of; how many."""
    told = 0
    for rule in work.catalog.deadlines:
        for webhook_id in wanted(work, OVERDUE, rule):
            o, c = Obligation, WebhookCall
            since = max(work.now - RECENT, get(work, webhook_id).created_at)
            late = (o.rule == rule, o.done_at.is_(None), o.due_at < work.now, o.due_at >= since)
            known = exists().where(c.webhook_id == webhook_id, c.once == literal("overdue/").concat(cast(o.id, String)))
            waived = o.waived_until.is_not(None) & (o.waived_until >= work.today)
            for row in work.session.scalars(select(o).where(*late, ~known, ~waived)).all():
                duty = {"id": row.id, "rule": rule, "period": row.period, "due_at": row.due_at.isoformat()}
                unit = {"kind": row.unit_kind, "id": row.unit_id}
                tell(work, OVERDUE, {"obligation": duty, "unit": unit}, [webhook_id], once=f"overdue/{row.id}")
                told += 1
    return told


def _permit(work: Work) -> None:
    if not work.actor.may(rights.OPERATE):
        raise Forbidden(Say("只有系统管理员可以管理外发通知"))
