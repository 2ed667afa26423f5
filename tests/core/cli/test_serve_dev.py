"""Who writes a plugin sees what is broken, with its line, and sees it mended, without starting anything anew."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "charging_safety"


def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A plugin nobody has installed."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "charging_safety"))


@pytest.fixture
def served(package: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """(address, one-time link) of the developer's server."""
    number = port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("ACTIONS_")}
    env |= {"ACTIONS_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1", "ACTIONS_PLUGINS": "charging_safety"}
    command = [sys.executable, "-m", "core.cli", "serve", "--dev", "--plugin", str(package), "--port", str(number)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            links = (re.search(r"http\S+", line) for line in process.stdout if "综合协调组" in line)
            yield f"http://127.0.0.1:{number}", next(found.group() for found in links if found)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def until(browser: urllib.request.OpenerDirector, address: str, wanted: str) -> str:
    """The page, once it says what is waited for; a minute at most."""
    text = ""
    for _ in range(240):
        try:
            with browser.open(address, timeout=30) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
        except OSError:  # it is being loaded anew
            pass
        if wanted in text:
            return text
        time.sleep(0.25)
    raise AssertionError(f"{address} never said {wanted!r}: {text[:2000]}")


def test_a_broken_line_is_shown_and_goes_when_mended(package: Path, served: tuple[str, str]) -> None:
    address, link = served
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    button = re.search(r'name="csrf_token" value="([^"]+)"', until(browser, link, "csrf_token"))
    assert button is not None
    browser.open(link, data=urllib.parse.urlencode({"csrf_token": button[1]}).encode(), timeout=60).close()
    page = f"{address}/a/charging_safety/"
    until(browser, page, "飞线")
    file = package / "charging_safety" / "indicators.py"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole + "\nTHERE_IS_NO = such_name\n", encoding="utf-8")
    shown = until(browser, page, "NameError")
    assert "THERE_IS_NO = such_name" in shown
    assert "indicators.py" in shown
    file.write_text(whole, encoding="utf-8")
    until(browser, page, "飞线")


def test_it_is_for_one_machine_only() -> None:
    done = CliRunner().invoke(main, ["serve", "--dev", "--host", "0.0.0.0"])
    assert done.exit_code == 2
    assert "只能在本机使用" in done.output
