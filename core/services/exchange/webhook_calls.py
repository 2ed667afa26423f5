"""The calls of webhooks on their way out: taken by one of any number of processes, signed, tried again with growing pauses, given
up in the end, and then seen on the status page.

At least once, and numbered: a process that dies between sending and noting it leaves the call to be sent again, and its
receiver knows the number already. ``X-Actions-Signature`` is HMAC-SHA256 of ``<timestamp>.<body>`` with the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.services.exchange import outward
from core.services.exchange.webhooks import GIVEN_UP, SENT, TEST, WAITING, Webhook, WebhookCall
from core.services.identity.accounts import real_now
from core.services.messaging.channels import Refused
from core.services.messaging.outbox import AT_ONCE, PAUSES
from core.services.operations import faults
from core.services.platform import Platform
from core.services.work import Work

LEASE = timedelta(minutes=2)  # who took a call and has not noted its end by then has died
KEPT = timedelta(days=30)


def send(platform: Platform, now: datetime | None = None) -> int:
    """Send what is due; how many were taken. A receiver that refuses one is not asked for the others in this round."""
    now = now or real_now()
    done, failed = 0, set()
    for call_id, webhook_id in _due(platform, now):
        if webhook_id not in failed:
            if _one(platform, call_id, now):
                done += 1
            else:
                failed.add(webhook_id)
    return done


def signed(secret: str, body: bytes, number: int, event: str, now: datetime) -> dict[str, str]:
    """The headers of a call."""
    stamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "special-actions",
        "X-Actions-Delivery": str(number),
        "X-Actions-Event": event,
        "X-Actions-Timestamp": stamp,
        "X-Actions-Signature": f"sha256={digest}",
    }


def call(url: str, secret: str, told: object, number: int, event: str, now: datetime, *, private: bool) -> None:
    """Send one and read the answer: any 2xx takes it. Raises ``Refused``."""
    body = json.dumps(told, ensure_ascii=False).encode()
    status, _ = outward.post(outward.target(url, private=private), body, signed(secret, body, number, event, now))
    if 300 <= status < 400:
        raise Refused(f"对方要求转到别处（{status}），不予跟随")
    if not 200 <= status < 300:
        raise Refused(f"对方拒收（{status}）")


def test(work: Work, webhook: Webhook, *, private: bool) -> None:
    """Send a test event now. Raises ``Refused``."""
    now = real_now()
    told = {"event": TEST, "at": work.now.isoformat(timespec="seconds")}
    call(webhook.url, webhook.secret, told, 0, TEST, now, private=private)


def sweep(session: Session, now: datetime) -> int:
    """Drop what was sent, given up or ended long ago; how many."""
    old = WebhookCall.created_at < now - KEPT
    return session.execute(delete(WebhookCall).where(old)).rowcount  # type: ignore[attr-defined, no-any-return]


def _due(platform: Platform, now: datetime) -> list[tuple[int, int]]:
    with platform.db.reading() as session:
        rows = select(WebhookCall.id, WebhookCall.webhook_id).join(Webhook, Webhook.id == WebhookCall.webhook_id)
        due = (WebhookCall.state == WAITING, WebhookCall.next_at <= now, Webhook.ended_at.is_(None))
        found = session.execute(rows.where(*due).order_by(WebhookCall.next_at, WebhookCall.id).limit(AT_ONCE))
        return [(row[0], row[1]) for row in found]


def _one(platform: Platform, call_id: int, now: datetime) -> bool:
    """True if it was taken, or if another process has it."""
    with platform.db.writing() as session:
        mine = (WebhookCall.id == call_id, WebhookCall.state == WAITING, WebhookCall.next_at <= now)
        taken = update(WebhookCall).where(*mine)
        words = {"attempts": WebhookCall.attempts + 1, "next_at": now + LEASE}
        if session.execute(taken.values(words)).rowcount != 1:  # type: ignore[attr-defined]  # another took it
            return True
        row = session.get_one(WebhookCall, call_id)
        webhook = session.get_one(Webhook, row.webhook_id)
        url, secret, told, event = webhook.url, webhook.secret, {"id": call_id, **row.body}, row.event
    refused = ""
    try:
        call(url, secret, told, call_id, event, now, private=platform.config.webhook_private)
    except Refused as error:
        refused = str(error)
    with platform.work(source="job", settle=False) as work:
        row, place = work.session.get_one(WebhookCall, call_id), f"webhook:{webhook.id}"
        if not refused:
            row.state, row.sent_at, row.error = SENT, now, None
            faults.mended(work, place)
        else:
            row.state = GIVEN_UP if row.attempts > len(PAUSES) else WAITING
            row.next_at, row.error = now + PAUSES[min(row.attempts, len(PAUSES)) - 1], refused[:300]
            given_up = "；已放弃，不再重试" if row.state == GIVEN_UP else ""
            faults.blame(work, place, f"外发通知 {webhook.id}：{refused}{given_up}"[:300])
    return not refused
