"""A backup (backup.py) put into an empty data folder and database. Everything is checked before anything is touched; then the
uploads and last the store come to their places, so that a broken restore never looks like a finished one.

It works while a plugin of the backup is not installed: its tables come back too. Next: backup_verify.py.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from packaging.version import Version
from sqlalchemy import NullPool, create_engine

from core.base.say import Say
from core.config import Config
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.audit import journal
from core.services.backups import backup_store, sealed_archive
from core.services.backups.backup_manifest import FILES, KEPT, STORE, Manifest, product, read, refused
from core.services.identity import sessions
from core.services.platform import Platform
from core.services.store.whole_file import sync_folder


def restore(config: Config, catalog: Catalog, file: Path, *, other_key: bool = False) -> Manifest:
    """Fill the empty place ``config`` names from ``file``. Raises ``Invalid`` and touches nothing where the backup is damaged,
    changed, under another key (but for ``other_key``), of a newer version or another kind of store, or the place is not
    empty. The tables keep the shape they had: opening the platform brings them to the newest."""
    ours = (config.secret_key, *config.old_keys)
    with sealed_archive.opened(file, ours, config.data) as archive:
        return _restored(config, catalog, archive, read(archive, ours, other_key=other_key))


def _restored(config: Config, catalog: Catalog, file: Path, manifest: Manifest) -> Manifest:
    _not_newer(manifest, catalog)
    _fits(config, manifest)
    with _unpacked(file, manifest, config.data) as folder:
        copy, uploads = folder / STORE, folder / FILES
        if manifest.kind == "sqlite":
            backup_store.whole(copy)
            _same(str(backup_store.embedded(copy).url), manifest)
        if config.uploads.exists():
            config.uploads.rmdir()  # it is empty, as was seen
        with ExitStack() as back:  # whatever fails, what was moved goes back: the place is empty again
            _move(uploads, config.uploads, back)
            for path in manifest.kept:
                _keep(folder / KEPT / path, config.data / path, back)
            _place(config, manifest, copy, back)
            back.pop_all()
    return manifest


def resumed(platform: Platform, manifest: Manifest) -> None:
    """After ``restore``, when the platform has been opened: who was signed in at the time of the backup is not any more, for
    they may have signed out since; and the journal says what happened."""
    with platform.work(source="command", settle=False) as work:
        sessions.end_everybodys(work.session, work.now)
        told = {"since": [None, manifest.written_at], "count": [None, manifest.rows]}
        journal.write(work, "restore", "backup", None, told)


def _not_newer(manifest: Manifest, catalog: Catalog) -> None:
    if Version(manifest.product) > Version(product()):
        said = Say("备份来自更新的版本 {a}，本机是 {b}：请先升级，再恢复", a=manifest.product, b=product())
        raise refused(said)
    for owner, folder in migrations.owners(catalog):
        step = manifest.steps.get(owner)
        if step is not None and step not in migrations.known(folder):
            raise refused(Say("备份中“{o}”的表结构（{s}）比本机的程序新：请先升级，再恢复", o=owner, s=step))


def _fits(config: Config, manifest: Manifest) -> None:
    """The place is empty and of the same kind."""
    kind = "sqlite" if config.database_url.startswith("sqlite") else "postgresql"
    if kind != manifest.kind:
        text = "备份是 {a} 的，这里用的是 {b}：换数据库请用 actions export --all 和 actions import"
        raise refused(Say(text, a=manifest.kind, b=kind))
    if not backup_store.is_empty(config.database_url):
        raise refused(Say("数据库里已有数据，没有恢复：备份只能恢复到空的数据目录或空的数据库"))
    if config.uploads.is_dir() and any(p.is_file() for p in config.uploads.rglob("*")):
        raise refused(Say("{d} 里已有附件，没有恢复：备份只能恢复到空的数据目录", d=config.uploads))


@contextmanager
def _unpacked(file: Path, manifest: Manifest, beside: Path) -> Iterator[Path]:
    """The members in a private folder on the disk they go to, synced."""
    folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=beside))
    try:
        with zipfile.ZipFile(file) as found:
            _extract(found, STORE, folder / STORE)
            (folder / FILES).mkdir()
            for name in (*(FILES + path for path in manifest.files), *(KEPT + path for path in manifest.kept)):
                target = folder / name
                if not target.resolve().is_relative_to(folder / name.partition("/")[0]):
                    raise refused(Say("备份中的路径 {f} 不合法，没有恢复", f=name))
                target.parent.mkdir(parents=True, exist_ok=True)
                _extract(found, name, target)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _extract(found: zipfile.ZipFile, name: str, target: Path) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with found.open(name) as content, os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(content, out)
        out.flush()
        os.fsync(out.fileno())


def _keep(source: Path, target: Path, back: ExitStack) -> None:
    """What the place itself kept longer stays: its anchors and erasures are the newer ones."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(source, target, back)


def _place(config: Config, manifest: Manifest, copy: Path, back: ExitStack) -> None:
    if manifest.kind == "postgresql":
        backup_store.load(config.database_url, copy)
        _same(config.database_url, manifest)
        return
    target = backup_store.database_file(config.database_url)
    _move(copy, target, back)
    sync_folder(target.absolute().parent)


def _move(source: Path, target: Path, back: ExitStack) -> None:
    source.replace(target)
    back.callback(target.replace, source)


def _same(url: str, manifest: Manifest) -> None:
    """The rows that came in are the rows that were backed up."""
    engine = backup_store.embedded(Path(url.removeprefix("sqlite:///"))) if url.startswith("sqlite") else None
    with (engine or create_engine(url, poolclass=NullPool)).connect() as connection:
        found = backup_store.content(connection).tables
    unlike = sorted(name for name in {*found, *manifest.tables} if found.get(name) != manifest.tables.get(name))
    if unlike:
        raise refused(Say("恢复出的表与备份清单不一致：{t}", t="、".join(unlike[:10])))
