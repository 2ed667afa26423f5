"""What takes something away asks once more: a second button beside what will be lost, on every page that has such a deed, and
without a script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import core.web
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from tests.core.web.signing import by_link, post

TEMPLATES = Path(core.web.__file__).parent / "templates"
CONFIRMED = re.compile(r'<details class="step confirm">(.*?)</details>', re.DOTALL)
FORM = re.compile(r'<form[^>]*action="([^"]+)"(.*?)</form>', re.DOTALL)
DEEDS = re.compile(
    r"^/(people/\d+/(stop|end)|grants/\d+/(factor|end)|me/sessions|me/factor/(off|paper)|inbox/calendar"
    r"|registry/\w+/\d+/duties/\d+/end|r/[\w.]+/\d+/remove|r/[\w.]+/views/\d+/remove)$"
)
KEY = "environment.cleanup"


def deeds(page: str) -> list[str]:
    return [action for action, _rest in FORM.findall(page) if DEEDS.match(action)]


@pytest.fixture
def reported(client: Any) -> Any:
    """A browser of the community with a record, a saved view and a calendar's address of its own."""
    found = client("a")
    with found.platform.work(SYSTEM_ACTOR, source="demo") as work:
        values = {"complex_id": 2, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
        found.record = records.save(work, KEY, values).record.id
    post(found, f"/r/{KEY}/views", page=f"/r/{KEY}?q=1", label="常看", q="1")
    post(found, "/inbox/calendar", page="/inbox")
    return found


@pytest.mark.parametrize(
    ("login", "path", "many"),
    [
        ("admin", "/people", 8),
        ("admin", "/grants", 4),
        ("admin", "/registry/department/1/duties", 1),
        ("a", "/me", 2),
        ("a", "/inbox", 1),
        ("a", f"/r/{KEY}", 1),
        ("a", f"/r/{KEY}/{{record}}", 1),
    ],
)
def test_every_deed_that_takes_away_stands_behind_a_second_button(
    reported: Any, login: str, path: str, many: int
) -> None:
    browser = reported if login == "a" else by_link(reported, login)
    page = browser.get(path.format(record=reported.record)).text
    assert len(deeds(page)) >= many
    outside = CONFIRMED.sub("", page)
    assert deeds(outside) == []
    for inside in CONFIRMED.findall(page):
        assert re.search(r"<p>[^<]+</p>", inside), "it says what will be lost"
        assert re.search(r'<button class="btn btn-sm btn-danger">确定：', inside)


def test_the_confirmed_form_does_the_deed(reported: Any) -> None:
    page = reported.get(f"/r/{KEY}/{reported.record}").text
    (inside,) = [one for one in CONFIRMED.findall(page) if "/remove" in one]
    ((action, rest),) = FORM.findall(inside)
    typed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', rest))
    assert reported.post(action, data=typed).status_code == 302
    assert reported.get(f"/r/{KEY}/{reported.record}").status_code == 404


def test_the_red_button_has_one_place() -> None:
    """A page that wants one calls the macro."""
    for file in TEMPLATES.glob("*.html"):
        if file.name != "parts.html":
            assert not re.search(r"<button[^>]*(btn-danger|text-danger|outline-danger)", file.read_text()), file.name
