"""The API: the same door and the same refusals as the pages, described by a valid OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR

Client = Callable[[str], Any]
CLEANUP = {"complex_id": 1, "held_on": "2024-11-18", "spots": ["出入口"], "people": 8, "photos": ["demo"]}
WHERE = "/api/v1/records/environment.cleanup"


@pytest.fixture
def caller(client: Client) -> Callable[..., Any]:
    browser = client("b")
    with browser.platform.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "b", "test", ["read", "write"])
    stranger = browser.application.test_client()

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if method == "POST":
            sent.setdefault("Idempotency-Key", uuid4().hex)
        return stranger.open(path, method=method, json=body, headers=sent)

    call.app = browser.application  # type: ignore[attr-defined]
    return call


def test_report_correct_and_read(caller: Callable[..., Any]) -> None:
    made = caller("POST", WHERE, CLEANUP)
    assert made.status_code == 201
    where = f"{WHERE}/{made.json['id']}"
    assert caller("PATCH", where, {"people": 9}, If_Match="1").json["people"] == 9
    assert caller("PATCH", where, {"people": 10}, If_Match="1").status_code == 409
    assert caller("GET", WHERE).json["total"] == 1
    found = {i["key"]: i for i in caller("GET", "/api/v1/indicators").json["items"]}
    assert (found["environment.cleaned_monthly"]["n"], found["environment.cleaned_monthly"]["d"]) == (1, 9)


def test_the_same_key_gives_the_same_record_and_other_content_is_refused(caller: Callable[..., Any]) -> None:
    first = caller("POST", WHERE, CLEANUP, Idempotency_Key="k1")
    again = caller("POST", WHERE, CLEANUP, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 200) and first.json["id"] == again.json["id"]
    assert caller("POST", WHERE, CLEANUP | {"people": 9}, Idempotency_Key="k1").status_code == 422
    assert caller("POST", WHERE, CLEANUP, Idempotency_Key="").status_code == 400
    assert caller("POST", WHERE, CLEANUP, Idempotency_Key="k" * 256).status_code == 400
    assert caller("GET", WHERE).json["total"] == 1


def test_long_keys_that_begin_alike_are_two(caller: Callable[..., Any]) -> None:
    keys = ["k" * 250 + end for end in "ab"]
    first, second = (caller("POST", WHERE, CLEANUP, Idempotency_Key=k) for k in keys)
    assert first.json["id"] != second.json["id"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"people": "许多"}, "people"),
        ({"people": -1}, "people"),
        ({"held_on": "2030-01-01"}, "held_on"),
        ({"held_on": "2024-02-30"}, "held_on"),
        ({"complex_id": "没有的小区"}, "complex_id"),
        ({"complex_id": 99999}, "complex_id"),
        ({"spots": ["屋顶"]}, "spots"),
        ({"photos": ["stolen"]}, "photos"),
        ({"state": "checked"}, ""),
        ({"note": "‮txt"}, "note"),
    ],
)
def test_bad_values_are_named_by_field(caller: Callable[..., Any], changes: dict[str, Any], field: str) -> None:
    answer = caller("POST", WHERE, CLEANUP | changes)
    assert answer.status_code == 422
    assert field in [p["field"] for p in answer.json["problems"]]
    assert caller("GET", WHERE).json["total"] == 0


@pytest.mark.parametrize(("stated", "code"), [({}, 428), ({"If_Match": "abc"}, 422), ({"If_Match": "*"}, 422)])
def test_a_correction_says_what_it_is_based_on(caller: Callable[..., Any], stated: dict[str, str], code: int) -> None:
    where = f"{WHERE}/{caller('POST', WHERE, CLEANUP).json['id']}"
    assert caller("PATCH", where, {"people": 9}, **stated).status_code == code
    assert caller("GET", where).json["people"] == 8


@pytest.mark.parametrize("day", ["2024-11-21", "2020-01-01", "2024-02-30", "gestern"])
def test_a_day_without_figures_is_refused_not_answered_with_today(caller: Callable[..., Any], day: str) -> None:
    assert caller("GET", f"/api/v1/indicators?as_of={day}").status_code == 422
    assert caller("GET", f"/api/v1/indicators/environment.cleaned_monthly/units?as_of={day}").status_code == 422


def test_units_and_duties(caller: Callable[..., Any]) -> None:
    caller("POST", WHERE, CLEANUP)
    units = caller("GET", "/api/v1/indicators/environment.cleaned_monthly/units?as_of=2024-11-20").json["items"]
    assert (sum(u["n"] for u in units), sum(u["d"] for u in units)) == (1, 9)
    assert caller("GET", "/api/v1/indicators/no.such/units").status_code == 404
    assert caller("GET", "/api/v1/obligations?unit=complex/1").json["items"]
    assert caller("GET", "/api/v1/obligations?unit=1").status_code == 422


def test_what_is_answered_fits_the_document(caller: Callable[..., Any]) -> None:
    document = caller("GET", "/api/v1/openapi.json").json
    made = caller("POST", WHERE, CLEANUP).json
    Draft202012Validator(document["components"]["schemas"]["environment_cleanup"]).validate(made)
    routes = {r.rule.removeprefix("/api/v1") for r in caller.app.url_map.iter_rules() if r.endpoint.startswith("api.")}
    told = {re.sub("/(records|intake)/[^/{]+", r"/\1/<key>", p) for p in document["paths"]}
    said = {re.sub("<(?:int:)?(?:record_)?(\\w+)>", r"{\1}", r).replace("{key}/", "<key>/", 1) for r in routes}
    assert {r.replace("<key>", "{key}") for r in told} == {r.replace("<key>", "{key}") for r in said} - {
        "/openapi.json"
    }


def test_strangers_and_browsers_without_token_are_refused(client: Client) -> None:
    browser = client("b")
    assert browser.post(WHERE, json=CLEANUP).status_code == 400, "a signed-in browser needs the CSRF header"
    assert browser.application.test_client().get(WHERE).status_code == 401


def test_the_document_is_valid_openapi(caller: Callable[..., Any]) -> None:
    validate(caller("GET", "/api/v1/openapi.json").json)
