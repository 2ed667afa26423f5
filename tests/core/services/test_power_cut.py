"""The store's own settings on a disk whose power is cut (bench/power.py; ``make nightly`` cuts ten times as often); and its saboteurs:
the settings that most advice names must lose."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import power
from core.services.store.db import Database, pragmas

STORED = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}  # 2 is FULL


def test_what_was_committed_outlives_a_power_cut() -> None:
    found = power.run(300)
    assert found.held, str(found)
    assert found.acknowledged >= 9_000, f"hardly anything was written: {found}"


def test_a_store_that_syncs_less_loses() -> None:
    assert power.run(20, synchronous="NORMAL").lost > 0


def test_a_store_that_never_syncs_is_damaged() -> None:
    assert power.run(20, synchronous="OFF").damaged > 0


@pytest.mark.parametrize("begin", [Database.reading, Database.writing])
def test_every_connection_is_told_those_settings(tmp_path: Path, begin: object) -> None:
    """Else the cuts above would test settings that nobody uses."""
    db = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with begin(db) as session:  # type: ignore[operator]
        asked = {name: str(session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()) for name in STORED}
    db.close()
    assert asked == STORED
    assert {one.partition("=")[0] for one in pragmas()} >= STORED.keys()
