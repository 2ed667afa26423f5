"""The store on a real PostgreSQL: the same demo world, the same figures, the same ledgers as on SQLite."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from core.base.errors import Invalid
from core.base.units import COMPLEX
from core.base.window import FAR, TZ
from core.cli import MEILING
from core.kernel import plugins
from core.services import migrations
from core.services.demo_world import demo, world
from core.services.identity import accounts
from core.services.measuring import figures, measures
from core.services.measuring.measures import Measure
from core.services.owing import duties, obligations
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import upload_use, uploads
from core.services.photos.uploads import Upload
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.store.db import Database
from core.services.writing import records
from core.testing import small_platform
from tests.pictures import photo, saved, scene

pytestmark = pytest.mark.postgres
UNTIL = date(2024, 12, 13)


@pytest.fixture
def fresh_url(postgres_url: str, request: pytest.FixtureRequest) -> str:
    """An empty database of its own."""
    name = f"t{abs(hash(request.node.name)) % 10**8}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return postgres_url.rsplit("/", 1)[0] + f"/{name}"


def lived(folder: Path, url: str) -> Platform:
    """Five weeks of a demo world of 12 complexes on the store at ``url``."""
    base = folder / url.partition(":")[0].replace("+", "-")
    base.mkdir()
    template = small_platform(base, today=UNTIL)  # sets the key and the configuration
    db, catalog = Database(url), plugins.load(strict=True)
    migrations.upgrade(db, catalog)
    platform = Platform(template.config, db, catalog)
    template.db.close()
    start = datetime.combine(date(2024, 11, 8), time(8), TZ)
    with platform.work(SYSTEM_ACTOR, now=start, source="demo", settle=False) as work:
        made = world.build(work, MEILING, complexes=12, until=UNTIL, photo="demo")
        row = {"token": "demo", "name": "d", "media": "image/jpeg", "size": 1, "digest": "0" * 64}
        work.session.add(Upload(**row, created_at=work.now, created_by="demo"))
    demo.fill(platform, made)
    return platform


def told(platform: Platform) -> Any:
    with platform.reading() as work:
        numbers = [(i.indicator.key, i.n, i.d, i.light) for i in figures.indicators(work, UNTIL)]
        owed = [(d.deadline.key, d.owed, d.met, d.met_late, d.overdue) for d in duties.deadlines(work, UNTIL)]
        computed = [(i.indicator.key, i.n, i.d) for i in figures.indicators(work, date(2024, 11, 7))]
        return numbers, owed, computed, len(reports.combined(work, UNTIL).blocks)


@pytest.mark.timeout(420)
def test_postgresql_tells_the_same_as_sqlite_and_a_rebuild_changes_nothing(tmp_path: Path, fresh_url: str) -> None:
    here = lived(tmp_path, f"sqlite:///{tmp_path / 'same.db'}")
    there = lived(tmp_path, fresh_url)
    assert told(there) == told(here)
    here.db.close()
    rows = select(Measure.indicator, Measure.period, Measure.unit_kind, Measure.unit_id, Measure.n, Measure.d)
    with there.work() as work:
        kept = {tuple(r) for r in work.session.execute(rows.where(Measure.until == FAR))}
        measures.rebuild(work)
        obligations.rebuild(work)
        work.session.expire_all()
        assert {tuple(r) for r in work.session.execute(rows.where(Measure.until == FAR))} == kept
    there.db.close()


def test_migrations_match_the_declared_tables_on_postgresql(fresh_url: str) -> None:
    db, catalog = Database(fresh_url), plugins.load(strict=True)
    migrations.upgrade(db, catalog)
    for owner, _ in migrations.owners(catalog):
        assert migrations.differences(db, catalog, owner) == []
    db.close()


def test_a_photo_follows_its_record_and_its_copy_is_found(tmp_path: Path, fresh_url: str) -> None:
    platform = small_platform(tmp_path, url=fresh_url, today=date(2024, 11, 20))
    with platform.reading() as work:
        unit = work.look.unit_id(COMPLEX, "示例小区02")
        found = work.session.scalars(select(accounts.Account).where(accounts.Account.login.in_(["a", "b"])))
        a, b = sorted(accounts.actors_of(work.session, found.all(), work.today), key=lambda actor: actor.login)
    values = {"complex_id": unit, "held_on": "2024-11-19", "spots": ["地下室"], "people": 9}
    with platform.work(a) as work:
        one = uploads.store(work.session, tmp_path, photo(1), "a.jpg", "a", work.now)
        records.save(work, "environment.cleanup", values | {"photos": [one.token]})
        copy = uploads.store(work.session, tmp_path, saved(scene(1), quality=60), "b.jpg", "a", work.now)
        with pytest.raises(Invalid, match="照片相同"):
            records.save(work, "environment.cleanup", values | {"people": 10, "photos": [copy.token]})
    for actor, opens in ((a, {one.id, copy.id}), (b, set())):
        with platform.reading(actor) as work:
            assert (
                upload_use.openable(work, list(uploads.by_tokens(work.session, [one.token, copy.token]).values()))
                == opens
            )
    platform.db.close()
