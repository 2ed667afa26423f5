"""Every page of every plugin opens, in both languages, for those who use it; no declared word is left in Chinese in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from core.app import create_app
from core.services.permission.access import SYSTEM_ACTOR
from core.testing import entered

pytestmark = pytest.mark.browser  # for the served demo world; it needs no browser itself
HAN = re.compile(r"[一-鿿]")
SPAN = "from=2024-11-08&to=2024-12-31"


def paths(platform: Any) -> Iterator[str]:
    catalog = platform.catalog
    yield from (
        "/",
        "/overview",
        "/report",
        "/report?period=week&community=1",
        "/registry",
        "/registry/complex",
        "/registry/complex/1",
        "/journal",
        "/status",
        "/me",
        "/me/password",
    )
    yield from (
        "/r/environment.cleanup/grid",
        "/inbox",
        "/notices",
        "/report/editions",
        "/report/documents/safeguards.meeting_pack",
        "/jobs",
        "/calendar?year=2025",
        "/obligations",
        "/help",
        "/complex/22",
        "/community/4",
        "/registry/complex/sheet",
        "/registry/complex/1/duties",
    )
    for slug in catalog.plugins:
        yield from (f"/a/{slug}/", f"/a/{slug}/settings")
    for key in (*catalog.indicators, "environment.cleaned_monthly?as_of=2024-11-30"):
        yield f"/i/{key}"
    yield from (f"/d/{key}" for key in catalog.deadlines)
    with platform.work(SYSTEM_ACTOR) as work:
        first = {key: work.session.scalar(select(func.min(model.id))) for key, model in catalog.records.items()}
    for key, record_id in first.items():
        yield from (f"/r/{key}?{SPAN}", f"/r/{key}/new", f"/r/{key}/sheet", f"/r/{key}/board")
        yield from (f"/r/{key}/{record_id}", f"/r/{key}/{record_id}/edit") if record_id else ()


def words(page: str) -> set[str]:
    """What a reader is shown or told: texts and labels, apart from reports, which stay in Chinese."""
    plain = re.sub(r"<(article|script|textarea)\b[\s\S]*?</\1>", "", page)
    found = re.findall(r">([^<>]+)<", plain) + re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', plain)
    return {unescape(text).strip() for text in found if HAN.search(text)}


@pytest.mark.parametrize("login, code", [("community", "zh"), ("coordination", "en")])
def test_every_page_opens(site: Any, login: str, code: str) -> None:
    app = create_app(platform=site.platform)
    client = app.test_client()
    entered(client, site.link(login).rpartition("/")[2])
    client.get(f"/language/{code}")
    english = app.extensions["babel"].instance.domain_instance.english._catalog
    broken, untranslated, opened = [], set(), 0
    for path in paths(site.platform):
        page = client.get(path)
        opened += page.status_code == 200
        if page.status_code not in (200, 302, 403, 404):
            broken.append(path)
        if code == "en":
            untranslated |= {
                (text, path) for text in words(page.get_data(as_text=True)) if english.get(text, text) != text
            }
    assert not broken and opened > 300
    assert not untranslated
