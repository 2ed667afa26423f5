"""What no person types (numbers beyond any row, digits that are none, NUL, half characters, JSON without end) gets an answer
that says so: never a 5xx, and nothing is kept (A28-A31)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from core.services.audit.journal import JournalEntry
from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR

KEY = "environment.cleanup"
BASE = f"/api/v1/records/{KEY}"
GOOD = {"complex_id": "示例小区02", "held_on": "2024-11-19", "spots": ["出入口"], "people": 9, "photos": ["demo"]}
NUMBER = "9" * 24
Api = Callable[..., Any]


@pytest.fixture
def api(client: Callable[[str], Any]) -> Api:
    """Calls as the community officer's own program, with a token; pages as the officer."""
    browser = client("a")
    with browser.platform.work(SYSTEM_ACTOR) as work:
        head = {"Authorization": f"Bearer {tokens.issue(work, 'a', 'nasty', ['read', 'write'])}"}

    def call(method: str, path: str, **more: Any) -> Any:
        if not path.startswith("/api/"):  # a token opens no page
            return browser.open(path, method=method, **more)
        once = {"Idempotency-Key": secrets.token_hex(8)}
        answer = browser.application.test_client().open(
            path, method=method, headers=head | once | more.pop("headers", {}), **more
        )
        answer.platform = browser.platform
        return answer

    return call


def kept(answer: Any) -> int:
    with answer.platform.reading() as work:
        rows = work.session.scalar(select(func.count()).select_from(work.catalog.records[KEY]))
        lines = work.session.scalar(select(func.count()).where(JournalEntry.subject == KEY))
        return int(rows) + int(lines)


PATHS = [
    f"/r/{KEY}/{NUMBER}", f"{BASE}/{NUMBER}", f"/complex/{NUMBER}", f"/community/{NUMBER}", "/files/%00", "/r/%00",
    f"/api/v1/obligations?unit=complex/{NUMBER}", "/api/v1/obligations?unit=complex/%C2%B2",
    *(f"/r/{KEY}?{name}={value}" for name in ("q", "page", "unit", "community", "from", "to", "sort", "state")
      for value in ("%C2%B2", NUMBER, "%00", "%ED%A0%80", "-1", "%25" * 3000, "2026-02-30", "99999-01-01")),
]  # fmt: skip


def test_no_address_and_no_question_is_answered_with_an_error_of_ours(api: Api) -> None:
    for path in PATHS:
        assert api("GET", path).status_code in (200, 400, 404, 422), path


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "NUL": ({"note": "a\0b"}, "note"),
    "half a character": ({"note": "\ud800"}, "note"),
    "right to left override": ({"note": "\u202egpj.exe"}, "note"),
    "a megabyte": ({"note": "x" * 900_000}, "note"),
    "a list for a text": ({"note": ["a"]}, "note"),
    "an object for a text": ({"note": {"a": 1}}, "note"),
    "NaN": ({"people": float("nan")}, "people"),
    "1e999": ({"people": float("inf")}, "people"),
    "a number beyond any": ({"people": int(NUMBER)}, "people"),
    "less than none": ({"people": -1}, "people"),
    "units written out": ({"people": "12 台"}, "people"),
    "truth for a number": ({"people": True}, "people"),
    "a unit beyond any": ({"complex_id": int(NUMBER)}, "complex_id"),
    "no such day": ({"held_on": "2026-02-30"}, "held_on"),
    "the day nought": ({"held_on": "0000-00-00"}, "held_on"),
    "the last day": ({"held_on": "9999-12-31"}, "held_on"),
    "the year 99999": ({"held_on": "99999-01-01"}, "held_on"),
    "a number for a day": ({"held_on": 20241119}, "held_on"),
    "an object for photos": ({"photos": {"demo": 1}}, "photos"),
    "a field of ours": ({"version": 7}, ""),
    "a field of half a character": ({"\ud800": 1}, ""),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_value_that_is_none_is_refused_at_its_field(api: Api, what: str) -> None:
    change, field = WRONG[what]
    answer = api("POST", BASE, data=json.dumps(GOOD | change), content_type="application/json")
    assert answer.status_code == 422 and kept(answer) == 0
    assert field in [p["field"] for p in answer.get_json()["problems"]]


def test_ten_megabytes_are_not_even_read(api: Api) -> None:
    assert api("POST", BASE, json=GOOD | {"note": "x" * 10_000_000}).status_code == 413


@pytest.mark.parametrize("day", ["2024-11-9", "２０２４-11-09", "2024/11/9", "2024年11月9日", " 2024-11-09 "])
def test_a_day_written_otherwise_is_that_day(api: Api, day: str) -> None:
    assert api("POST", BASE, json=GOOD | {"held_on": day}).get_json()["held_on"] == "2024-11-09"


def test_what_takes_no_room_is_left_out_of_a_text(api: Api) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    note = api("POST", BASE, json=GOOD | {"note": f"张\u200b三\ufeff\u2060 {family}"}).get_json()["note"]
    assert note == f"张三 {family}"


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, '{"note":' + "[" * 300 + "]" * 300 + "}", "", "nul"]
)
def test_json_without_end_or_sense_is_refused(api: Api, body: str) -> None:
    answer = api("POST", BASE, data=body, content_type="application/json")
    assert answer.status_code == 422 and kept(answer) == 0


@pytest.mark.parametrize("said", ["\0", "\ud800", "\u202e"])
def test_a_reason_is_text_like_any_other(api: Api, said: str) -> None:
    row = api("POST", BASE, json=GOOD).get_json()["id"]
    before = api("GET", BASE)
    answer = api(
        "POST", f"{BASE}/{row}/moves/check", data=json.dumps({"remark": said}), content_type="application/json"
    )
    assert answer.status_code in (403, 422) and kept(answer) == kept(before)
    if said != "\ud800":  # no address holds it
        assert api("POST", BASE, query_string={"reason": said}, json=GOOD | {"people": 3}).status_code == 422
