"""What keeps the platform from being opened or served: a store that is lost, damaged, newer, far away, or open to everybody."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.base.errors import Invalid
from core.checks import surroundings
from core.cli import main
from core.config import Config
from core.kernel import plugins
from core.services import migrations
from core.services.platform import Platform
from core.services.store import preflight
from core.services.store.db import Database
from core.testing import small_platform


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with a small world in ``actions.db``, closed, and the environment that names it."""
    made = small_platform(tmp_path)
    made.db.close()
    (tmp_path / "test.db").replace(tmp_path / "actions.db")
    for extra in ("-wal", "-shm"):
        (tmp_path / f"test.db{extra}").unlink(missing_ok=True)
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    monkeypatch.setenv("ACTIONS_SECRET_KEY", "only for these tests of starts")
    yield tmp_path


def told(*command: str) -> str:
    """What the command says while it refuses."""
    done = CliRunner().invoke(main, list(command))
    assert done.exit_code == 1, done.output
    return done.output


def test_a_database_that_is_gone_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    (folder / "uploads" / "ab").mkdir(parents=True)
    (folder / "uploads" / "ab" / "abc").write_bytes(b"a photo")
    (folder / "backups").mkdir()
    newest = folder / "backups" / "actions-20241120-023000.zip"
    newest.write_bytes(b"")
    (folder / "actions.db").unlink()
    said = told("job", "list")
    assert "没有新建空库" in said and f"actions restore {newest}" in said
    assert not (folder / "actions.db").exists()
    (folder / "actions.db").write_bytes(b"")
    assert "没有新建空库" in told("job", "list") and (folder / "actions.db").stat().st_size == 0


def test_a_first_start_makes_one_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path / "new"))
    CliRunner().invoke(main, ["job", "list"])
    assert (tmp_path / "new" / "actions.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("junk", [b"\0" * 8192, b"this is no database " * 500])
def test_a_file_that_is_no_database_is_named_with_the_way_back(folder: Path, junk: bytes) -> None:
    (folder / "actions.db").write_bytes(junk)
    said = told("job", "list")
    assert "actions restore" in said and "损坏" in said
    assert (folder / "actions.db").read_bytes() == junk, "it was not touched"


def test_damaged_pages_keep_it_from_being_served(folder: Path) -> None:
    """Whole pages lost, as a bad disk loses them: found wherever they are, the first page by opening itself."""
    whole = (folder / "actions.db").read_bytes()
    chance = random.Random(97)
    for _ in range(5):
        page = chance.randrange(1, len(whole) // 4096 - 2)
        (folder / "actions.db").write_bytes(whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :])
        for extra in ("-wal", "-shm"):
            (folder / f"actions.db{extra}").unlink(missing_ok=True)
        config = Config.read({}, folder)
        assert preflight.damage(config), f"page {page}"
    said = told("serve", "--no-ticking", "--port", "1")
    assert "损坏" in said and "actions restore" in said


def test_an_older_program_does_not_write_into_a_newer_store(folder: Path) -> None:
    db = Database(f"sqlite:///{folder}/actions.db")
    with db.writing() as session:
        session.execute(text("UPDATE version_environment SET version_num = 'environment_9999'"))
    found = migrations.upgrade(db, plugins.load(strict=True))
    assert [f.plugin for f in found.faults] == ["environment"] and "较新版本" in found.faults[0].mend
    with db.writing() as session:
        session.execute(text("UPDATE version_core SET version_num = 'core_9999'"))
    with pytest.raises(Invalid, match="较新版本"):
        migrations.upgrade(db, plugins.load(strict=True))
    db.close()
    assert "较新版本" in told("job", "list")


@pytest.fixture
def open_to_all() -> Iterator[Platform]:
    """A platform in a folder anybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        found = small_platform(Path(folder))
        found.db.close()
        (Path(folder) / "secret.key").write_text("k" * 40)
        yield found


@pytest.mark.parametrize("name", ["test.db", "secret.key"])
def test_a_file_everybody_reads_is_refused_with_the_mend(open_to_all: Platform, name: str) -> None:
    folder = open_to_all.config.data
    for one in ("test.db", "secret.key"):
        (folder / one).chmod(0o600)
    assert not [f for f in surroundings.unfit(open_to_all) if f.broken]
    (folder / name).chmod(0o644)
    (found,) = surroundings.unfit(open_to_all)
    assert found.broken and found.mend == f"chmod 600 {folder / name}"


def test_a_network_file_system_is_refused(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "file_system", lambda _folder: "nfs4")
    assert any(f.broken and "nfs4" in f.text for f in surroundings.unfit(platform))


def test_an_unsafe_sqlite_is_only_warned_of(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "sqlite_is_safe", lambda _version: False)
    (found,) = [f for f in surroundings.look_around(platform) if "WAL" in f.text]
    assert not found.broken and not list(surroundings.unfit(platform))
