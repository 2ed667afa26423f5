"""The examples of docs/api.md, sent in their order: each answers with the status it names and at least what it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```http\n(.*?)```\n\n`(\d{3})`\n\n```json\n(.*?)```", re.S)


def test_every_example_answers_as_it_says(client: Callable[[str], Any]) -> None:
    app = client("office").application
    platform = app.extensions["platform"]
    with platform.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "office", "docs", ["read", "write", "intake:disputes.complaints"])
    known = {"receipt": ""}
    found = EXAMPLE.findall(PAGE)
    assert len(found) == PAGE.count("```http") == 6
    for request, code, answer in found:
        head, _, body = request.partition("\n\n")
        (method, path), *headers = [line.split(" ", 1) for line in head.splitlines()]
        sent = {name.removesuffix(":"): value for name, value in headers} | {"Authorization": f"Bearer {token}"}
        where = path.format_map(known)
        got = app.test_client().open(where, method=method, data=body, headers=sent, content_type="application/json")
        assert got.status_code == int(code), (path, got.text)
        fits(json.loads(answer), got.json)
        known["receipt"] = got.json.get("receipt", known["receipt"])


def fits(shown: Any, got: Any, name: str = "") -> None:
    """What is shown is answered; more may be."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            fits(value, got[key], key)
    elif isinstance(shown, list):
        assert len(shown) == len(got), name
        for one, other in zip(shown, got, strict=True):
            fits(one, other, name)
    elif name == "receipt":
        assert len(shown) == len(got)
    else:
        assert shown == got, name


def test_an_example_that_lies_is_found() -> None:
    with pytest.raises(AssertionError):
        fits({"state": "closed"}, {"state": "received"})
    with pytest.raises(KeyError):
        fits({"nothing": 1}, {"state": "received"})
