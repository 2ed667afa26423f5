"""What an idempotency key got, so that a repeated submission is answered with the record made first (A44, A45). The submission
itself is kept as a keyed digest only: by a bare hash, who reads the database could try every ID number (docs/decisions/0019)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base import keys
from core.base.declared import Base
from core.base.errors import KeyReused
from core.base.window import Moment

BATCH = 500


class Receipt(Base):
    """``digest``: of what was submitted, keyed, behind the key's name. In rows of before it is bare (``actions keys reseal``)."""

    __tablename__ = "receipt"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    subject_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)


def digest_of(key: str, record_id: int | None, raw: Mapping[str, Any]) -> str:
    """Of a submission: to be kept, and to be compared by ``answered``."""
    content = json.dumps([key, record_id, {k: str(v) for k, v in raw.items()}], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode(errors="backslashreplace")).hexdigest()


def keyed(digest: str, key: keys.Key | None = None) -> str:
    """A digest as it is kept."""
    key = key or keys.current()
    return f"{key.name}:{hmac.digest(key.comparing, digest.encode(), 'sha256').hex()[:48]}"


def answered(earlier: Receipt, digest: str) -> int:
    """The record that the same submission got. ``KeyReused`` for another one; where the secret of its time was given up, the
    one is taken for the other: a record twice would be worse."""
    name, mark, _ = earlier.digest.partition(":")
    key = keys.named(name)
    if not mark and earlier.digest != digest:
        raise KeyReused(earlier.key)
    if mark and key is not None and not hmac.compare_digest(earlier.digest, keyed(digest, key)):
        raise KeyReused(earlier.key)
    return earlier.subject_id


def key_bare(session: Session) -> int:
    """Key some of the digests that were kept bare; how many."""
    bare = select(Receipt.key, Receipt.digest).where(~Receipt.digest.contains(":")).limit(BATCH)
    rows = session.execute(bare).all()
    if rows:
        one = update(Receipt.__table__).where(Receipt.__table__.c.key == bindparam("k")).values(digest=bindparam("d"))  # type: ignore[arg-type]
        session.connection().execute(one, [{"k": row[0], "d": keyed(row[1])} for row in rows])
    return len(rows)


def one_at_a_time(session: Session, idempotency: str) -> None:
    """Who sends the same key at the same time waits for the first to end, and then gets its answer. SQLite has one writer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(idempotency, 0))))


def forget(session: Session, before: datetime) -> int:
    """Drop what keys of the API got before that moment; how many. A sheet's rows are remembered for good: the same file
    must never count twice."""
    old = or_(*(Receipt.key.startswith(prefix) for prefix in ("api/", "intake/")))
    return session.execute(delete(Receipt).where(Receipt.at < before, old)).rowcount  # type: ignore[attr-defined, no-any-return]
