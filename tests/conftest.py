"""What all tests share; the fixtures themselves are the product's own (core/testing.py)."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.services.platform import Platform
from core.testing import small_platform
from tests.postgres import binaries, cluster


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Where CI says so, a skipped test is a failure: nothing is left out silently."""
    if (
        os.environ.get("ACTIONS_FORBID_SKIP")
        and call.excinfo is not None
        and call.excinfo.errisinstance(pytest.skip.Exception)
    ):
        call.excinfo = pytest.ExceptionInfo.from_exc_info(
            (
                AssertionError,
                AssertionError(f"skipped where skipping is forbidden: {call.excinfo.value}"),
                call.excinfo.tb,
            )
        )


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself while it is collected."""
    report = yield
    if os.environ.get("ACTIONS_FORBID_SKIP") and report.skipped:
        report.outcome, report.longrepr = "failed", f"skipped where skipping is forbidden: {collector.nodeid}"
    return report


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a private PostgreSQL that lives as long as the test run."""
    if binaries() is None:
        pytest.skip("no PostgreSQL on this machine")
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """A small platform on each of the two stores, its day 2024-11-20."""
    url = ""
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres_url")
        name = f"s{abs(hash(request.node.nodeid)) % 10**9}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        url = server.rsplit("/", 1)[0] + f"/{name}"
    found = small_platform(tmp_path, url=url, today=date(2024, 11, 20), begun=True)
    yield found
    found.db.close()
