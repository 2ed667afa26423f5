"""What stands in the log after real requests: the request's number, one line an event, and nothing personal or secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.services.identity import accounts, signing_in
from core.services.lists import listing
from core.services.operations import logs
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from tests.core.web.test_web_records import KEY, opened, typed

CANARIES = {
    "id": "350582199001010016",
    "phone": "13912345678",
    "spaced phone": "139 1234 5678",
    "password": "Kanarienvogel-97",
    "bearer": "b3arer-canary-token",
    "metrics": "metrics-canary",
}


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Everything logged meanwhile, in one of the two forms."""
    out, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Json() if request.param == "json" else logs.Text())
    handler.kind = request.param  # type: ignore[attr-defined]
    root.addHandler(handler)
    before = root.level
    root.setLevel(logging.DEBUG)
    yield out.getvalue
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_canary_reaches_the_log(
    client: Callable[[str], Any], written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a = client("a")

    def broken(*_args: Any, **_kw: Any) -> None:
        sent = f"'password': '{CANARIES['password']}', 'Authorization': 'Bearer {CANARIES['bearer']}'"
        raise RuntimeError(f"could not do {CANARIES['id']}，{CANARIES['phone']}/{CANARIES['spaced phone']} {sent}")

    with a.platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "b")
        feed = "AbCdEf-feed-secret"
    with monkeypatch.context() as patched:
        patched.setattr(records, "save", broken)
        note = f"{CANARIES['id']} {CANARIES['phone']}"
        assert a.post(f"/r/{KEY}/new", data=opened(a, f"/r/{KEY}/new") | typed(f_note=note)).status_code == 500
        patched.setattr(listing, "find", broken)
        assert a.get(f"/r/{KEY}?q={CANARIES['phone']}&token={CANARIES['metrics']}").status_code == 500
        patched.setattr(signing_in, "behind", broken)
        assert a.get(f"/enter/{link}").status_code == 500
    a.get(f"/calendar/{feed}.ics")
    stranger = a.application.test_client()
    stranger.post("/signin", data={"login": "a", "password": CANARIES["password"]})
    stranger.get("/api/v1/catalog", headers={"Authorization": f"Bearer {CANARIES['bearer']}"})
    log = written()
    assert "could not do" in log, "the errors themselves are in it"
    for name, canary in [*CANARIES.items(), ("link", link), ("feed", feed)]:
        assert canary not in log, name


@pytest.mark.parametrize(
    "said",
    [
        "postgresql+psycopg://actions:s3cr3t-canary@db/actions",
        "Authorization: Bearer s3cr3t-canary",
        "GET /enter/s3cr3t-canary HTTP/1.1",
        "{'csrf_token': 's3cr3t-canary', 'x': 1}",
        '{"new_password": "s3cr3t-canary"}',
        "actions_session=s3cr3t-canary; Path=/",
        "ACTIONS_METRICS_TOKEN=s3cr3t-canary",
    ],
)
def test_what_opens_something_is_masked(said: str) -> None:
    assert "s3cr3t-canary" not in logs.masked(said)


@pytest.mark.parametrize(
    "said", ["status_code: 200", "2024-11-20 10:00 7 rows", "step environment_0003", "digest 1234567890123456789012"]
)
def test_what_is_no_secret_stays_readable(said: str) -> None:
    assert logs.masked(said) == said


def test_nothing_typed_begins_a_line_of_its_own(written: Callable[[], str]) -> None:
    forged = "x\r\n2026-01-01 INFO actions.audit admin signed in\u2028next"
    logging.getLogger("actions.web").warning("login %s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("actions.web").exception("failed at %s", forged)
    lines = written().splitlines()
    assert not [line for line in lines if line.startswith("2026-01-01 INFO actions.audit")]
    if lines[0].startswith("{"):
        assert len(lines) == 2 and [json.loads(line)["level"] for line in lines] == ["WARNING", "ERROR"]
    else:
        assert all(line.startswith("    ") for line in lines[2:])


def test_a_request_is_one_line_with_its_number_and_its_door(client: Callable[[str], Any]) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Json())
    log = logging.getLogger("actions.request")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        answer = client("a").get("/today-is-not-here", headers={"X-Request-ID": "from-the-proxy-1"})
        other = client("a").get("/", headers={"X-Request-ID": "bad id\twith things"})
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1" != other.headers["X-Request-ID"]
    mine = next(t for t in told if t["request"] == "from-the-proxy-1")
    assert (mine["status"], mine["method"], mine["login"], mine["path"]) == (404, "GET", "a", "-")
    entered = [t for t in told if t["door"] == "signin.enter"]
    assert entered and all(t["path"] == "/enter/<token>" for t in entered)


def test_the_page_of_an_error_bears_the_number_in_the_log(
    client: Callable[[str], Any], written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kw: Any) -> None:
        raise RuntimeError("the printer is on fire")

    a = client("a")
    monkeypatch.setattr(listing, "find", broken)
    answer = a.get(f"/r/{KEY}")
    assert answer.status_code == 500 and answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["X-Request-ID"] in written()
