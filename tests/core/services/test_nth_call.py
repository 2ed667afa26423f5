"""The store or the disk refuses the N-th call, for every N (bench/nth.py; ``make nightly`` does it to every operation): the two a
person waits for, on a small world; and the saboteurs, which must be found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import nth


@pytest.mark.parametrize(("name", "least"), [("import", 12), ("upload", 15)])
def test_every_call_may_be_refused_and_nothing_is_kept_by_half(tmp_path: Path, name: str, least: int) -> None:
    found = nth.run(tmp_path, name)
    assert found.held, str(found)
    assert found.refused >= least and found.passed_over == 0, f"hardly anything was refused: {found}"


def test_a_build_that_commits_each_statement_is_found_out(tmp_path: Path) -> None:
    assert not nth.run(tmp_path, "import", variant="statement_by_statement", every=6).held


def test_a_build_that_writes_files_in_place_is_found_out(tmp_path: Path) -> None:
    assert not nth.run(tmp_path, "report", variant="in_place").held
