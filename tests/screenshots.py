"""``make screenshots``: every page of the demo world at 1440 and 390 pixels, into ``screenshots/`` (ignored by git), to look at."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from datetime import date
from pathlib import Path
from urllib.parse import quote

import waitress
from playwright.sync_api import sync_playwright

from core import cli
from core.app import create_app, open_platform
from core.config import Config
from core.services.demo_world import demo_people
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR

PAGES = {
    "community": (
        "/",
        "/r/environment.cleanup",
        "/r/environment.cleanup/new?complex=22",
        "/r/disputes.complaint/new",
        "/complex/22",
        "/r/environment.cleanup/grid",
        "/inbox",
        "/exports",
        "/notices",
        "/report/editions",
        "/report/documents/safeguards.meeting_pack",
        "/help",
        "/me",
        "/me/password",
        "/me/factor",
    ),
    "sanitation": (
        "/",
        "/a/environment/",
        "/a/environment/settings",
        "/r/environment.shortboard?state=mended",
        "/r/environment.shortboard/board",
        "/obligations?action=environment&state=overdue",
        "/jobs",
        "/r/environment.shortboard/1",
        "/r/environment.cleanup/sheet",
    ),
    "leader": ("/",),
    "coordination": (
        "/overview",
        "/wall",
        "/wall?by=type&full=1",
        "/league",
        "/report",
        "/i/environment.cleaned_monthly",
        "/d/environment.monthly_cleanup",
        "/journal",
        "/a/market_order/",
    ),
    "administrator": (
        "/registry",
        "/registry/complex",
        "/registry/complex/1",
        "/registry/complex/1/duties",
        "/registry/complex/sheet",
        "/community/4",
        "/calendar?year=2025",
        "/jobs",
        "/status",
        "/people",
        "/people/2",
        "/grants",
    ),
}
ENGLISH = ("/", "/overview", "/wall", "/a/environment/")  # of these people's pages, once more in English
OUT = Path("screenshots")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        platform = open_platform(Config.read({}, Path(folder)))
        cli.make_demo(platform, complexes=72, until=date(2024, 12, 31), seed=97, folder=cli.MEILING)
        with platform.work(SYSTEM_ACTOR) as work:
            demo_people.ensure(work)
        server = waitress.create_server(create_app(platform=platform), host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        base = f"http://127.0.0.1:{server.effective_port}"
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for login, paths in PAGES.items():
            for width in (1440, 390):
                with platform.work(SYSTEM_ACTOR) as work:
                    link = accounts.one_time_link(work, login)
                page = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
                page.goto(f"{base}/enter/{link}")
                with page.expect_navigation():
                    page.click("main button")
                for path, code in [*((p, "zh") for p in paths), *((p, "en") for p in paths if p in ENGLISH)]:
                    page.goto(f"{base}/language/{code}?next={quote(path)}")
                    name = f"{login}{re.sub(r'[^a-z0-9]+', '-', path)}-{width}{'-en' * (code == 'en')}.png"
                    page.screenshot(path=str(OUT / name), full_page=True)
                    print(name)
        browser.close()
        server.close()
        platform.db.close()


if __name__ == "__main__":
    main()
