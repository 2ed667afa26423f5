"""A developer's own store: what is built by a step that was rewritten afterwards, or lacks what the records declare, is said in
words and only that plugin is set aside; ``actions migration`` needs no store at all."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from core import cli
from core.services.store.db import Database

NAME = "stumbling_blocks"


def actions(*words: str) -> Result:
    return CliRunner().invoke(cli.main, words)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scaffold of a plugin, not installed, and a store its steps have made."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("ACTIONS_PLUGINS", f"environment,{NAME}")
    monkeypatch.setenv("ACTIONS_PACKAGES", str(tmp_path / NAME))
    if not (kept := sys.modules.get(f"{NAME}.records")):
        words = ("--label", "绊脚石", "--english", "Blocks", "--goal", "每月一次。", "--clause", "一")
        assert actions("plugin", "new", NAME, *words, "--folder", str(tmp_path)).exit_code == 0
    else:  # imported once in this process: its files stay where they were
        monkeypatch.setenv("ACTIONS_PACKAGES", str(Path(str(kept.__file__)).parents[1]))
    assert actions("job", "list").exit_code == 0
    return Path(str(sys.modules[f"{NAME}.records"].__file__)).parent


def executed(folder: Path, statement: str) -> None:
    db = Database(f"sqlite:///{folder}/var/actions.db")
    with db.engine.begin() as connection:
        connection.execute(text(statement))
    db.close()


def test_a_step_written_anew_is_another_step_and_an_old_store_is_named(package: Path, tmp_path: Path) -> None:
    first = package / "migrations" / "0001_initial_tables.py"
    kept = first.read_text("utf-8")
    try:
        first.unlink()
        assert "0001_initial_tables.py" in actions("migration", NAME, "initial tables").output
        again = first.read_text("utf-8")
        ast.parse(again)
        revision = re.search(r'revision = "(\w+)"', again)
        assert revision is not None and revision[1].startswith(f"{NAME}_0001_") and len(revision[1]) <= 32
        told = actions("job", "list")
        assert told.exit_code == 0 and "environment." not in told.stderr
        assert f"插件 {NAME} 已隔离（migrate）" in told.stderr and f"步骤 {NAME}_0001" in told.stderr
        assert "ACTIONS_DATA" in told.stderr
    finally:
        first.write_text(kept, "utf-8")
    assert "已隔离" not in actions("job", "list").stderr, "an id of the old form is as good as before"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (f"DROP TABLE {NAME}_inspection", f"库里缺少表 {NAME}_inspection"),
        (f"ALTER TABLE {NAME}_inspection DROP COLUMN looked", f"库里缺少列 {NAME}_inspection.looked"),
    ],
)
def test_missing_tables_and_columns_are_said_and_the_doctor_sees_them(
    package: Path, tmp_path: Path, statement: str, named: str
) -> None:
    executed(tmp_path, statement)
    for command in (("job", "list"), ("doctor", "--plugin", NAME)):
        told = actions(*command)
        assert named in told.stderr and f"actions migration {NAME}" in told.stderr, told.output
        assert "Traceback" not in told.output
    assert told.exit_code == 1 and named in told.stdout and "已隔离" in told.stdout


def test_a_core_that_lacks_a_table_is_not_opened(package: Path, tmp_path: Path) -> None:
    executed(tmp_path, "DROP TABLE saved_view")
    told = actions("job", "list")
    assert told.exit_code == 1 and "表 saved_view" in told.stderr and "恢复备份" in told.stderr


def test_the_next_step_is_written_whatever_the_store_in_use_has(package: Path, tmp_path: Path) -> None:
    executed(tmp_path, f"DROP TABLE {NAME}_inspection")
    assert "表结构没有变化" in actions("migration", NAME, "nothing").output
    assert "没有名为“nobody”的插件" in actions("migration", "nobody", "nothing").stderr


def test_a_plugin_that_does_not_load_is_named_with_its_reason(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"{NAME}.plugin", None)
    told = actions("migration", NAME, "nothing")
    assert told.exit_code == 1 and f"插件 {NAME} 未能加载（import）" in told.stderr and "Traceback" not in told.output
