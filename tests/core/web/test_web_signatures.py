"""Signed calls: the right one passes once; a changed, old, overheard or unsigned one is 401 (A47)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from core.app import create_app
from core.services.exchange import tokens
from core.services.exchange.signatures import sign
from core.services.exchange.tokens import ApiToken
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform

CLEANUP = {"complex_id": 1, "held_on": "2024-11-18", "spots": ["出入口"], "people": 8, "photos": ["demo"]}
WHERE = "/api/v1/records/environment.cleanup"
Send = Callable[..., Any]


@pytest.fixture
def send(store: Platform) -> Send:
    """Send a call signed as it should be, but for what is named."""
    app = create_app(platform=store)
    with store.work(SYSTEM_ACTOR) as work:
        secret = tokens.issue(work, "b", "grid", ["write", "read"], signed=True)
        number = work.session.scalars(select(ApiToken.id)).one()

    def call(method: str = "POST", target: str = WHERE, body: bytes = json.dumps(CLEANUP).encode(), **more: Any) -> Any:
        said = {"token": str(number), "timestamp": str(int(time.time()) + more.pop("late", 0)), "nonce": uuid4().hex}
        said |= {k: v for k, v in more.items() if k in said}
        signature = sign(more.get("secret", secret), said["timestamp"], said["nonce"], method, target, body)
        headers = {f"X-Actions-{k.title()}": v for k, v in said.items()} | {"X-Actions-Signature": signature}
        headers |= {"Idempotency-Key": uuid4().hex, **more.get("headers", {})}
        sent, where, how = more.get("sent", body), more.get("where", target), more.get("how", method)
        return app.test_client().open(where, method=how, data=sent, content_type="application/json", headers=headers)

    call.secret = secret  # type: ignore[attr-defined]
    return call


def made(store: Platform) -> int:
    with store.reading() as work:
        return work.session.scalar(select(func.count()).select_from(work.catalog.records["environment.cleanup"])) or 0


def test_a_signed_call_passes_once(send: Send, store: Platform) -> None:
    assert send(nonce="n" * 20).status_code == 201
    assert send(nonce="n" * 20).status_code == 401, "overheard and sent again"
    assert send("GET", WHERE + "?page=1", b"").status_code == 200
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: send(nonce="m" * 20).status_code, range(8)))
    assert sorted(codes) == [201, *[401] * 7] and made(store) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "guessed"},
        {"sent": b"{}"},
        {"where": "/api/v1/records/environment.shortboard"},
        {"where": WHERE + "?reason=x"},
        {"how": "PATCH"},
        {"late": 301},
        {"late": -301},
        {"timestamp": "now"},
        {"nonce": "short"},
        {"nonce": ""},
        {"token": "999"},
        {"token": "x"},
        {"token": "9" * 30},
        {"headers": {"X-Actions-Signature": "sha256="}},
        {"headers": {"X-Actions-Signature": "密"}},
    ],
)
def test_anything_else_is_refused_and_changes_nothing(client: Any, wrong: dict[str, Any]) -> None:
    platform = client("b").platform
    sender: Send = send.__wrapped__(platform)  # type: ignore[attr-defined]
    answer = sender(**wrong)
    assert answer.status_code in ((401, 405) if "how" in wrong else (401,)) and made(platform) == 0


def test_its_secret_opens_nothing_by_itself(send: Send, store: Platform) -> None:
    bearer = {"Authorization": f"Bearer {send.secret}"}  # type: ignore[attr-defined]
    assert create_app(platform=store).test_client().get(WHERE, headers=bearer).status_code == 401
    with store.db.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT signing, digest FROM api_token").one()
    assert send.secret not in repr(kept)  # type: ignore[attr-defined]
