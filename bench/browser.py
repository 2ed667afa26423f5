"""Somebody signed in: in this process through Flask's client, or over HTTP."""

from __future__ import annotations

import http.client
import re
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from core.services.identity import accounts
from core.services.platform import Platform

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


class Browser:
    """Signed in as ``login`` in this process; anything but 200 is an error."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client = app.test_client()
        path = link(app.extensions["platform"], login)
        found = TOKEN.search(self.client.get(path).get_data(as_text=True))
        if found is None:
            raise RuntimeError(f"{path}: no button")
        self.client.post(path, data={"csrf_token": found[1]})

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.get_data(as_text=True)


def link(platform: Platform, login: str) -> str:
    with platform.work() as work:
        return f"/enter/{accounts.one_time_link(work, login)}"


class Wire:
    """One kept connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: Any = None, body: bytes = b"", kind: str = FORM) -> tuple[int, str, str]:
        """Status, where it leads and the text. ``form``: posted as a form; ``body`` posted as it is."""
        data = urlencode(form, doseq=True).encode() if form is not None else body
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if data:
            headers["Content-Type"] = kind
        self.connection.request("POST" if data else "GET", path, data or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def enter(self, path: str) -> None:
        """The button of a one-time link."""
        self.ask(path, form={"csrf_token": self.token(path)})

    def token(self, path: str) -> str:
        """The CSRF token of a page's form."""
        status, _, text = self.ask(path)
        found = TOKEN.search(text)
        if found is None:
            raise RuntimeError(f"{path}: {status}, no csrf_token in the page")
        return found[1]
