"""A real server over the demo world and a real Chromium, for the journeys."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import waitress

from core import cli
from core.app import create_app, open_platform
from core.config import Config
from core.services.demo_world import demo_people
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first journey of a run also builds the demo world."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(420))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium driven by Playwright."""
    binary = os.environ.get("ACTIONS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = driver.chromium.launch(executable_path=binary, args=flags)
        yield browser
        browser.close()


class Site:
    """The served demo world: addresses and one-time links."""

    def __init__(self, platform: Any, port: int) -> None:
        self.platform, self.base = platform, f"http://127.0.0.1:{port}"

    def link(self, login: str) -> str:
        with self.platform.work(SYSTEM_ACTOR) as work:
            return f"{self.base}/enter/{accounts.one_time_link(work, login)}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    platform = open_platform(Config.read({}, folder))
    cli.make_demo(platform, complexes=72, until=date(2024, 12, 31), seed=97, folder=cli.MEILING)
    with platform.work(SYSTEM_ACTOR) as work:
        demo_people.ensure(work)
    server = waitress.create_server(create_app(platform=platform), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(platform, server.effective_port)
    server.close()
    thread.join(timeout=10)
    platform.db.close()


@pytest.fixture
def visit(chromium: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """``visit("community", 390)`` is a page of that person's browser; every request must stay on this server."""
    contexts, outside = [], []

    def open_as(login: str, width: int = 1440, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda r: outside.append(r.url) if not r.url.startswith((site.base, "data:", "blob:")) else None
        )
        page.goto(site.link(login))
        with page.expect_navigation():
            page.click("main button")  # a one-time link is used up by its button
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not outside, f"requests left the server: {outside}"
