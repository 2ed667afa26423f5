"""Calls signed instead of carrying their token (A47): the secret never travels, a call can't be changed on its way, and one that
was overheard can't be sent again.

``X-Actions-Signature: sha256=...`` is HMAC-SHA256 with the token's secret over time, nonce, method, address and body, each of
the first four ended by a line feed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.window import Moment
from core.services.exchange.tokens import ApiToken, Held
from core.services.identity.accounts import Account
from core.services.store.db import Database

APART = timedelta(minutes=5)  # so far the sender's clock may be from ours
NONCE = re.compile(r"[!-~]{8,80}")


class Nonce(Base):
    """A signed call that came: it comes once."""

    __tablename__ = "api_nonce"
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


@dataclass(frozen=True)
class Signed:
    """What a call says of itself. ``token``: its number; ``target``: path and query as sent."""

    token: str
    timestamp: str
    nonce: str
    signature: str
    method: str
    target: str
    body: bytes


def sign(secret: str, timestamp: str, nonce: str, method: str, target: str, body: bytes) -> str:
    said = f"{timestamp}\n{nonce}\n{method}\n{target}\n".encode() + body
    return f"sha256={hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()}"


def resume(session: Session, call: Signed, now: datetime) -> tuple[Account, Held] | None:
    """The account behind a call that is signed by a valid token, now; whether it came before is asked by ``first``."""
    numbers = re.fullmatch("[0-9]{1,9}", call.token) and re.fullmatch("[0-9]{1,12}", call.timestamp)
    if not numbers or not NONCE.fullmatch(call.nonce):
        return None
    if abs(now.timestamp() - int(call.timestamp)) > APART.total_seconds():
        return None
    rows = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
    valid = (ApiToken.ended_at.is_(None), ApiToken.expires_at > now, Account.active, ApiToken.signing.is_not(None))
    found = session.execute(rows.where(ApiToken.id == int(call.token), *valid)).first()
    if found is None:
        return None
    row, account = found
    expected = sign(row.signing or "", call.timestamp, call.nonce, call.method, call.target, call.body)
    if not hmac.compare_digest(expected.encode(), call.signature.encode()):
        return None
    return account, Held(row.id, frozenset(row.scopes), row.per_minute, row.last_used_at)


def first(db: Database, token_id: int, nonce: str, now: datetime) -> bool:
    """Note the call; False if it came before."""
    try:
        with db.writing() as session:
            session.add(Nonce(token_id=token_id, nonce=nonce, at=now))
    except IntegrityError:
        return False
    return True


def sweep(session: Session, now: datetime) -> None:
    """Forget calls too old to be taken again."""
    session.execute(delete(Nonce).where(Nonce.at < now - 3 * APART))
