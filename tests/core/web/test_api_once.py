"""One submission, however often and however fast it is sent (F09, A44): on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.app import create_app
from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import job_runs, upkeep
from core.services.writing.receipts import Receipt

CLEANUP = {"complex_id": 1, "held_on": "2024-11-18", "spots": ["出入口"], "people": 8, "photos": ["demo"]}
WHERE = "/api/v1/records/environment.cleanup"


def test_twenty_at_once_make_one_record(store: Platform) -> None:
    app = create_app(platform=store)
    with store.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "b", "test", ["read", "write"])

    def send(key: str) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return app.test_client().post(WHERE, json=CLEANUP, headers=headers)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, ["k1"] * 20))
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 19}
    assert len({a.json["id"] for a in answers}) == 1
    model = store.catalog.records["environment.cleanup"]
    with store.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(model)) == 1


def test_a_number_no_column_holds_is_refused_not_an_error(store: Platform) -> None:
    app = create_app(platform=store)
    with store.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "b", "test", ["read", "write"])

    def call(method: str, path: str, body: Any = None) -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "If-Match": "1"}
        code: int = app.test_client().open(path, method=method, json=body, headers=headers).status_code
        return code

    for number in (2**31, 10**10, 10**30):
        assert call("GET", f"{WHERE}/{number}") == 404
        assert call("PATCH", f"{WHERE}/{number}", {"people": 1}) in (404, 405)  # an address of nothing
        for changes in ({"complex_id": number}, {"complex_id": f"#{number}"}, {"people": number}, {"people": -number}):
            assert call("POST", WHERE, CLEANUP | changes) == 422
    assert call("GET", "/api/v1/obligations?unit=complex/99999999999") == 422
    assert call("GET", "/api/v1/obligations?unit=complex/²") == 422
    assert call("GET", f"{WHERE}?page=²") == 422


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"people": NaN}',
        b'{"people": 1e999}',
        b'{"people": ' + b"9" * 5000 + b"}",
        b'{"note": "\\u0000"}',
        b'{"note": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"note": {"a": ["\\ud800"]}}',
        b'{"complex_id": "\\u0000"}',
        b"\xff\xfe",
        b"null",
        b'"text"',
        b"",
    ],
)
def test_a_body_nobody_would_send_is_422(store: Platform, body: bytes) -> None:
    """A28: refused in words on both stores, and nothing is kept."""
    app = create_app(platform=store)
    with store.work(SYSTEM_ACTOR) as work:
        token, theirs = (tokens.issue(work, login, "test", ["read", "write"]) for login in ("office", "b"))
    headers = {"Authorization": f"Bearer {theirs}", "Idempotency-Key": "k", "If-Match": "1"}
    made = app.test_client().post(WHERE, json=CLEANUP, headers=headers).json
    headers["Authorization"] = f"Bearer {token}"
    moved = f"{WHERE}/{made['id']}/moves/check"
    headers["Idempotency-Key"] = "other"
    for where in (WHERE, moved):
        answer = app.test_client().post(where, data=body, content_type="application/json", headers=headers)
        assert answer.status_code == 422 and answer.json["problems"], (where, answer.text)
    large = app.test_client().post(WHERE, data=b"1" * (1 << 21), content_type="application/json", headers=headers)
    assert large.status_code == 413
    assert app.test_client().post(WHERE, data=b"{}", content_type="text/plain", headers=headers).status_code == 415
    for remark in ("\0", "\ud800", "长" * 501):
        assert app.test_client().post(moved, json={"remark": remark}, headers=headers).status_code == 422


def test_a_key_is_remembered_for_a_week_and_a_sheet_for_good(store: Platform) -> None:
    with store.work(SYSTEM_ACTOR) as work:
        now = work.now
        for key, days in (("api/old", 8), ("api/new", 6), ("sheet/old", 400)):
            at = now - timedelta(days=days)
            work.session.add(Receipt(key=key, digest="", subject="x", subject_id=1, at=at))
    job = next(j for j in job_runs.OWN.values() if j.run is upkeep.sweep)
    done = job_runs.run_at(store, job, now, now=now)
    assert done is not None and done.state == job_runs.DONE
    with store.reading() as work:
        assert set(work.session.scalars(select(Receipt.key))) == {"api/new", "sheet/old"}
