"""The same promise on PostgreSQL, where ticks of several processes truly run at once and the row's key decides."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from core.api import Complex, Job, JobContext, Missed
from core.jobs.tick import tick
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.measuring import days
from core.services.operations import faults
from core.services.platform import Platform
from core.services.store.db import Database
from core.testing import at, small_platform
from plugins.environment.records import Standard

pytestmark = pytest.mark.postgres
WELL = plugins.load(only=["environment"], strict=True).plugins["environment"]


def adopt(context: JobContext) -> str:
    one, day = context.read(select(Complex.id).order_by(Complex.id).limit(1))[0][0], context.now.date()
    context.save(Standard, {"complex_id": one, "adopted_on": day, "title": f"{day}", "times_a_day": 1})
    return f"{day}"


def broken(context: JobContext) -> str:
    context.read(select(text("no_such_column")))  # dooms a transaction here, not on SQLite
    return ""


@pytest.fixture
def several(postgres_url: str, tmp_path: Path) -> Iterator[list[Platform]]:
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(text("DROP DATABASE IF EXISTS jobs"))
        admin.execute(text("CREATE DATABASE jobs"))
    engine.dispose()
    jobs = tuple(
        Job(key=f"environment.{name}", label=name, when={"day": 1, "hour": 9}, run=run, missed=Missed.ALL)
        for name, run in (("broken", broken), ("monthly", adopt))
    )
    catalog = Catalog(plugins={"environment": replace(WELL, jobs=jobs)})
    url = postgres_url.rsplit("/", 1)[0] + "/jobs"
    first = small_platform(tmp_path, catalog=catalog, url=url, strict=False)
    made = [first, *(Platform(first.config, Database(url), catalog) for _ in range(3))]
    yield made
    for one in made:
        one.db.close()


def test_many_processes_tick_at_once(several: list[Platform]) -> None:
    now = at(date(2025, 3, 1), 10)
    with ThreadPoolExecutor(len(several)) as pool:
        found = [run for made in pool.map(lambda p: tick(p, now), several) for run in made]
    runs = [run for run in found if run.job.startswith("environment.")]  # the core's own jobs run beside them
    assert sorted(r.state for r in runs) == ["done"] * 4 + ["failed"] * 4
    with several[0].reading(now=now) as work:
        titles = list(work.session.scalars(select(Standard.title).order_by(Standard.title)))
        assert titles == ["2024-12-01", "2025-01-01", "2025-02-01", "2025-03-01"]
        assert list(faults.standing(work.session)) == ["job:environment.broken"]
        assert work.session.scalar(select(func.count()).select_from(days.KeptDay)) == 2
