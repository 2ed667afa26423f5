"""Uploaded photos and files: judged by content, photos re-encoded without metadata, stored under a random token."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import warnings
from datetime import datetime
from pathlib import Path

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import Moment, day_of

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
ACCEPTED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class Upload(Base):
    """One stored file. ``token`` is its public, unguessable name; ``digest`` finds the same picture used twice."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))


def picture(data: bytes, name: str) -> bytes:
    """``data`` as a clean JPEG: no metadata, no tricks behind it, at most ``LONGEST_SIDE`` pixels. ``Invalid`` if it is
    no photo we take."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - heavy, only uploads need it

    if len(data) > MOST_BYTES:
        raise Invalid([Problem("photos", Say("“{n}”超过 20 MB，请压缩后再上传", n=name))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(ACCEPTED))
            if image.width * image.height > MOST_PIXELS:
                raise Invalid([Problem("photos", Say("“{n}”像素过大（超过5000万），请缩小后再上传", n=name))])
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Invalid:
        raise
    except Exception:
        problem = Say("“{n}”不是可用的照片，请上传 JPG、PNG 或 WebP 格式的照片", n=name)
        raise Invalid([Problem("photos", problem)]) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82)
    return out.getvalue()


def store(session: Session, folder: Path, data: bytes, name: str, by: str, now: datetime) -> Upload:
    return keep(session, folder, picture(data, name), name, by, now)


def keep(session: Session, folder: Path, clean: bytes, name: str, by: str, now: datetime) -> Upload:
    """Keep a ``picture``: on disk first (written, synced, renamed), then its row in the caller's transaction.

    The same person's same picture on the same day keeps its token: a form sent twice must stay the same form.
    """
    digest = hashlib.sha256(clean).hexdigest()
    again = select(Upload).where(Upload.digest == digest, Upload.created_by == by).order_by(Upload.id.desc())
    earlier = session.scalars(again).first()
    if earlier is not None and day_of(earlier.created_at) == day_of(now) and path_of(folder, earlier.token).is_file():
        return earlier
    token = secrets.token_urlsafe(24)
    file = path_of(folder, token)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        out.write(clean)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    upload = Upload(
        token=token, name=name[-200:], media="image/jpeg", size=len(clean), digest=digest, created_at=now, created_by=by
    )
    session.add(upload)
    session.flush()
    return upload


def path_of(folder: Path, token: str) -> Path:
    return folder / token[:2] / token


def by_token(session: Session, token: str) -> Upload | None:
    return session.scalars(select(Upload).where(Upload.token == token)).first()
