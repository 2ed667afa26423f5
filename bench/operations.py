"""The operations nth.py refuses a call of: each begun on a place of its own, done as a person does it, and looked at afterwards."""

from __future__ import annotations

import hashlib
import io
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner
from PIL import Image
from sqlalchemy import func, inspect, select

from bench.program import KEY, TODAY, report, small, unlike
from core.app import create_app
from core.base.declared import Base
from core.base.errors import Invalid
from core.cli import main as commands
from core.kernel import plugins
from core.services import migrations
from core.services.audit import journal_anchor
from core.services.backups import backup, backup_manifest, backup_restore
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.store import whole_file
from core.services.store.db import Database
from core.services.store.store_errors import trouble
from core.services.writing import records
from core.testing import entered

ROWS = 6  # of a sheet
SPOKEN = (503, 507)  # answers that say: nothing was saved, come again
STRAY = re.compile(r"\.part$|^\.(backup|restore|verify|making)|\.\d+$")  # what only a work under way may leave


class Unclean(Exception):
    """It was neither done nor refused in words."""


class Operation:
    """On a small world of its own in ``folder``. ``act``: True if told that it is done, False if refused in words."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.platform = small(folder, url)
        self.prepare()
        self.before = self.state()

    def prepare(self) -> None: ...

    def act(self) -> bool:
        raise NotImplementedError

    def done(self) -> bool:
        """The effect is there, once."""
        raise NotImplementedError

    def state(self) -> object:
        """Of what the operation changes, all of it."""
        names = {
            "journal",
            "measure",
            "obligation",
            "receipt",
            "upload",
            "upload_use",
            "environment_cleanup",
            "edition",
        }
        with self.platform.db.reading() as session:
            tables = [t for t in Base.metadata.sorted_tables if t.name in names]
            rows = [sorted(map(repr, session.execute(select(t)).all())) for t in tables]
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def half(self) -> list[str]:
        """After a refusal: what is not as it was."""
        told = [] if self.state() == self.before else ["something of it was kept"]
        return [*told, *unlike(self.platform), *self.strays()]

    def strays(self) -> list[str]:
        return [f"left behind: {one.name}" for one in self.folder.rglob("*") if STRAY.search(one.name)]

    def close(self) -> None:
        self.platform.close()

    def _records(self) -> int:
        with self.platform.reading() as work:
            return int(work.session.scalar(select(func.count()).select_from(work.catalog.records[KEY])) or 0)


class Pages(Operation):
    """Done in the browser of a department."""

    login = "office"

    def prepare(self) -> None:
        self.browser = create_app(platform=self.platform).test_client()
        with self.platform.work(SYSTEM_ACTOR) as work:
            token = accounts.one_time_link(work, self.login)
        entered(self.browser, token)

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get(path).text)
        if found is None:
            raise Unclean(f"no form at {path}")
        return found[1]

    def post(self, path: str, **sent: Any) -> str:
        """Where the answer leads; "" for a refusal in words."""
        answer = self.browser.post(path, data=sent)
        if answer.status_code == 302:
            return str(answer.headers["Location"])
        if answer.status_code in SPOKEN and "Retry-After" in answer.headers:
            return ""
        raise Unclean(f"{path} answers {answer.status_code}")


class Import(Pages):
    """A sheet through the pages: upload, preview, confirmation of the whole."""

    def act(self) -> bool:
        key = self.token(f"/r/{KEY}/sheet")
        lines = ["小区,清扫日期,重点部位,参加人数,清扫前后照片,备注"]
        lines += [f"示例小区{n % 10 + 1:02d},2024-11-{9 + n:02d},出入口,5,demo,第{n}次" for n in range(ROWS)]
        sheet = io.BytesIO("\r\n".join(lines).encode("utf-8-sig"))
        preview = self.post(f"/sheet/{KEY}/upload", csrf_token=key, file=(sheet, "a.csv"))
        return bool(preview and self.post(f"{preview}/apply", csrf_token=key))

    def done(self) -> bool:
        return self._records() == ROWS and not unlike(self.platform)


class Upload(Pages):
    """A report with a photo."""

    login = "a"

    def act(self) -> bool:
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), (90, 120, 60)).save(picture, "JPEG")
        form = {"f_complex_id": "#2", "f_held_on": "2024-11-19", "f_spots": ["出入口"], "f_people": "12"}
        sent = {
            "csrf_token": self.token(f"/r/{KEY}/new"),
            "idempotency": "once",
            "f_photos_new": (io.BytesIO(picture.getvalue()), "a.jpg"),
        }
        return bool(self.post(f"/r/{KEY}/new", **form, **sent))

    def half(self) -> list[str]:
        """A photo that is in stays for the next try, or for the sweep; nothing else may."""
        kept = self._records()
        return [*([f"{kept} records"] if kept else []), *unlike(self.platform), *self._unlike_files(), *self.strays()]

    def _unlike_files(self) -> list[str]:
        with self.platform.reading() as work:
            kept = select(uploads.Upload.token, uploads.Upload.size).where(~uploads.Upload.sample)
            rows = work.session.execute(kept).all()
        files = [(uploads.path_of(self.platform.config.uploads, token), size) for token, size in rows]
        return [f"no file for {file.name}" for file, size in files if not file.is_file() or file.stat().st_size != size]

    def done(self) -> bool:
        return self._records() == 1 and not unlike(self.platform) and not self._unlike_files()


class Report(Operation):
    """``actions report`` over the file of the week before."""

    shape = "docx"
    old = b"the report of last week"

    def prepare(self) -> None:
        (self.folder / "test.db").chmod(0o600)
        self.out = self.folder / f"report.{self.shape}"
        self.out.write_bytes(self.old)

    def act(self) -> bool:
        return commanded(
            self.platform, "report", "--format", self.shape, "--as-of", TODAY.isoformat(), "--out", str(self.out)
        )

    def half(self) -> list[str]:
        lost = [] if self.out.read_bytes() == self.old or self.done() else ["the old report is gone"]
        return [*lost, *super().half()]

    def done(self) -> bool:
        return self.out.read_bytes()[:2] == b"PK" and self.out.read_bytes()[-22:][:4] == b"PK\5\6"


class Workbook(Report):
    shape = "xlsx"


class Backup(Operation):
    """``backup.write`` over the one before, with a photo in it. What fails after the new one is in place, leaves the new one."""

    old = b"the backup of yesterday"

    def prepare(self) -> None:
        with self.platform.work(SYSTEM_ACTOR) as work:
            records.save(work, KEY, report(1))
            whole_file.write(uploads.path_of(self.platform.config.uploads, "token"), b"a photo" * 1000)
        (self.folder / "kept").mkdir()
        self.out = self.folder / "kept" / "b.zip"
        self.out.write_bytes(self.old)

    def act(self) -> bool:
        return told(lambda: backup.write(self.platform, self.out))

    def half(self) -> list[str]:
        lost = [] if self.out.read_bytes() == self.old or self.done() else ["the old backup is gone"]
        return [*lost, *super().half()]

    def done(self) -> bool:
        return bool(backup_manifest.read(self.out, [self.platform.config.secret_key]).rows) and [
            p.name for p in self.out.parent.iterdir()
        ] == ["b.zip"]


class Restore(Operation):
    """A backup into an empty place."""

    def prepare(self) -> None:
        with self.platform.work(SYSTEM_ACTOR) as work:
            records.save(work, KEY, report(1))
        whole_file.write(uploads.path_of(self.platform.config.uploads, "token"), b"a photo" * 1000)
        with self.platform.reading() as work:
            journal_anchor.keep(work.session.connection(), self.folder, work.now)
        backup.write(self.platform, self.folder / "b.zip")
        self.there = self.folder / "there"
        self.there.mkdir()
        self.config = replace(self.platform.config, data=self.there, database_url=f"sqlite:///{self.there}/test.db")

    def act(self) -> bool:
        return told(lambda: backup_restore.restore(self.config, self.platform.catalog, self.folder / "b.zip"))

    def half(self) -> list[str]:
        there = [f"in the empty place: {p.name}" for p in self.there.rglob("*") if p.is_file()]
        return [*there, *super().half()]

    def done(self) -> bool:
        expected = (self.there / "test.db", self.there / "uploads" / "to" / "token", journal_anchor.file_in(self.there))
        return all(one.is_file() for one in expected)


class Anchor(Operation):
    """The line a night writes about the journal, after the one of the night before."""

    def prepare(self) -> None:
        self.keep()
        self.old = journal_anchor.file_in(self.folder).read_bytes()
        with self.platform.work(SYSTEM_ACTOR) as work:
            records.save(work, KEY, report(1))

    def keep(self) -> None:
        with self.platform.reading() as work:
            journal_anchor.keep(work.session.connection(), self.folder, work.now)

    def act(self) -> bool:
        return told(self.keep)

    def half(self) -> list[str]:
        kept = journal_anchor.file_in(self.folder).read_bytes()
        return [*([] if kept == self.old else ["half a line"]), *super().half()]

    def done(self) -> bool:
        return len(journal_anchor.read(journal_anchor.file_in(self.folder))) == 2


class Migrate(Operation):
    """An empty store brought to its newest shape."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.catalog = plugins.load(only=["environment"], strict=True)
        self.db = Database(url or f"sqlite:///{folder / 'new.db'}")
        self.owners = [owner for owner, _ in migrations.owners(self.catalog)]

    def act(self) -> bool:
        return told(lambda: migrations.upgrade(self.db, self.catalog, strict=True))

    def half(self) -> list[str]:
        """Of each owner all tables are there, at its newest step, or none."""
        with self.db.engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            steps = {owner: migrations.current(connection, owner) for owner in self.owners}
        theirs = {n for n in names if n.startswith("environment_")}
        parts = {"core": names - theirs - {f"version_{owner}" for owner in self.owners}, "environment": theirs}
        wrong = [owner for owner, tables in parts.items() if bool(tables) != bool(steps[owner])]
        return [f"{owner}: {len(parts[owner])} tables at {steps[owner]}" for owner in wrong] + self.strays()

    def done(self) -> bool:
        return not migrations.pending(self.db, self.catalog) and not any(
            migrations.differences(self.db, self.catalog, owner) for owner in self.owners
        )

    def close(self) -> None:
        self.db.close()


def told(act: Any) -> bool:
    """Whether it was done; False for what a command refuses in words."""
    try:
        act()
    except Invalid:
        return False
    except Exception as error:
        if trouble(error) is None:
            raise
        return False
    return True


def commanded(platform: Platform, *words: str) -> bool:
    """Whether the command was done; False if it says in a line why not."""
    config = platform.config
    settings = {"ACTIONS_DATA": str(config.data), "ACTIONS_DATABASE_URL": config.database_url}
    settings |= {
        "ACTIONS_SECRET_KEY": config.secret_key.decode(),
        "ACTIONS_PLUGINS": "environment",
        "ACTIONS_SECTION_S": "0",
    }
    with patch.dict(os.environ, settings):
        result = CliRunner().invoke(commands, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code == 0


OPERATIONS: dict[str, type[Operation]] = {
    one.__name__.lower(): one for one in (Import, Upload, Report, Workbook, Backup, Restore, Anchor, Migrate)
}
