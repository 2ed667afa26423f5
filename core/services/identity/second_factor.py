"""The second factor: a code of six digits that changes every half minute (TOTP, RFC 6238), from an app on the phone; and codes
on paper, each good once, for the day the phone is lost.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.sealed import Sealed
from core.base.window import Moment
from core.services.audit import journal

if TYPE_CHECKING:
    from core.services.identity.accounts import Account
    from core.services.work import Work

ISSUER = "专项行动平台"  # what the app on the phone calls us
STEP = 30  # seconds
DRIFT = 1  # steps a phone's clock may be off, either way
PAPER = 10  # recovery codes
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no letter that is read as another


class SecondFactor(Base):
    """``confirmed_at``: since when a code is asked for; before that the secret is only shown. ``last_step``: a code counts once."""

    __tablename__ = "second_factor"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(Integer, default=0)


class RecoveryCode(Base):
    """The hash of a code on paper that is not used yet."""

    __tablename__ = "recovery_code"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)


def has(session: Session, account_id: int) -> bool:
    found = session.get(SecondFactor, account_id)
    return found is not None and found.confirmed_at is not None


def all_who_have(session: Session) -> set[int]:
    return set(session.scalars(select(SecondFactor.account_id).where(SecondFactor.confirmed_at.is_not(None))))


def propose(work: Work, account: Account) -> str:
    """A secret to be scanned; the same one until it is confirmed."""
    import pyotp  # noqa: PLC0415 - only who sets it up needs it

    found = work.session.get(SecondFactor, account.id)
    if found is None:
        found = SecondFactor(account_id=account.id, secret=pyotp.random_base32(), last_step=0)
        work.session.add(found)
        work.session.flush()
    return found.secret


def address(work: Work, account: Account) -> str:
    """What the QR code says: ``otpauth://totp/...``; "" where none was proposed."""
    found = work.session.get(SecondFactor, account.id)
    if found is None:
        return ""
    return str(_totp(found.secret).provisioning_uri(name=account.login, issuer_name=ISSUER))


def confirm(work: Work, account: Account, code: str, now: datetime) -> list[str] | None:
    """The first right code switches it on: the recovery codes, shown this once. None for a wrong code."""
    found = work.session.get(SecondFactor, account.id)
    if found is None or found.confirmed_at is not None or not _fits(found, code, now):
        return None
    found.confirmed_at = now
    journal.write(work, "set", "account", account.id, {"second_factor": ["off", "on"]})
    return paper(work, account)


def paper(work: Work, account: Account) -> list[str]:
    """New recovery codes; those before count no more."""
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(PAPER)]
    work.session.add_all(RecoveryCode(account_id=account.id, digest=_digest(code)) for code in codes)
    return codes


def right(work: Work, account_id: int, code: str, now: datetime) -> bool:
    """Is it the code of this moment, not used before, or one on paper? It counts once (A14)."""
    found = work.session.get(SecondFactor, account_id, with_for_update=True)
    if found is None or found.confirmed_at is None:
        return False
    if _fits(found, code, now):
        return True
    written = work.session.get(RecoveryCode, (account_id, _digest(code)))
    if written is None:
        return False
    work.session.delete(written)
    journal.write(work, "set", "account", account_id, {"recovery_code": ["***", None]})
    return True


def left(session: Session, account_id: int) -> int:
    """How many codes on paper are left."""
    return len(session.scalars(select(RecoveryCode.digest).where(RecoveryCode.account_id == account_id)).all())


def off(work: Work, account: Account) -> bool:
    """Take it away: a lost phone, or a person who no longer needs one. False where there was none."""
    found = work.session.get(SecondFactor, account.id)
    if found is None:
        return False
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    if found.confirmed_at is not None:
        journal.write(work, "set", "account", account.id, {"second_factor": ["on", "off"]})
    work.session.delete(found)
    return True


def _fits(found: SecondFactor, code: str, now: datetime) -> bool:
    typed, here = "".join(code.split()), int(now.timestamp()) // STEP
    for step in range(here - DRIFT, here + DRIFT + 1):
        if step > found.last_step and hmac.compare_digest(_totp(found.secret).at(step * STEP).encode(), typed.encode()):
            found.last_step = step
            return True
    return False


def _totp(secret: str) -> Any:
    import pyotp  # noqa: PLC0415 - only who has a second factor needs it

    return pyotp.TOTP(secret, interval=STEP)


def _digest(code: str) -> str:
    """Sixteen characters of thirty are eighty bits: nobody tries them all, so a plain hash is enough."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()
