"""``actions plugin new`` writes a whole package or says what is wrong with the name; that it works is tried on a stranger's
machine (tests/stranger)."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core import cli
from core.checks import wording, words

WORDS = ("--label", "电梯安全专项行动", "--english", 'Lift "safety"', "--goal", "每月检查。", "--clause", "一")


def new(name: str, folder: Path, *more: str) -> Result:
    return CliRunner().invoke(cli.main, ["plugin", "new", name, *WORDS, "--folder", str(folder), *more])


def test_a_whole_package_is_written(tmp_path: Path) -> None:
    assert new("lift_safety", tmp_path).exit_code == 0
    files = {str(f.relative_to(tmp_path / "lift_safety")) for f in (tmp_path / "lift_safety").rglob("*") if f.is_file()}
    assert {"pyproject.toml", "ci.sh", "tests/test_lift_safety.py", "lift_safety/plugin.py"} <= files
    assert "lift_safety/migrations/0001_initial_tables.py" in files
    for file in (tmp_path / "lift_safety").rglob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"))
        assert "$" not in file.read_text(encoding="utf-8")
    project = tomllib.loads((tmp_path / "lift_safety" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["special_actions.plugins"] == {"lift_safety": "lift_safety.plugin"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("Lift-Safety", "小写字母"), ("safety", "已有名为"), ("plugins", "已有名为"), ("../up", "小写字母")],
)
def test_a_name_that_cannot_be_is_refused_with_the_mend(tmp_path: Path, name: str, said: str) -> None:
    result = new(name, tmp_path)
    assert result.exit_code == 2 and said in result.output
    assert list(tmp_path.iterdir()) == []


def test_what_lies_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "lift_safety").mkdir()
    (tmp_path / "lift_safety" / "mine.txt").write_text("mine")
    assert "已存在" in new("lift_safety", tmp_path).output
    assert [f.name for f in (tmp_path / "lift_safety").iterdir()] == ["mine.txt"]


def test_words_without_english_are_listed_and_given_room(tmp_path: Path) -> None:
    assert new("lift_safety", tmp_path).exit_code == 0
    folder = tmp_path / "lift_safety" / "lift_safety"
    assert words.untold(folder) == ["一", "每月检查。"], "all but what its author was asked for: the clause, the goal"
    records = folder / "records.py"
    records.write_text(records.read_text("utf-8").replace('text("发现的问题"', 'text("隐患"'), "utf-8")
    assert words.untold(folder) == ["一", "每月检查。", "隐患"]
    before = {m.id: m.string for m in words.catalogue(folder) if m.id and m.id != "发现的问题"}
    words.make_room(folder)
    after = {m.id: m.string for m in words.catalogue(folder) if m.id}
    assert after == before | dict.fromkeys(["一", "每月检查。", "隐患"], "")


def test_what_is_said_no_more_goes_out_and_the_header_stays(tmp_path: Path) -> None:
    assert new("lift_safety", tmp_path).exit_code == 0
    folder = tmp_path / "lift_safety" / "lift_safety"
    file = folder / words.PLACE
    before = file.read_text("utf-8")
    records = folder / "records.py"
    records.write_text(records.read_text("utf-8").replace('text("发现的问题"', 'text("隐患"'), "utf-8")
    words.make_room(folder)
    after = file.read_text("utf-8")
    head = before.partition("\n\n")[0]
    assert "charset=UTF-8" in head and after.startswith(head + "\n\n")
    assert "发现的问题" not in after and 'msgid "隐患"\nmsgstr ""' in after
    assert after.index("检查日期") < after.index("检查点数") < after.index("隐患"), "the order of its author"


def test_names_things_are_looked_up_by_and_other_headings_need_no_english() -> None:
    source = """OFFICES = ("城管办",)
SHOWN = ("安办",)
def who(scope): return scope.departments(OFFICES)
def those(scope): return scope.listed("四十个小区")
bins = integer("桶点数", also=("点位", "桶点"))
"""
    assert [text for _, text in wording.literals(source, shown=True)] == ["安办", "桶点数"]


def test_without_a_terminal_the_options_are_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["plugin", "new", "lift_safety", "--folder", str(tmp_path)])
    assert result.exit_code == 2 and "--label、--english" in result.output and "--goal" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_taken_is_refused_with_a_free_one(tmp_path: Path) -> None:
    result = new("lift_safety", tmp_path, "--number", "1")
    assert result.exit_code == 2 and "序号 1 已是“" in result.output and "请另选一个" in result.output


def test_what_was_left_out_is_marked_and_the_doctor_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("--label", "没填的行动", "--english", "Unfilled", "--folder", str(tmp_path))
    assert CliRunner().invoke(cli.main, ["plugin", "new", "left_open", *given]).exit_code == 0
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("ACTIONS_PACKAGES", str(tmp_path / "left_open"))
    told = CliRunner().invoke(cli.main, ["doctor", "--plugin", "left_open", "--quick", "-v"])
    assert told.exit_code == 0, "what is still to be written breaks nothing"
    assert "! 行动 left_open 还写着“【填：工作目标】”" in told.stdout and "! 时限 left_open.monthly" in told.stdout
    assert "只看了申报，另有 10 条规则" in told.stdout and "金" not in told.stdout
    assert "… left_open readme" in told.stderr and "left_open section" not in told.stderr


def test_the_plugins_we_ship_are_told_in_english() -> None:
    result = CliRunner().invoke(cli.main, ["plugin", "words", "environment"])
    assert (result.exit_code, result.output) == (0, "")
    assert "没有名为" in CliRunner().invoke(cli.main, ["plugin", "words", "nothing"]).output
