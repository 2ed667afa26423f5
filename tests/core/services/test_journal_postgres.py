"""The journal's chain on a real PostgreSQL: writers at once, the guard of the table, pruning."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from core.services.audit import journal, journal_chain, journal_prune, journal_verify
from core.services.platform import Platform
from core.testing import at, small_platform

pytestmark = pytest.mark.postgres
WRITERS, UNITS = 3, 60


@pytest.fixture(scope="module")
def on_postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE journal"))
    admin.dispose()
    platform = small_platform(tmp_path_factory.mktemp("pg"), url=postgres_url.rsplit("/", 1)[0] + "/journal")
    yield platform
    platform.db.close()


def write(platform: Platform, writer: int) -> None:
    """Units of work of one to three lines; every fifth is given up."""
    for unit in range(UNITS):
        try:
            with platform.work(settle=False) as work:
                for line in range(1 + unit % 3):
                    journal.write(work, "set", f"test.{writer}", unit, {"value": [None, line]})
                if unit % 5 == 4:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass


def verdict(platform: Platform) -> journal_verify.Verdict:
    with platform.reading() as work:
        return journal_verify.verify(work.session.connection())


def test_three_writers_at_once_leave_one_chain(on_postgres: Platform) -> None:
    before = verdict(on_postgres).last
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda n: write(on_postgres, n), range(WRITERS)))
    told = verdict(on_postgres)
    written = WRITERS * sum(1 + unit % 3 for unit in range(UNITS) if unit % 5 != 4)
    assert told.whole, told.first
    assert told.last == told.lines == before + written, "every number is there once"


def test_without_the_lock_three_writers_break_the_chain(on_postgres: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: two writers who read the same head write the same number, and one of them fails."""
    monkeypatch.setattr(journal_chain, "lock", lambda _connection: None)
    with pytest.raises(DatabaseError), ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda n: write(on_postgres, n), range(WRITERS)))


def test_the_store_refuses_to_change_delete_or_empty_it(on_postgres: Platform) -> None:
    for statement in ("UPDATE journal SET login = 'x'", "DELETE FROM journal WHERE id = 1", "TRUNCATE journal"):
        with pytest.raises(DatabaseError, match="append-only"), on_postgres.db.engine.begin() as connection:
            connection.execute(text(statement))


def test_pruned_it_can_still_be_verified(on_postgres: Platform) -> None:
    with on_postgres.work(now=at(date(2026, 1, 1))) as work:
        assert journal_prune.prune(work, date(2025, 1, 1)) > 0
    write(on_postgres, 1)
    assert verdict(on_postgres).whole
