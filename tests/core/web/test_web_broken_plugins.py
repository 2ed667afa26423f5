"""G14: with any one plugin broken, with all of them, or with none loaded, people sign in and see what is wrong."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from core.app import create_app
from core.cli import main, store
from core.kernel.catalog import Catalog
from core.kernel.plugins import found, load
from core.services import migrations
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import DAY, entered, small_platform

SLUGS = sorted(found())


def broken(*slugs: str) -> Catalog:
    """Every plugin that there is, these of them with a package missing."""

    def lost() -> Any:
        raise ModuleNotFoundError("No module named 'numpyy'")

    return load(found() | dict.fromkeys(slugs, lost))


def started(folder: Path, catalog: Catalog) -> Any:
    """The administrator's browser, after an update that brought the plugins of ``catalog``."""
    whole = small_platform(folder, today=DAY, begun=True)
    platform = Platform(whole.config, whole.db, migrations.upgrade(whole.db, catalog))
    browser = create_app(platform=platform).test_client()
    assert browser.get("/signin").status_code == 200
    with platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "admin")
    assert entered(browser, token).status_code == 302
    browser.platform = platform
    return browser


@pytest.mark.parametrize("slug", SLUGS)
def test_with_any_one_broken_people_sign_in_and_see_which(slug: str, tmp_path: Path) -> None:
    browser = started(tmp_path, broken(slug))
    page = browser.get("/status").text
    assert page.count("numpyy") == 2 and f"<strong>{slug}</strong>" in page
    assert [browser.get(path, follow_redirects=True).status_code for path in ("/", "/report")] == [200, 200]
    browser.platform.close()


@pytest.mark.parametrize("catalog", [broken(*SLUGS), Catalog(plugins={})], ids=["all broken", "none loaded"])
def test_with_none_the_core_works(catalog: Catalog, tmp_path: Path) -> None:
    browser = started(tmp_path, catalog)
    assert browser.get("/status").text.count("numpyy") == 2 * len(catalog.faults)
    for path in ("/", "/overview", "/report", "/registry", "/people", "/journal", "/jobs", "/obligations", "/me"):
        assert browser.get(path, follow_redirects=True).status_code == 200, path
    browser.platform.close()


def test_a_plugin_or_all_are_left_out_when_serving(monkeypatch: pytest.MonkeyPatch) -> None:
    class Served(Exception):
        pass

    def opened() -> Any:
        raise Served

    monkeypatch.setattr(store, "opened", opened)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # it would outlive this test
    monkeypatch.setenv("ACTIONS_WITHOUT", "safety")
    assert isinstance(CliRunner().invoke(main, ["serve", "--without", "disputes"]).exception, Served)
    assert os.environ["ACTIONS_WITHOUT"] == "safety,disputes"
    assert isinstance(CliRunner().invoke(main, ["serve", "--safe-mode"]).exception, Served)
    assert set(os.environ["ACTIONS_WITHOUT"].split(",")) == set(SLUGS)
    refused = CliRunner().invoke(main, ["serve", "--without", "nothing"])
    assert refused.exit_code == click.UsageError.exit_code and "没有名为“nothing”的插件" in refused.output
