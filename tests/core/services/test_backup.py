"""A backup made while the platform is in use restores to the same rows on an empty place, and only an unharmed one does."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, select, text

from core.base import keys
from core.base.errors import Invalid
from core.base.window import FAR
from core.cli import main
from core.config import Config
from core.kernel import plugins
from core.services import migrations
from core.services.audit.journal import JournalEntry
from core.services.backups import backup, backup_manifest, backup_restore, backup_store, backup_verify
from core.services.demo_world import demo_photo
from core.services.identity import accounts, sessions
from core.services.measuring.measures import Measure
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.store.db import Database
from core.services.writing import records
from core.testing import at, small_platform

pytestmark = pytest.mark.timeout(420)  # a busy machine needs a minute to make and fill a PostgreSQL
TODAY = date(2024, 11, 20)
KEY = b"only for these tests of backups"
WRITERS = 3
Place = Callable[[], Config]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """``new_place()`` is an empty data folder with an empty database of this kind."""
    made: list[Path] = []

    def make() -> Config:
        folder = tmp_path / f"place{len(made)}"
        folder.mkdir()
        made.append(folder)
        url = f"sqlite:///{folder}/test.db"
        if request.param == "postgresql":
            url = _database(request.getfixturevalue("postgres_url"), f"b{os.getpid()}_{abs(hash(folder)) % 10**9}")
        return Config(data=folder, database_url=url, secret_key=KEY)

    return make


def _database(url: str, name: str) -> str:
    admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return url.rsplit("/", 1)[0] + f"/{name}"


def inhabited(config: Config) -> Platform:
    """A small platform with a photo on the disk."""
    url = "" if config.database_url.startswith("sqlite") else config.database_url  # SQLite's is copied, not made anew
    found = small_platform(config.data, url=url, today=TODAY, begun=True)
    found = Platform(config, found.db, found.catalog)
    with found.work(SYSTEM_ACTOR) as work:
        uploads.store(work.session, config.uploads, demo_photo.picture("演示"), "photo.jpg", "demo", work.now)
    return found


def cleanup(platform: Platform, people: int) -> int:
    told = {"complex_id": 1 + people % 10, "held_on": TODAY, "spots": ["出入口"], "people": people, "photos": ["demo"]}
    with platform.work(SYSTEM_ACTOR) as work:
        return records.save(work, "environment.cleanup", told).record.id


def tables(config: Config) -> object:
    db = Database(config.database_url)
    with db.engine.connect() as connection:
        found = backup_store.content(connection).tables
    db.close()
    return found


def test_made_under_load_it_holds_every_write_acknowledged_before_it_began(new_place: Place, tmp_path: Path) -> None:
    here, there = new_place(), new_place()
    platform, stop, acknowledged = inhabited(here), Event(), list[int]()

    def write(first: int) -> None:
        while not stop.is_set():
            acknowledged.append(cleanup(platform, first))

    writers = [Thread(target=write, args=(n + 1,)) for n in range(WRITERS)]
    for one in writers:
        one.start()
    try:
        files = []
        for number in range(3):
            while len(acknowledged) < 5 * (number + 1):
                stop.wait(0.01)
            before = list(acknowledged)
            backup.write(platform, tmp_path / f"{number}.zip")
            files.append((tmp_path / f"{number}.zip", before, len(acknowledged)))
    finally:
        stop.set()
        for one in writers:
            one.join()
    assert len(acknowledged) > files[0][2], "nothing was written meanwhile: there was no load"
    file, before, _ = files[-1]
    manifest = backup_restore.restore(there, platform.catalog, file)
    assert tables(there) == manifest.tables
    restored = Platform(there, Database(there.database_url), platform.catalog)
    with restored.reading() as work:
        kept = set(work.session.scalars(select(platform.catalog.records["environment.cleanup"].id)))
        assert set(before) <= kept
        photo = work.session.query(uploads.Upload).filter_by(name="photo.jpg").one().token
    original = uploads.path_of(here.uploads, photo).read_bytes()
    assert uploads.path_of(there.uploads, photo).read_bytes() == original
    assert cleanup(restored, 4) not in kept, "a record written after the restore has a number of its own"
    restored.db.close()
    platform.db.close()


def test_it_is_verified_by_a_restore_and_ledgers_that_lie_are_told(new_place: Place, tmp_path: Path) -> None:
    platform, file = inhabited(new_place()), tmp_path / "b.zip"
    cleanup(platform, 3)
    backup.write(platform, file)
    found = backup_verify.verify(platform.config, platform.catalog, file)
    assert found.wrong == () and found.manifest.rows > 100
    with platform.db.writing() as session:
        session.scalars(select(Measure).where(Measure.until == FAR, Measure.d > 0)).first().n += 1
        session.delete(session.scalars(select(Obligation)).first())
    backup.write(platform, file)
    wrong = backup_verify.verify(platform.config, platform.catalog, file).wrong
    assert len(wrong) == 2 and "指标账" in wrong[0] and "应办账" in wrong[1]
    platform.db.close()


def test_only_its_owner_reads_it_and_nothing_is_left_beside_it(new_place: Place, tmp_path: Path) -> None:
    platform, folder = inhabited(new_place()), tmp_path / "kept"
    folder.mkdir()
    old = os.umask(0o022)
    try:
        backup.write(platform, folder / "b.zip")
    finally:
        os.umask(old)
    assert stat.S_IMODE((folder / "b.zip").stat().st_mode) == 0o600
    assert [one.name for one in folder.iterdir()] == ["b.zip"]
    platform.db.close()


def test_it_comes_back_without_a_plugin_and_the_plugin_finds_its_data_again(new_place: Place, tmp_path: Path) -> None:
    platform, there = inhabited(new_place()), new_place()
    number = cleanup(platform, 7)
    backup.write(platform, tmp_path / "b.zip")
    platform.db.close()
    without = plugins.load(without=["environment"], strict=True)
    backup_restore.restore(there, without, tmp_path / "b.zip")
    db = Database(there.database_url)
    Platform(there, db, migrations.upgrade(db, without, strict=True))
    again = Platform(there, db, migrations.upgrade(db, plugins.load(strict=True), strict=True))
    with again.reading() as work:
        assert work.session.get_one(work.catalog.records["environment.cleanup"], number).people == 7
    db.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Platform, Path, Config]]:
    """A platform, its backup and an empty place on SQLite."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    config = Config(data=here, database_url=f"sqlite:///{here}/test.db", secret_key=KEY)
    platform = inhabited(config)
    backup.write(platform, tmp_path / "b.zip")
    yield platform, tmp_path / "b.zip", replace(config, data=there, database_url=f"sqlite:///{there}/test.db")
    platform.db.close()


