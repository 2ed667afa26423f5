"""What all tests share; the fixtures themselves are the product's own (core/testing.py)."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.services.platform import Platform
from core.services.store.db import Database
from core.testing import small_platform
from tests.postgres import binaries, cluster, empty_database

DAY = date(2024, 11, 20)


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


@pytest.fixture(scope="session")
def small_on_postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The small platform on PostgreSQL, made once to be copied."""
    url = empty_database(postgres_url, "small")
    found = small_platform(tmp_path_factory.mktemp("small"), url=url, today=DAY, begun=True)
    found.db.close()
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """A small platform on each of the two stores, its day 2024-11-20."""
    if request.param == "postgresql":
        made: Platform = request.getfixturevalue("small_on_postgres")
        name = f"s{abs(hash(request.node.nodeid)) % 10**9}"
        url = empty_database(request.getfixturevalue("postgres_url"), name, "small")
        config = replace(made.config, data=tmp_path, database_url=url)
        found = Platform(config, Database(url), made.catalog)
    else:
        found = small_platform(tmp_path, today=DAY, begun=True)
    yield found
    found.db.close()
