"""The open archive: everything out, into an empty system, the same report; damage, a full system and other steps are refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import create_engine, text

from core.base.errors import Invalid
from core.config import Config
from core.kernel import plugins
from core.render import as_json
from core.services import migrations
from core.services.backups import archive, archive_restore
from core.services.demo_world import demo_photo
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.reporting import editions, reports
from core.services.store.db import Database
from core.services.writing import records
from tests.plugins.worlds import demo_world

DAY = date(2024, 11, 30)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Every plugin, twelve complexes, to the end of November, with an issued edition."""
    found = demo_world(tmp_path_factory.mktemp("archived"), plugins.load(strict=True).plugins, until=DAY, complexes=12)
    with found.work(SYSTEM_ACTOR) as work:
        editions.issue(work, DAY)
        picture = demo_photo.picture("演示数据")
        uploads.store(work.session, found.config.uploads, picture, "photo.jpg", "demo", work.now)
    yield found
    found.db.close()


@pytest.fixture(scope="module")
def kept(world: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("zip") / "all.zip"
    with world.reading() as work:
        archive.write(work, world.config.uploads, file)
    return file


def empty(folder: Path, url: str = "", **chosen: Any) -> Platform:
    """A system nobody has loaded anything into."""
    config = Config(
        data=folder, database_url=url or f"sqlite:///{folder / 'new.db'}", secret_key=b"only for these tests"
    )
    db = Database(config.database_url)
    return Platform(config, db, migrations.upgrade(db, plugins.load(strict=True, **chosen), strict=True))


def report(platform: Platform, day: date) -> bytes:
    with platform.reading() as work:
        return as_json.render(reports.combined(work, day, before=editions.before(work, day)))


def test_an_empty_system_gives_the_same_report_afterwards(world: Platform, kept: Path, tmp_path: Path) -> None:
    found = empty(tmp_path)
    done = archive_restore.restore(found.db, found.config.uploads, kept)
    assert done.missing == 1, "the small world's own photo is a row without a file"
    assert done.left == () and sum(done.rows.values()) > 5000
    for day in (date(2024, 11, 15), DAY):
        assert report(found, day) == report(world, day)
    with found.reading() as work, world.reading() as before:
        assert list(editions.verify(work)) == []
        assert editions.get(work, 1).digest == editions.get(before, 1).digest
        token = work.session.query(uploads.Upload).filter_by(name="photo.jpg").one().token
        kept_photo = uploads.path_of(found.config.uploads, token).read_bytes()
        assert kept_photo == uploads.path_of(world.config.uploads, token).read_bytes()
    with found.work(SYSTEM_ACTOR) as work:  # and life goes on: a new record gets a number of its own
        told = {"action_id": 1, "written_on": DAY, "practice": "做法", "problems": "问题", "plans": "打算"}
        records.save(work, "safeguards.action_text", told)
    found.db.close()


@pytest.mark.postgres
def test_it_goes_into_postgresql_as_well(world: Platform, kept: Path, tmp_path: Path, postgres_url: str) -> None:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE archived"))
    admin.dispose()
    found = empty(tmp_path, postgres_url.rsplit("/", 1)[0] + "/archived")
    archive_restore.restore(found.db, found.config.uploads, kept)
    assert report(found, DAY) == report(world, DAY)
    with found.work(SYSTEM_ACTOR) as work:
        told = {"action_id": 1, "written_on": DAY, "practice": "做法", "problems": "问题", "plans": "打算"}
        number = records.save(work, "safeguards.action_text", told).record.id
    assert number > 1
    found.db.close()


def test_it_can_be_read_without_us(kept: Path) -> None:
    with zipfile.ZipFile(kept) as found:
        schema = json.loads(found.read("schema.json"))
        names = set(found.namelist())
        line = json.loads(found.read("tables/complex.jsonl").splitlines()[0])
        sheet = openpyxl.load_workbook(io.BytesIO(found.read("sheets/environment_cleanup.xlsx"))).active
    assert line["name"] == "示例小区01" and schema["demo"] is True
    assert set(line) == set(schema["tables"]["complex"]["columns"])
    assert schema["tables"]["environment_cleanup"]["columns"]["complex_id"]["refers"] == "complex.id"
    assert {f"tables/{t}.jsonl" for t in schema["tables"]} | {f"sheets/{t}.xlsx" for t in schema["tables"]} <= names
    assert "小区" in [c.value for c in sheet[1]]
    assert sheet.max_row - 1 == schema["tables"]["environment_cleanup"]["rows"] > 0


def test_no_session_and_no_personal_word_is_in_it(world: Platform, kept: Path) -> None:
    with zipfile.ZipFile(kept) as found:
        assert not [n for n in found.namelist() if "sign_in" in n]
        liaisons = found.read("tables/safeguards_liaison.jsonl").decode()
    with world.reading() as work:
        names = [r.name for r in work.session.query(work.catalog.records["safeguards.liaison"])]
    assert names and not any(name in liaisons for name in names)


def test_a_changed_byte_is_found_before_anything_is_written(kept: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name,
                content.replace("示例小区01".encode(), "示例小区99".encode()) if "complex.jsonl" in name else content,
            )
    cut = tmp_path / "cut.zip"
    cut.write_bytes(kept.read_bytes()[:100_000])
    found = empty(tmp_path)
    for file, word in ((changed, "complex.jsonl 与清单不一致"), (cut, "不完整")):
        with pytest.raises(Invalid, match=word):
            archive_restore.restore(found.db, found.config.uploads, file)
    with found.db.reading() as session:
        assert session.scalar(text("select count(*) from complex")) == 0
    found.db.close()


def test_only_an_empty_system_takes_it(world: Platform, kept: Path) -> None:
    with pytest.raises(Invalid, match="只能导入空系统"):
        archive_restore.restore(world.db, world.config.uploads, kept)


def test_another_step_is_refused(kept: Path, tmp_path: Path) -> None:
    found = empty(tmp_path)
    with found.db.engine.begin() as connection:
        connection.exec_driver_sql("update version_safety set version_num = 'safety_9999'")
    with pytest.raises(Invalid, match="同一版本"):
        archive_restore.restore(found.db, found.config.uploads, kept)
    found.db.close()


def test_a_plugin_that_is_not_installed_leaves_its_tables_in_the_archive(kept: Path, tmp_path: Path) -> None:
    found = empty(tmp_path, without=["micro_projects"])
    done = archive_restore.restore(found.db, found.config.uploads, kept)
    assert done.left and all(name.startswith("micro_projects_") for name in done.left)
    with found.reading() as work:
        said = as_json.render(reports.combined(work, DAY)).decode()
    assert "未安装该专项行动的插件" in said
    found.db.close()
