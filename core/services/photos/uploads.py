"""Uploaded photos: what is kept of them, on the disk under a random token and in a row. Who may open one is upload_use.py's;
which look like another, alike.py's."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Float, ForeignKey, Index, Integer, String, exists, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.errors import OverQuota, Problem
from core.base.say import Say
from core.base.typed_text import CONTROL
from core.base.window import Moment, day_of, end_of
from core.services.foreign import photo_apart
from core.services.foreign.photo import Photo
from core.services.store import whole_file

BANDS = 4


class Upload(Base):
    """One stored photo. ``token``: its public, unguessable name. ``digest``: of its bytes. ``band0`` to ``band3``: its
    likeness, cut so that an index finds what is near. ``sample``: it stands for every photo of the demo, is compared with
    none and shown to all. ``used``: a record has had it; whoever uploaded it sees it alone until then."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    used: Mapped[bool] = mapped_column(default=False, server_default=false())
    band0: Mapped[int | None] = mapped_column(Integer, index=True)
    band1: Mapped[int | None] = mapped_column(Integer, index=True)
    band2: Mapped[int | None] = mapped_column(Integer, index=True)
    band3: Mapped[int | None] = mapped_column(Integer, index=True)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    __table_args__ = (Index(None, "created_by", "created_at"),)


class UploadUse(Base):
    """A record has the photo in one of its fields. Demo's sample photos, used by everything, are left out."""

    __tablename__ = "upload_use"
    upload_id: Mapped[int] = mapped_column(Integer, ForeignKey("upload.id"), primary_key=True)
    record_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    record_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    __table_args__ = (Index(None, "record_key", "record_id"),)


def picture(data: bytes, name: str) -> Photo:
    """``data`` as a clean photo. Slow: to be called before anything is locked. ``Invalid`` if it is no photo we take."""
    return photo_apart.read(data, shown_name(name))


def shown_name(name: str) -> str:
    """A file's own name as text to be shown, never as a path (A54): its end, where the kind stands, without what no page
    or store can hold."""
    return CONTROL.sub("", name)[-200:]


def store(
    session: Session, folder: Path, data: bytes, name: str, by: str, now: datetime, *, sample: bool = False
) -> Upload:
    return keep(session, folder, picture(data, name), name, by, now, sample=sample)


def keep(
    session: Session, folder: Path, photo: Photo, name: str, by: str, now: datetime, *, sample: bool = False
) -> Upload:
    """Keep a ``picture``: on disk first, then its row in the caller's transaction (F05).

    The same person's same picture on the same day keeps its token: a form sent twice must stay the same form. Not that of
    a record that is gone, whose address opens nothing any more.
    """
    digest = hashlib.sha256(photo.clean).hexdigest()
    alive = or_(~Upload.used, exists().where(UploadUse.upload_id == Upload.id))
    again = select(Upload).where(Upload.digest == digest, Upload.created_by == by, alive).order_by(Upload.id.desc())
    earlier = session.scalars(again).first()
    if earlier is not None and day_of(earlier.created_at) == day_of(now) and path_of(folder, earlier.token).is_file():
        return earlier
    token = secrets.token_urlsafe(24)
    whole_file.write(path_of(folder, token), photo.clean)
    upload = Upload(
        token=token,
        name=shown_name(name),
        media="image/jpeg",
        size=len(photo.clean),
        digest=digest,
        created_at=now,
        created_by=by,
        sample=sample,
        taken_at=photo.taken_at,
        latitude=photo.place[0] if photo.place else None,
        longitude=photo.place[1] if photo.place else None,
        **({} if photo.likeness is None or sample else bands(photo.likeness)),
    )
    session.add(upload)
    session.flush()
    return upload


def bands(likeness: int) -> dict[str, int]:
    """The 64 bits dealt out in turn, so that a smooth sky, the same in many photos, fills no band by itself."""
    return {
        f"band{band}": sum((likeness >> (place * BANDS + band) & 1) << place for place in range(64 // BANDS))
        for band in range(BANDS)
    }


def within(session: Session, by: str, now: datetime, size: int, *, files: int, total: int) -> None:
    """Raises ``OverQuota`` if ``size`` bytes more would pass a person's ``files`` or ``total`` bytes of the day (A57)."""
    since = end_of(day_of(now) - timedelta(days=1))
    today = select(func.count(), func.coalesce(func.sum(Upload.size), 0))
    count, held = session.execute(today.where(Upload.created_by == by, Upload.created_at > since)).one()
    if count >= files:
        raise OverQuota([Problem("photos", Say("您今天已上传 {n} 个文件，达到每日上限，请明天再传", n=count))])
    if held + size > total:
        text = Say("您今天上传的文件已达每日上限 {n} MB，请明天再传", n=total // 1024 // 1024)
        raise OverQuota([Problem("photos", text)])


def path_of(folder: Path, token: str) -> Path:
    return folder / token[:2] / token


def by_token(session: Session, token: str) -> Upload | None:
    return session.scalars(select(Upload).where(Upload.token == token)).first()


def by_tokens(session: Session, tokens: Sequence[str]) -> dict[str, Upload]:
    """Those of ``tokens`` that are stored."""
    found = session.scalars(select(Upload).where(Upload.token.in_(tokens))) if tokens else ()
    return {one.token: one for one in found}
