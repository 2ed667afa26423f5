"""A backup that is encrypted as a whole: nothing of it is readable without the key, it restores and is verified with it, and no
byte of it may be changed, cut off or moved."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.base import keys
from core.base.errors import Invalid
from core.base.keys import Key
from core.cli import main
from core.config import Config
from core.services.backups import backup, backup_restore, backup_verify, backups_kept, sealed_archive
from core.services.platform import Platform
from core.testing import at
from tests.core.services.test_backup import KEY, made, refused, tables

__all__ = ["made"]
pytestmark = pytest.mark.timeout(420)


@pytest.fixture
def sealed(made: tuple[Platform, Path, Config]) -> tuple[Platform, Path, Config]:
    platform, file, there = made
    whole = file.with_suffix(".sealed")
    backup.write(platform, whole, seal=True)
    return platform, whole, there


def test_nothing_of_it_is_readable_and_it_restores(sealed: tuple[Platform, Path, Config]) -> None:
    platform, file, there = sealed
    body = file.read_bytes()
    assert all(word not in body for word in ("示例小区".encode(), b"manifest.json", b"SQLite format", b"JFIF"))
    assert "示例小区".encode() in (platform.config.data / "test.db").read_bytes(), "which a plain one has"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    verified = backup_verify.verify(platform.config, platform.catalog, file)
    assert verified.wrong == ()
    manifest = backup_restore.restore(there, platform.catalog, file)
    assert tables(there) == manifest.tables and not list(there.data.glob(".opened-*"))


def test_another_key_does_not_open_it_even_where_the_key_is_given_up(sealed: tuple[Platform, Path, Config]) -> None:
    platform, file, there = sealed
    other = replace(there, secret_key=b"another key altogether")
    assert Key.of(KEY).name in refused(platform, file, other)
    with pytest.raises(Invalid, match="整个加密过"):
        backup_restore.restore(other, platform.catalog, file, other_key=True)
    assert backup_restore.restore(replace(other, old_keys=(KEY,)), platform.catalog, file).rows > 100


def test_it_is_refused_changed_cut_off_or_put_together_anew(
    made: tuple[Platform, Path, Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    platform, _file, there = made
    monkeypatch.setattr(sealed_archive, "PIECE", 20_000)
    file = tmp_path / "pieces"
    backup.write(platform, file, seal=True)
    whole, size = file.read_bytes(), 20_000 + sealed_archive.TAG
    head = len(sealed_archive.MARK) + keys.NAME_LENGTH + sealed_archive.SALT
    assert len(whole) > head + 3 * size
    first, second, rest = whole[head : head + size], whole[head + size : head + 2 * size], whole[head + 2 * size :]
    broken = [
        whole[: head + size],  # cut off between two pieces
        whole[:-1],
        whole[: head - 1],
        whole[:head] + second + first + rest,
        whole[:head] + second + rest,
        *(
            whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :]
            for n in (head - 1, head, head + size + 5, len(whole) - 1)
        ),
    ]
    for one in broken:
        file.write_bytes(one)
        assert "已损坏" in refused(platform, file, there)
    file.write_bytes(whole)
    assert backup_restore.restore(there, platform.catalog, file).rows > 100, "and whole it does"


def test_the_nightly_ones_are_sealed_where_the_settings_want_it_and_the_oldest_go(
    made: tuple[Platform, Path, Config], tmp_path: Path
) -> None:
    platform, _file, _there = made
    config = replace(platform.config, backups=tmp_path / "kept", keep_backups=2, seal_backups=True)
    kept = replace(platform, config=config)
    for day in (18, 19, 20):
        assert "已试恢复" in backups_kept.make(kept, at(date(2024, 11, day)))
    files = sorted(p for p in (tmp_path / "kept").iterdir() if p.name.startswith("actions-"))
    assert [p.name[:16] for p in files] == ["actions-20241119", "actions-20241120"]
    assert all(p.read_bytes().startswith(sealed_archive.MARK) and p.name.endswith(".zip.sealed") for p in files)


def test_the_command_says_that_the_key_is_its_other_half(
    made: tuple[Platform, Path, Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, _file, _there = made
    (platform.config.data / "secret.key").write_bytes(KEY)
    (platform.config.data / "secret.key").chmod(0o600)
    monkeypatch.delenv("ACTIONS_SECRET_KEY", raising=False)
    monkeypatch.setenv("ACTIONS_DATA", str(platform.config.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", platform.config.database_url)
    done = CliRunner().invoke(main, ["backup", "--seal", str(tmp_path / "b")])
    assert done.exit_code == 0 and "整个备份已加密" in done.output
    done = CliRunner().invoke(main, ["verify", "--quick", str(tmp_path / "b")])
    assert done.exit_code == 0 and "可以恢复" in done.output