def refused(platform: Platform, file: Path, there: Config) -> str:
    """Why it is refused; nothing was touched."""
    before = sorted((p, p.is_file() and p.read_bytes()) for p in there.data.rglob("*"))
    with pytest.raises(Invalid) as error:
        backup_restore.restore(there, platform.catalog, file)
    assert sorted((p, p.is_file() and p.read_bytes()) for p in there.data.rglob("*")) == before
    return str(error.value)


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None], extra: str = "") -> Path:
    """The archive with its members changed, as a knowing hand would do it."""
    out = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
        if extra:
            new.writestr(extra, b"x")
    return out


def test_a_truncated_one_is_refused_wherever_it_breaks_off(made: tuple[Platform, Path, Config]) -> None:
    platform, file, there = made
    whole = file.read_bytes()
    for part in (0, 1, 100, len(whole) // 3, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        file.write_bytes(whole[:part])
        assert "不完整" in refused(platform, file, there)


def test_a_flipped_byte_is_found_anywhere(made: tuple[Platform, Path, Config]) -> None:
    """A byte of the archive's own bookkeeping may not matter; then what comes back is what was backed up."""
    _platform, file, there = made
    whole, found = file.read_bytes(), 0
    for place in range(50, len(whole), len(whole) // 40):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            backup_manifest.read(file, [there.secret_key])
        except Invalid:
            found += 1
    assert found >= 38


@pytest.mark.parametrize(
    ("change", "extra"),
    [
        (lambda name, body: body + b" " if name == "store" else body, ""),
        (lambda name, body: None if name.startswith("files/") else body, ""),
        (lambda name, body: body, "files/../../evil"),
        (lambda name, body: body.replace(b'"rows": 1,', b'"rows": 2,') if name == "manifest.json" else body, ""),
    ],
    ids=["store", "a file left out", "a file added", "manifest"],
)
def test_a_changed_one_is_refused(
    made: tuple[Platform, Path, Config], change: Callable[[str, bytes], bytes | None], extra: str
) -> None:
    platform, file, there = made
    told = refused(platform, rewritten(file, change, extra), there)
    assert "清单" in told and "没有改动任何数据" in told


def test_another_key_is_named_before_personal_data_come_back_unreadable(made: tuple[Platform, Path, Config]) -> None:
    platform, file, there = made
    other = replace(there, secret_key=b"another key altogether")
    assert "secret.key" in refused(platform, file, other)
    assert backup_restore.restore(other, platform.catalog, file, other_key=True).rows > 100


def test_one_made_before_the_key_was_changed_restores_with_the_old_one_at_hand(
    made: tuple[Platform, Path, Config],
) -> None:
    platform, file, there = made
    rotated = replace(there, secret_key=b"the key of today", old_keys=(there.secret_key,))
    assert backup_restore.restore(rotated, platform.catalog, file).rows > 100


def test_a_place_in_use_is_refused(made: tuple[Platform, Path, Config]) -> None:
    platform, file, there = made
    assert "已有数据" in refused(platform, file, platform.config)
    (there.uploads / "ab").mkdir(parents=True)
    (there.uploads / "ab" / "abc").write_bytes(b"a photo of somebody else's")
    assert "已有附件" in refused(platform, file, there)


def test_a_newer_one_is_refused(made: tuple[Platform, Path, Config], monkeypatch: pytest.MonkeyPatch) -> None:
    platform, file, there = made
    monkeypatch.setattr(backup_restore, "product", lambda: "0.0.9")
    assert "先升级" in refused(platform, file, there)
    monkeypatch.undo()
    with platform.db.writing() as session:
        session.execute(text("UPDATE version_environment SET version_num = 'environment_9999'"))
    backup.write(platform, file)
    assert "environment_9999" in refused(platform, file, there)


def test_a_broken_store_is_never_taken_for_a_backup(made: tuple[Platform, Path, Config], tmp_path: Path) -> None:
    """Damage deep in the file, which opening it does not show."""
    platform, file, _ = made
    platform.db.close()
    store = tmp_path / "here" / "test.db"
    content = bytearray(store.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    store.write_bytes(content)
    kept = file.read_bytes()
    with pytest.raises(Invalid, match="完整性"):
        backup.write(platform, file)
    assert file.read_bytes() == kept, "the last good one stays"


def test_no_personal_word_stands_in_it(made: tuple[Platform, Path, Config]) -> None:
    platform, file, _there = made
    told = {"department_id": 1, "name": "欧阳测试", "phone": "13912345678", "duty": "联络", "since": TODAY}
    with platform.work(SYSTEM_ACTOR, now=at(TODAY)) as work:
        model = work.catalog.records["safeguards.liaison"]
        names = {f.name for f in model.fields()}
        records.save(work, "safeguards.liaison", {k: v for k, v in told.items() if k in names})
    backup.write(platform, file)
    with zipfile.ZipFile(file) as archive:
        store = archive.read("store")
    assert "欧阳测试".encode() not in store and b"13912345678" not in store


def test_the_commands_say_what_they_did(
    made: tuple[Platform, Path, Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, _, there = made
    file = tmp_path / "cli.zip"
    for place in (platform.config.data, there.data):  # the key was brought to the new machine by other means
        (place / "secret.key").write_bytes(platform.config.secret_key)
        (place / "secret.key").chmod(0o600)
    monkeypatch.delenv("ACTIONS_SECRET_KEY", raising=False)
    monkeypatch.setenv("ACTIONS_DATA", str(platform.config.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", platform.config.database_url)
    with platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "a")
    run = CliRunner()
    done = run.invoke(main, ["backup", str(file)])
    assert done.exit_code == 0 and "密钥" in done.output
    done = run.invoke(main, ["verify", str(file)])
    assert done.exit_code == 0 and "可以恢复" in done.output
    monkeypatch.setenv("ACTIONS_DATA", str(there.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", there.database_url)
    monkeypatch.setenv("ACTIONS_WITHOUT", "environment")
    done = run.invoke(main, ["restore", str(file)])
    assert done.exit_code == 0 and "插件 environment 没有安装" in done.output
    done = run.invoke(main, ["restore", str(file)])
    assert done.exit_code == 1 and "已有数据" in done.output
    keys.use(KEY)
    restored = Platform(there, Database(there.database_url), platform.catalog)
    with restored.work(SYSTEM_ACTOR) as work:  # a link of that time opens nothing, and the journal says what happened
        assert sessions.find(work.session, link).ended_at is not None
        assert (
            work.session.scalars(select(JournalEntry).where(JournalEntry.verb == "restore")).one().subject == "backup"
        )
    restored.db.close()
