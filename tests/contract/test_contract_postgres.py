"""The contract tried on a real PostgreSQL (``core.testing.plugin_contract`` where a server is named): the same medal, nothing left
behind on the server."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from core.base import keys
from core.checks import Medal, Subject, bench, examine
from core.kernel import plugins
from core.kernel.catalog import Catalog

pytestmark = pytest.mark.postgres


def databases(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE 'check_%'")))
    engine.dispose()
    return found


@pytest.mark.timeout(420)
def test_a_plugin_keeps_the_contract_on_postgresql(postgres_url: str) -> None:
    keys.use(b"only for these tests")
    found = plugins.load(strict=True).plugins["environment"]
    with bench.opened(Catalog(plugins={"environment": found}), postgres_url) as benches:
        told = examine(Subject(slug="environment", declared=found, benches=benches))
        assert benches.filled.db.url.startswith("postgresql") and len(databases(postgres_url)) == 2
    assert told.medal is Medal.GOLD, "\n".join(told.lines())
    assert databases(postgres_url) == set()
