"""Nobody's name, ID number or phone stands in clear in the database, a copy, an archive, a page, an export, the journal, an
address, an error or the log (A66, G30, G31; done-criterion 7). The saboteur: the same grep finds a number in a field that
was declared as text."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from core.services.backups import archive
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from core.testing import small_platform
from tests.core.web.canaries import COMPLAINT, GUARD, MANY, PEOPLE, leaked, plant, raws
from tests.core.web.test_web_records import hidden
from tests.postgres import binaries

Client = Callable[[str], Any]


def unzipped(data: bytes) -> bytes:
    """Everything in a .zip or .xlsx, those within it too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archived:
        parts = [archived.read(name) for name in archived.namelist()]
    return b"".join(unzipped(p) if p[:4] == b"PK\x03\x04" else p for p in parts)


def stored(folder: Path) -> bytes:
    """The database file with its log."""
    return b"".join(f.read_bytes() for f in folder.glob("test.db*"))


def test_no_canary_is_anywhere_in_clear(
    client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = client("a")
    led = plant(browser)
    assert leaked("".join(led)) == []
    assert leaked(stored(tmp_path)) == [] and (tmp_path / "test.db-wal").stat().st_size > 0
    browser.platform.db.copy_to(tmp_path / "copy.db")
    assert leaked((tmp_path / "copy.db").read_bytes()) == []
    with browser.platform.reading() as work:
        archive.write(work, tmp_path, tmp_path / "all.zip")
        told = work.session.execute(text("SELECT changes FROM journal")).scalars().all()
    assert leaked(unzipped((tmp_path / "all.zip").read_bytes())) == []
    assert leaked("".join(told)) == [] and sum("谌***" in one for one in told) == 2 * MANY

    pages = [f"/r/{GUARD}", f"/r/{COMPLAINT}", "/", "/complex/2", f"/r/{COMPLAINT}?view=board", "/inbox", "/status"]
    pages += [f"{where}{tail}" for where in led[:6] for tail in ("", "/edit")]
    pages += [f"/r/{GUARD}/999999", f"/r/{GUARD}?sort=name", f"/api/v1/records/{GUARD}", f"/api/v1/records/{COMPLAINT}"]
    pages += ["/report", "/wall", "/a/disputes/", "/a/security_guards/", "/report?format=docx"]
    for who in (browser, client("office"), client("admin")):
        for page in (*pages, "/journal"):
            data = who.get(page).get_data()
            assert leaked(unzipped(data) if data[:2] == b"PK" else data) == [], page
        for key in (GUARD, COMPLAINT):
            assert leaked(unzipped(who.get(f"/sheet/{key}/export.xlsx").get_data())) == [], key
    assert leaked(caplog.text) == [] and leaked(json.dumps(capfd.readouterr())) == []


def test_an_error_of_the_store_names_no_value(client: Client) -> None:
    browser = client("a")
    person = PEOPLE[0]
    with pytest.raises(IntegrityError) as error, browser.platform.work(SYSTEM_ACTOR, settle=False) as work:
        work.session.add(work.catalog.records[GUARD](name=person.name, post_no=person.phone))
        work.session.flush()
    assert leaked(str(error.value)) == []


def test_who_may_reveal_leaves_no_value_behind(
    client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, person = client("a"), PEOPLE[3]
    with browser.platform.work(SYSTEM_ACTOR) as work:
        number = records.save(work, GUARD, raws(3, person)[GUARD]).record.id
    token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
    sent = {"csrf_token": token, "reason": f"找 {person.number} 核对，电话 {person.phone}"}
    shown = browser.post(f"/r/{GUARD}/{number}/reveal", data=sent)
    assert {person.name, person.number} <= set(leaked(shown.get_data()))
    assert leaked(stored(tmp_path)) == [] and leaked(caplog.text) == []


def test_the_grep_finds_a_number_in_a_field_declared_as_text(client: Client, tmp_path: Path) -> None:
    """Saboteur: an office's plugin that keeps a phone as text is found out."""
    browser, person = client("a"), PEOPLE[7]
    with browser.platform.work(SYSTEM_ACTOR) as work:
        records.save(work, GUARD, raws(7, person)[GUARD] | {"post_no": person.phone})
    assert leaked(stored(tmp_path)) == [person.phone]


@pytest.mark.postgres
def test_a_dump_of_postgresql_has_no_canary(postgres_url: str, tmp_path: Path) -> None:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE canaries"))
    admin.dispose()
    url = make_url(postgres_url).set(database="canaries")
    platform = small_platform(tmp_path, url=url.render_as_string(hide_password=False))
    with platform.work(SYSTEM_ACTOR) as work:
        for place, person in enumerate(PEOPLE):
            for key, raw in raws(place, person).items():
                records.save(work, key, raw, reason="确属实情")
    platform.db.close()
    home = binaries()
    assert home is not None
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run([home / "pg_dump", plain], capture_output=True, check=True, env=os.environ).stdout
    assert b"security_guards_guard" in dump and leaked(dump) == []
