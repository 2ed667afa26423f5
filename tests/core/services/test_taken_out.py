"""A plugin is taken out and put back: its records come back as they were, with its figures and duties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect

from core.base.errors import Invalid
from core.kernel import plugins
from core.render import as_json
from core.services import migrations
from core.services.backups import archive_restore, taken_out
from core.services.demo_world import demo_photo
from core.services.owing import waivers
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.reporting import reports
from tests.plugins.worlds import demo_world

DAY = date(2024, 11, 30)
SLUG = "safety"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Platform]:
    found = demo_world(tmp_path, plugins.load(strict=True).plugins, until=DAY, complexes=4)
    with found.work(SYSTEM_ACTOR) as work:
        uploads.store(work.session, found.config.uploads, demo_photo.picture("演示"), "p.jpg", "demo", work.now)
    yield found
    found.db.close()


def without(world: Platform) -> Platform:
    """The same store after the package was uninstalled."""
    return Platform(world.config, world.db, plugins.load(strict=True, without=[SLUG]))


def report(found: Platform) -> bytes:
    with found.reading() as work:
        return as_json.render(reports.combined(work, DAY))


def test_out_and_back_nothing_is_lost(world: Platform, tmp_path: Path) -> None:
    with world.work(SYSTEM_ACTOR) as work:
        rows = work.session.query(Obligation).filter(
            Obligation.rule.startswith(f"{SLUG}."), Obligation.done_at.is_(None)
        )
        waivers.waive(work, rows.order_by(Obligation.id).first().id, date(2024, 12, 20), "等待维修资金")
    before, file = report(world), tmp_path / "safety.zip"
    rows_out = taken_out.remove(world, SLUG, file)
    assert sum(rows_out.values()) > 20
    assert not [t for t in inspect(world.db.engine).get_table_names() if t.startswith(f"{SLUG}_")]
    alone = without(world)
    assert migrations.upgrade(alone.db, alone.catalog, strict=True)
    assert f"{SLUG}." not in report(alone).decode()  # the others go on; the notice's list of actions still names it

    migrations.upgrade(world.db, world.catalog, strict=True)  # it is installed again
    assert taken_out.restore(world, file) == rows_out
    assert report(world) == before
    with pytest.raises(Invalid, match="已有数据"):
        taken_out.restore(world, file)


def test_what_cannot_be_taken_out_or_put_back_is_refused(platform: Platform, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="没有插件"):
        taken_out.remove(platform, "no_such", tmp_path / "a.zip")
    file = tmp_path / "safety.zip"
    taken_out.remove(platform, SLUG, file)
    with pytest.raises(Invalid, match="没有安装"):
        taken_out.restore(without(platform), file)
    with pytest.raises(Invalid, match="plugin restore"):
        archive_restore.restore(platform.db, tmp_path, file)
