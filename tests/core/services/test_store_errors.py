"""What PostgreSQL refuses without anybody's fault is told from a defect. (SQLite's refusals: tests/core/web/test_web_trouble.py.)"""

from __future__ import annotations

import errno

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.services.store.db import Database
from core.services.store.store_errors import Trouble, trouble


@pytest.mark.postgres
def test_a_row_held_too_long_and_a_server_that_goes_away_are_busy(postgres_url: str) -> None:
    db = Database(postgres_url, busy_s=0.2)
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE held (id integer primary key, n integer)"))
        connection.execute(text("INSERT INTO held VALUES (1, 1)"))
    change = text("UPDATE held SET n = n + 1")
    with db.engine.begin() as holder:
        holder.execute(change)
        with pytest.raises(DBAPIError) as waited, db.engine.begin() as other:
            other.execute(change)
        assert trouble(waited.value) is Trouble.BUSY
    with pytest.raises(DBAPIError) as gone, db.engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert trouble(gone.value) is Trouble.BUSY
    with db.engine.begin() as connection:  # the next one finds the server again
        assert connection.execute(text("SELECT n FROM held")).scalar() == 2
        connection.execute(text("DROP TABLE held"))
    db.close()


@pytest.mark.postgres
def test_a_defect_stays_a_defect(postgres_url: str) -> None:
    db = Database(postgres_url)
    with pytest.raises(DBAPIError) as wrong, db.engine.begin() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert trouble(wrong.value) is None
    db.close()


def test_no_server_at_all_is_busy() -> None:
    pytest.importorskip("psycopg")
    db = Database("postgresql+psycopg://actions@127.0.0.1:1/actions")
    with pytest.raises(DBAPIError) as away, db.engine.connect():
        pass
    assert trouble(away.value) is Trouble.BUSY
    db.close()


@pytest.mark.parametrize(("code", "found"), [(errno.ENOSPC, Trouble.FULL), (errno.EDQUOT, Trouble.FULL), (2, None)])
def test_the_file_systems_refusals(code: int, found: Trouble | None) -> None:
    assert trouble(OSError(code, "said")) is found
