"""A backup (备份): one .zip with a copy of the store, every uploaded file and a sealed manifest, written while the platform is in
use, readable by its owner only. Personal data stay sealed in it, all of it may be: the secret key is kept elsewhere.

It is for the same platform on a new machine; archive.py is the one that needs none of our software. Next: backup_restore.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.base.keys import Key
from core.services.audit import journal_anchor
from core.services.backups import backup_store, sealed_archive
from core.services.backups.backup_manifest import (
    FILES,
    FORMAT,
    KEPT,
    NAME,
    PIECE,
    STORE,
    Manifest,
    fingerprint,
    product,
)
from core.services.personal import erasing
from core.services.platform import Platform
from core.services.store import whole_file


def write(platform: Platform, file: Path, *, seal: bool | None = None) -> Manifest:
    """Write a backup to ``file``; it stands there only when it is complete and synced. ``seal``: encrypted as a whole
    (sealed_archive.py); None: as the settings want. Raises ``Invalid`` where the copy of the
    store is not sound, ``OSError`` where there is no room: then ``file`` is as it was."""
    with _scratch(file.absolute().parent) as folder:
        copy = folder / STORE
        found = backup_store.take(
            platform.db, copy
        )  # before the uploads: a file is on the disk before its row is stored
        part = folder / "part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", compresslevel=3) as archive:
                packed = zipfile.ZIP_DEFLATED if platform.db.sqlite else zipfile.ZIP_STORED
                store = _add(archive, copy, STORE, packed)
                files = dict(_uploads(archive, platform.config.uploads))
                kept = dict(_kept(archive, platform.config.data))
                manifest = _manifest(platform, found, store, files, kept)
                archive.writestr(NAME, manifest.sealed(platform.config.secret_key), zipfile.ZIP_DEFLATED)
            _synced(out)
        if platform.config.seal_backups if seal is None else seal:
            part = _sealed(part, Key.of(platform.config.secret_key))
        part.replace(file)
    whole_file.sync_folder(file.absolute().parent)
    return manifest


def _sealed(part: Path, key: Key) -> Path:
    whole = part.with_name("sealed")
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        sealed_archive.seal(part, out, key)
        _synced(out)
    return whole


def _synced(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _manifest(
    platform: Platform, found: backup_store.Content, store: str, files: dict[str, str], kept: dict[str, str]
) -> Manifest:
    with platform.reading() as work:
        now, today = work.now, work.today
    return Manifest(
        format=FORMAT,
        product=product(),
        kind="sqlite" if platform.db.sqlite else "postgresql",
        written_at=now.isoformat(timespec="seconds"),
        today=today.isoformat(),
        steps=found.steps,
        tables=found.tables,
        store=store,
        files=files,
        key=fingerprint(platform.config.secret_key),
        kept=kept,
    )


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A private folder beside the target (the same disk, so that a rename is enough); gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _uploads(archive: zipfile.ZipFile, folder: Path) -> Iterator[tuple[str, str]]:
    """(path below ``folder``, digest) of every uploaded file. One that goes away meanwhile was deleted."""
    for one in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".part"):
        path = one.relative_to(folder).as_posix()
        try:
            yield path, _add(archive, one, FILES + path, zipfile.ZIP_STORED)
        except FileNotFoundError:
            continue


def _kept(archive: zipfile.ZipFile, data: Path) -> Iterator[tuple[str, str]]:
    """(path below ``data``, digest) of what stands outside the database on purpose."""
    for one in (journal_anchor.file_in(data), data / erasing.LATER):
        if one.is_file():
            path = one.relative_to(data).as_posix()
            yield path, _add(archive, one, KEPT + path, zipfile.ZIP_DEFLATED)


def _add(archive: zipfile.ZipFile, source: Path, name: str, packed: int) -> str:
    """One member, and the digest of what was read into it."""
    digest = hashlib.sha256()
    with source.open("rb") as content:
        member = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
        member.compress_type = packed
        with archive.open(member, "w", force_zip64=True) as out:
            while piece := content.read(PIECE):
                digest.update(piece)
                out.write(piece)
    return digest.hexdigest()
