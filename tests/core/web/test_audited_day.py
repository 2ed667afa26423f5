"""G34: a scripted day. Whoever sees a personal value in clear, and whoever takes a file out, stands in the journal with who, what
and when: every one of them, and nothing of what was seen."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import core.web
from core import cli
from core.estate.units import Company
from core.services.audit import journal
from core.services.audit.journal_row import JournalEntry
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.reporting import editions
from core.services.writing import records, registry
from tests.core.web.canaries import COMPLAINT, GUARD, PEOPLE, leaked, raws
from tests.core.web.test_web_records import hidden

pytestmark = pytest.mark.timeout(300)
Client = Callable[[str], Any]
REASON = "核对保安员证"
NOTICE = "safeguards.community_notice"
BLANK = "/sheet/security_guards.guard/template.xlsx"  # nothing of anybody is in it


@dataclass
class Day:
    """What was done, and what of it the journal does not know."""

    platform: Platform
    seen: int = 0
    files: int = 0
    missed: list[str] = field(default_factory=list)

    def lines(self) -> list[Any]:
        of = JournalEntry
        told = select(of.login, of.verb, of.subject, of.changes, of.at, of.address).order_by(of.id)
        with self.platform.reading(SYSTEM_ACTOR) as work:
            return list(work.session.execute(told.where(of.verb.in_(("reveal", "export", "copy")))))

    def page(self, browser: Any, login: str, path: str, **sent: Any) -> Any:
        """Open it, or post to it, as a person does; count what came out and look it up."""
        before = len(self.lines())
        if sent:
            token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
            answer = browser.post(path, data={"csrf_token": token} | sent, content_type="multipart/form-data")
        else:
            answer = browser.get(path)
        assert answer.status_code < 400, (path, answer.status_code)
        clear = leaked(unpacked(answer.get_data()))
        file = answer.headers.get("Content-Disposition", "").startswith("attachment") and path != BLANK
        self.seen, self.files = self.seen + bool(clear), self.files + bool(file)
        fresh = self.lines()[before:]
        if (clear or file) and [line.login for line in fresh] != [login]:
            self.missed.append(path)
        if not (clear or file) and fresh:
            self.missed.append(f"{path}: a line for nothing")
        return answer

    @contextmanager
    def command(self, name: str) -> Iterator[None]:
        before = len(self.lines())
        yield
        self.files += 1
        if [line.login for line in self.lines()[before:]] != ["system"]:
            self.missed.append(name)


def unpacked(content: bytes) -> bytes:
    """What stands in a workbook or a document, or the page as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.fixture
def made(client: Client, platform: Platform) -> dict[str, Any]:
    """Ten people on record, a manager of a company, an edition."""
    with platform.work(SYSTEM_ACTOR) as work:
        for place, person in enumerate(PEOPLE[:10]):
            for key, raw in raws(place, person).items():
                records.save(work, key, raw, reason="确属实情")
        company = registry.save(
            work, Company, {"name": "示例物业丁", "person": PEOPLE[10].name, "phone": PEOPLE[10].phone}
        )
        told = {"complex_id": 1, "held_on": work.today, "spots": ["出入口"], "people": 3, "photos": ["demo"]}
        records.save(work, "environment.cleanup", told)
        told = {
            "community_id": 1,
            "drafted_on": work.today,
            "colour": "黄",
            "matter": "清扫",
            "facts": "未清扫",
            "demand": "清扫",
        }
        records.save(work, NOTICE, told | {"limit_on": work.today})
        number = editions.issue(work, work.today).number
        return {"company": company.id, "edition": number}


