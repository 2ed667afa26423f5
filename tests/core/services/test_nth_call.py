"""The store or the disk refuses the N-th call, for every N (bench/nth.py; ``make nightly`` does it to every operation): the two a
person waits for, on a small world; and the saboteurs, which must be found out."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from bench import nth
from bench.refusals import refusing
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.store.db import Database


@pytest.mark.parametrize(("name", "least"), [("import", 12), ("upload", 15)])
def test_every_call_may_be_refused_and_nothing_is_kept_by_half(tmp_path: Path, name: str, least: int) -> None:
    found = nth.run(tmp_path, name)
    assert found.held, str(found)
    assert found.refused >= least and found.passed_over == 0, f"hardly anything was refused: {found}"


@pytest.mark.parametrize("name", ["report", "restore", "anchor"])
def test_what_writes_files_leaves_the_old_or_the_new(tmp_path: Path, name: str) -> None:
    """The first call, one on the way and the last two, at which most is done already."""
    last = nth.calls_of(tmp_path, name)
    found = nth.run(tmp_path, name, numbers=sorted({1, last // 2, last - 1, last}))
    assert found.held, str(found)


def test_a_full_store_is_no_plugins_fault(tmp_path: Path) -> None:
    """Else a start in a bad moment would leave a plugin out, and the reports be without it until the next."""
    db, catalog = Database(f"sqlite:///{tmp_path / 'a.db'}"), plugins.load(only=["environment"], strict=True)
    migrations.upgrade(db, Catalog(plugins={}))
    with refusing(5) as calls, pytest.raises(DBAPIError, match="full"):  # the core has nothing to do any more
        migrations.upgrade(db, catalog)
    assert calls.refused == "BEGIN IMMEDIATE"
    assert migrations.upgrade(db, catalog).plugins
    db.close()


def test_a_build_that_commits_each_statement_is_found_out(tmp_path: Path) -> None:
    assert not nth.run(tmp_path, "import", variant="statement_by_statement", numbers=count(1, 6)).held


def test_a_build_that_writes_files_in_place_is_found_out(tmp_path: Path) -> None:
    last = nth.calls_of(tmp_path, "report")
    assert not nth.run(tmp_path, "report", variant="in_place", numbers=range(last - 12, last)).held
