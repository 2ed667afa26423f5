"""A server of the installed package and a browser of the standard library: cookies, forms with their token, redirects."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from types import TracebackType

LINK = re.compile(r"^\s+(?P<label>\S+).*?(?P<path>/enter/\S+)", re.M)


class Server:
    """``actions up`` on a free port; ``links``: the one-time links it prints, by the label of the account."""

    def __init__(self, command: Path, env: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base, self.links = f"http://127.0.0.1:{port}", dict[str, str]()
        self._process = subprocess.Popen(
            [str(command), "up", "--port", str(port)], env=dict(env), stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Server:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := LINK.match(line):
                self.links[found["label"]] = found["path"]
            if "服务已启动" in line:
                return self
        raise SystemExit("the server did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:  # a job that was due is still running
            self._process.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def signed_in(self, label: str) -> Browser:
        """A browser of the account with that label."""
        browser = Browser(self.base)
        browser.press(next(path for name, path in self.links.items() if name.startswith(label)))
        return browser


class Browser:
    def __init__(self, base: str) -> None:
        self.base, self.address = base, ""
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._read(urllib.request.Request(self.base + path))

    def post(self, path: str, typed: Mapping[str, str], page: str = "") -> str:
        """Send the form that posts to ``path``, found on ``page`` (default: ``path`` itself): what is prefilled stays unless
        ``typed`` (by field) says otherwise."""
        shown = self.get(page or path)
        forms = re.findall(r"<form\b.*?</form>", shown, re.S)
        wanted = f'action="{path}"' if page else 'enctype="multipart/form-data"'
        form = next((f for f in forms if wanted in f), None)
        assert form is not None, shown[:2000]
        given = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
        given |= {f"f_{field}": value for field, value in typed.items()}
        data = urllib.parse.urlencode(given).encode()
        return self._read(urllib.request.Request(self.base + path, data, {"Referer": self.base + (page or path)}))

    def press(self, path: str) -> str:
        """The one button of the page at ``path``."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path))
        assert found is not None, path
        data = urllib.parse.urlencode({"csrf_token": found[1]}).encode()
        return self._read(urllib.request.Request(self.base + path, data, {"Referer": self.base + path}))

    def _read(self, request: urllib.request.Request) -> str:
        for _ in range(100):  # it says that it starts a moment before it listens
            try:
                with self._opener.open(request, timeout=60) as answer:
                    self.address = answer.url
                    return str(answer.read().decode())
            except urllib.error.HTTPError as error:
                self.address = request.full_url
                return error.read().decode()
            except urllib.error.URLError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer")
