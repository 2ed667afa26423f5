"""``actions keys``: a new key seals everything anew, also after a kill; the old one can then be dropped; a lost one is named,
and nothing crashes or is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core import cli
from core.base import keys
from core.config import change_key
from core.services.lists import listing
from core.services.personal import resealing
from core.services.writing import records
from core.testing import small_platform
from tests.core.web.canaries import COMPLAINT, GUARD, PEOPLE, leaked, raws


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli.main, list(words))
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small platform with its key in a file, and twenty people in it."""
    platform = small_platform(tmp_path)
    with platform.work() as work:
        for place, person in enumerate(PEOPLE[:20]):
            for key, raw in raws(place, person).items():
                records.save(work, key, raw, reason="确属实情")
    platform.db.close()
    (tmp_path / "test.db").rename(tmp_path / "actions.db")
    (tmp_path / "secret.key").write_bytes(platform.config.secret_key)
    (tmp_path / "secret.key").chmod(0o600)
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    monkeypatch.setattr(keys, "_ring", {})  # each command a process of its own, that knows what is in the folder only
    return tmp_path


def read() -> list[tuple[Any, ...]]:
    with cli.opened() as found, found.reading() as work:
        rows = [records.get(work, key, n).values() for n in range(1, 21) for key in (GUARD, COMPLAINT)]
        return [tuple(str(v) for v in row.values()) for row in rows]


def forget() -> None:
    keys._ring.clear()


def test_a_new_key_seals_everything_and_the_old_one_can_be_dropped(data: Path) -> None:
    before = read()
    assert len(leaked(str(before))) == 60
    old = keys.current().name
    code, told = run("keys", "rotate")
    assert code == 0 and keys.current().name != old and f"用当前密钥 {keys.current().name}" in told
    assert run("keys", "drop") == (0, "旧密钥已删除\n") and not (data / "old.keys").exists()
    forget()
    assert read() == before and keys.named(old) is None
    with cli.opened() as found, found.reading() as work:
        assert list(listing.holding(work, GUARD, PEOPLE[4].number)) == [5]
        assert old not in resealing.names(work.session.connection())
    assert run("journal", "verify")[0] == 0, "its checkpoint vouches for the lines of the old key"
    assert (data / "secret.key").stat().st_mode & 0o077 == 0


def test_killed_between_two_batches_it_goes_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read()
    whole, calls = resealing._batch, iter(range(3))

    def dying(*given: Any) -> object:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(resealing, "BATCH", 7)
    monkeypatch.setattr(resealing, "_batch", dying)
    assert CliRunner().invoke(cli.main, ["keys", "rotate"]).exit_code != 0
    monkeypatch.setattr(resealing, "_batch", whole)
    forget()
    assert read() == before, "half of it by the old key, half by the new one"
    code, told = run("keys", "drop")
    assert code == 1 and "请先运行 actions keys reseal" in told
    assert run("keys", "reseal")[0] == 0 and run("keys", "drop")[0] == 0
    forget()
    assert read() == before


def test_a_lost_key_is_named_and_nothing_is_overwritten(data: Path) -> None:
    before = read()
    old = keys.current().name
    change_key(data)
    lost = (data / "old.keys").read_text()
    (data / "old.keys").unlink()
    forget()
    assert leaked(str(read())) == [] and "密钥不可用" in str(read())
    code, told = run("keys", "show")
    assert code == 1 and f"缺少密钥 {old}" in told
    code, told = run("keys", "reseal")
    assert code == 1 and f"由密钥 {old} 加密，手头没有这把密钥" in told
    (data / "old.keys").write_text(lost)  # it was in the safe
    forget()
    assert read() == before
    assert run("keys", "reseal")[0] == 0


def test_a_damaged_value_is_named_and_kept(data: Path) -> None:
    with cli.opened() as found, found.db.engine.begin() as connection:
        name = keys.current().name
        connection.execute(
            text(f"UPDATE security_guards_guard SET name = '{name}:AAAA' || substr(name, 14) WHERE id = 3")
        )
        kept = connection.execute(text("SELECT name FROM security_guards_guard WHERE id = 3")).scalar_one()
    assert "密文已损坏" in str(read())
    code, told = run("keys", "rotate")
    assert code == 1 and "security_guards_guard.name #3" in told
    with cli.opened() as found, found.db.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM security_guards_guard WHERE id = 3")).scalar_one() == kept
