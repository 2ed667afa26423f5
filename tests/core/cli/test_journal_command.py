"""``actions journal``: verify says the first bad line and exits with 1, an export is itself a line, pruning refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core import cli
from core.testing import small_platform


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small platform the commands open."""
    small_platform(tmp_path).db.close()
    (tmp_path / "test.db").rename(tmp_path / "actions.db")
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    monkeypatch.setenv("ACTIONS_SECRET_KEY", "only for these tests")
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli.main, list(words))
    return found.exit_code, found.output


def test_verify_names_the_first_bad_line_and_an_anchor_of_paper_finds_the_cut(data: Path) -> None:
    assert run("job", "run", "core.anchor")[0] == 0
    code, told = run("journal", "verify")
    assert code == 0 and "与 1 个锚一致" in told
    paper = data / "paper.jsonl"
    paper.write_text((data / "anchors" / "journal.jsonl").read_text())
    (data / "anchors" / "journal.jsonl").unlink()
    with cli.opened() as found, found.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_undeleted"))
        last = connection.execute(text("SELECT max(id) FROM journal")).scalar_one()
        connection.execute(text("DELETE FROM journal WHERE id = :i"), {"i": last})
    assert run("journal", "verify")[0] == 0, "the chain alone can't know"
    code, told = run("journal", "verify", "--anchor", str(paper))
    assert code == 1 and f"第一处不符在第 {last} 条" in told


def test_an_export_is_journalled(data: Path) -> None:
    out = data / "lines.jsonl"
    code, told = run("journal", "export", "--from", "2024-11-01", "--to", "2024-12-31", "--out", str(out))
    lines = [json.loads(one) for one in out.read_text().splitlines()]
    assert code == 0 and f"已导出 {len(lines)} 条" in told and lines[0]["digest"]
    with cli.opened() as found, found.reading() as work:
        last = work.session.execute(text("SELECT verb, subject FROM journal ORDER BY id DESC LIMIT 1")).one()
    assert tuple(last) == ("export", "journal")


def test_what_is_too_young_is_not_pruned(data: Path) -> None:
    code, told = run("journal", "prune", "--before", "2999-01-01")
    assert code == 1 and "184" in told
