"""Words meant to do harm, in every text of every kind of record, come out as they were typed and as nothing else (A27-A31, A41,
G25): pages, workbooks, JSON, the report in its four forms, calendar and letters."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from sqlalchemy import select

from core.app import create_app
from core.base.record import Record
from core.base.window import TZ
from core.estate.units import UNITS, model_of
from core.render import render
from core.services.identity import accounts
from core.services.messaging.channels import Message
from core.services.messaging.channels.mail import Mail
from core.services.owing import feeds
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.work import Work
from core.services.writing import records
from core.testing import at, entered, small_platform

HARM = "<script>zz()</script>\"><img src=x onerror=zz()>'{{7*7}}${7*7}&amp;\r\nX-Zz: 1%0d%0a"
FORMULA = "=cmd|' /c zz'!A0"
RAW = re.compile(r"<script>zz|<img src=x|49\$\{")
TODAY = date(2024, 11, 20)
Browser = Any


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One row of every kind of record, harm in each of its texts; a complex and a community of that name too."""
    found = small_platform(tmp_path_factory.mktemp("strings"), today=TODAY, begun=True)
    with found.work(SYSTEM_ACTOR, now=at(TODAY), settle=False) as work:
        for kind in ("complex", "community", "company", "department"):
            unit = work.session.scalars(select(UNITS[kind]).order_by(UNITS[kind].id)).first()
            unit.name = f"{HARM}{kind}"[:100]
        work.session.flush()
        work.forget()
        for model in work.catalog.records.values():
            made(work, model)
    yield found
    found.db.close()


def made(work: Work, model: type[Record]) -> Record:
    if (there := work.session.scalars(select(model).limit(1)).first()) is not None:
        return there
    row = model(**{f.name: value(work, f) for f in model.fields()}, **records.opened(work, model))
    work.session.add(row)
    work.session.flush()
    return row


def value(work: Work, field: Any) -> Any:
    kind = field.kind
    simple: dict[str, Callable[[], Any]] = {
        "integer": lambda: max(kind.at_least or 0, 1),
        "decimal": lambda: Decimal(1),
        "yes_no": lambda: True,
        "choice": lambda: kind.options[0],
        "choices": lambda: list(kind.options[:1]),
        "day": lambda: TODAY,
        "month": lambda: TODAY.replace(day=1),
        "moment": lambda: at(TODAY),
        "photos": lambda: ["demo"],
        "reference": lambda: work.session.scalar(select(model_of(kind.to).id).limit(1)),
        "units": lambda: list(work.session.scalars(select(model_of(kind.to).id).limit(1))),
        "link": lambda: made(work, kind.to).id if field.required else None,
        "origin": lambda: None,
    }
    if kind.name in simple:
        return simple[kind.name]()
    longest = getattr(kind, "longest", 60)
    return (FORMULA if field.name.endswith("e") else HARM)[:longest]


@pytest.fixture(scope="module")
def admin(world: Platform) -> Browser:
    app = create_app(platform=world)
    with world.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "admin")
    browser = app.test_client()
    entered(browser, token)
    return browser


def shown(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert (wild := RAW.search(answer.text)) is None, f"{path}: {wild and wild[0][:80]}"
    assert "X-Zz" not in answer.headers
    return str(answer.text)


def live(data: bytes) -> list[str]:
    """Addresses of cells that a spreadsheet would compute or follow."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [f"{s.title}!{c.coordinate}" for s in book for r in s for c in r if c.data_type == "f" or c.hyperlink]


def test_every_kind_of_record_shows_what_was_typed_and_nothing_more(world: Platform, admin: Browser) -> None:
    assert len(world.catalog.records) > 50
    for key, model in world.catalog.records.items():
        shown(admin, f"/r/{key}")
        page = shown(admin, f"/r/{key}/1")
        texts = [f for f in model.fields() if f.kind.name in ("text", "long_text") and f.filed and not f.personal]
        if texts:
            assert "&lt;script&gt;zz" in page or "=cmd|" in page, key


def test_every_kind_of_record_leaves_as_text_in_a_workbook_and_as_json(world: Platform, admin: Browser) -> None:
    for key in world.catalog.records:
        assert live(admin.get(f"/sheet/{key}/export.xlsx").data) == [], key
        content = admin.get(f"/api/v1/records/{key}/1")
        assert content.status_code == 200 and content.is_json and json.loads(content.data)["id"] == 1


@pytest.mark.parametrize(
    "path",
    ["/league", "/a/environment/", "/overview", "/wall", "/obligations", "/journal", "/complex/1", "/community/1", "/registry/complex",
     "/r/environment.cleanup/board", "/r/environment.cleanup/1/edit", "/report", "/inbox"],
)  # fmt: skip
def test_names_of_units_are_shown_as_typed(admin: Browser, path: str) -> None:
    shown(admin, path)


@pytest.fixture(scope="module")
def document(world: Platform) -> Any:
    with world.reading(now=at(TODAY)) as work:
        return reports.combined(work, TODAY)


def test_the_report_is_whole_in_each_of_its_forms(document: Any) -> None:
    page = render(document, "html").decode()
    assert RAW.search(page) is None
    with zipfile.ZipFile(io.BytesIO(render(document, "docx"))) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
    assert docx.Document(io.BytesIO(render(document, "docx"))).paragraphs
    book = openpyxl.load_workbook(io.BytesIO(render(document, "xlsx")))
    assert not [c.coordinate for s in book for r in s for c in r if c.data_type == "f" and "zz" in str(c.value)]
    assert json.loads(render(document, "json"))


def test_a_calendar_and_a_letter_keep_to_their_lines(world: Platform) -> None:
    with world.work(now=at(TODAY)) as work:
        work.actor = accounts.actor_of(work.session, work.session.scalars(select(accounts.Account)).first(), TODAY)  # type: ignore[arg-type]
        found = feeds.calendar(work, feeds.open_feed(work))
    assert found is not None and b"\r\nX-Zz" not in found and b"\nX-Zz" not in found
    message = Message(to="a@example.org", title=HARM, text=HARM)
    letter = Mail(host="localhost", port=25, sender="b@example.org")._letter(message, at(TODAY).astimezone(TZ))
    assert (
        letter["X-Zz"] is None
        and letter.get_content_type() == "text/plain"
        and HARM.split("\r")[0] in letter.get_content()
    )