def a_day(client: Client, made: dict[str, Any]) -> Day:
    office, a, group, admin = (client(login) for login in ("office", "a", "group", "admin"))
    day = Day(office.platform)
    for login, browser in (("a", a), ("office", office)):
        for path in (f"/r/{GUARD}", f"/r/{COMPLAINT}", f"/r/{GUARD}/1", f"/r/{COMPLAINT}/2", f"/r/{GUARD}/1/edit"):
            day.page(browser, login, path)
        day.page(browser, login, f"/api/v1/records/{GUARD}/1")
        for number in (1, 2, 3):
            day.page(browser, login, f"/r/{GUARD}/{number}/reveal", reason=REASON)
            day.page(browser, login, f"/r/{COMPLAINT}/{number}/reveal", reason=REASON)
        day.page(browser, login, "/registry/company")
        day.page(browser, login, f"/registry/company/{made['company']}/reveal")
        day.page(browser, login, BLANK)
        day.page(browser, login, f"/sheet/{GUARD}/export.xlsx")
        day.page(browser, login, f"/sheet/{COMPLAINT}/export.xlsx")
    day.page(office, "office", f"/registry/company/{made['company']}/reveal", reason=REASON)
    day.page(office, "office", f"/sheet/{GUARD}/clear.xlsx", reason=REASON)
    mending(day, a)
    for shape in ("docx", "xlsx", "json", "html"):
        day.page(group, "group", f"/report?format={shape}")
        day.page(group, "group", f"/report/editions/{made['edition']}?format={shape}")
        day.page(group, "group", f"/report/documents/safeguards.meeting_pack?format={shape}")
    day.page(group, "group", f"/r/{NOTICE}/1/paper.docx")
    day.page(admin, "admin", "/sheet/company/export.xlsx")
    day.page(admin, "admin", f"/registry/company/{made['company']}")
    span = {"from": "2024-11-01", "to": "2024-11-30"}
    for form in ("xlsx", "jsonl"):
        day.page(admin, "admin", "/journal/export", form=form, **span)
    return day


def mending(day: Day, browser: Any) -> None:
    """A sheet with a wrong row, and the rows to be mended taken away again, with the names in them."""
    one = PEOPLE[20]
    sheet = f"小区,姓名,证件号,岗位编号,出生年,上岗日期\n没有的小区,{one.name},{one.number},门岗,1990,2024-11-10\n"
    file = (io.BytesIO(sheet.encode("utf-8-sig")), "guards.csv")
    led = day.page(browser, "a", f"/sheet/{GUARD}/upload", file=file).headers["Location"]
    day.page(browser, "a", f"{led}/mend.xlsx")


def test_every_look_and_every_file_of_a_day_is_in_the_journal(client: Client, made: dict[str, Any]) -> None:
    day = a_day(client, made)
    assert day.missed == []
    assert (day.seen, day.files) == (15, 22), "all of the day was done"
    lines = day.lines()
    assert len(lines) == day.seen + day.files - 2, "two of the files were clear, too"
    assert leaked(repr([(line.changes, line.subject) for line in lines])) == []
    assert all(line.changes["reason"][1] == REASON for line in lines if line.verb == "reveal")
    assert all(line.at and line.address for line in lines)


def test_saboteur_a_look_that_is_not_written_down_is_missed(
    client: Client, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = journal.write

    def forgetful(work: Any, verb: str, subject: str, *more: Any) -> None:
        if (verb, subject) not in (("reveal", COMPLAINT), ("export", "edition")):
            real(work, verb, subject, *more)

    monkeypatch.setattr(journal, "write", forgetful)
    missed = a_day(client, made).missed
    assert len(missed) == 6 + 4 and f"/r/{COMPLAINT}/1/reveal" in missed


def test_commands_that_take_data_out_are_in_it_too(
    made: dict[str, Any], platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(platform.config.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", platform.config.database_url)
    monkeypatch.setenv("ACTIONS_SECRET_KEY", platform.config.secret_key.decode())
    day = Day(platform)
    said = {
        "export": ["export", "--all", "--out", str(tmp_path / "all.zip")],
        "backup": ["backup", str(tmp_path / "b.zip")],
        "report": ["report", "--out", str(tmp_path / "r.docx")],
        "person": ["person", "copy", "--number", PEOPLE[3].phone, "--out", str(tmp_path / "p.json")],
    }
    for name, words in said.items():
        with day.command(name):
            done = CliRunner().invoke(cli.main, words)
            assert done.exit_code == 0, done.output
    assert day.missed == [] and leaked((tmp_path / "p.json").read_bytes())


def test_no_page_sends_a_file_past_the_journal() -> None:
    """A new download goes through taken_out.py, or stands here with its reason."""
    folder = Path(core.web.__file__).parent
    found = {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*.py")
        if re.search(r"send_file\(|as_attachment", p.read_text())
    }
    # A photo is shown in its page, to who sees its record; a large export had its line when it was made.
    assert found == {"taken_out.py", "pages/files.py", "pages/exports.py"}
