"""What other systems report: one item a key, refusals by field, how it stands for the sender alone (A44-A50)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.app import create_app
from core.services.audit.journal import JournalEntry
from core.services.campaign import setting_changes
from core.services.exchange import tokens
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.owing.duties import of_unit, owed_by
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records

WHERE = "/api/v1/intake/disputes.complaints"
RECORD = "disputes.complaint"
COMPLAINT = {
    "complex_id": "示例小区01",
    "channel": "网格+/晋江网格服务",
    "order_no": "WG-20241120-7",
    "category": "环境卫生",
    "summary": "楼道堆物多日未清",
    "content": "3号楼二单元一至三层楼道堆放杂物，已反映两次。",
    "phone": "13800000000",
    "place": [118.58, 24.73],
}
Call = Callable[..., Any]


def caller(platform: Platform, login: str, **more: Any) -> Call:
    """What an outside system with an account and a token of its own sends."""
    app = create_app(platform=platform)
    with platform.work(SYSTEM_ACTOR) as work:
        if work.session.scalar(select(Account.id).where(Account.login == login)) is None:
            office = work.session.scalars(select(Account.department_id).where(Account.login == "office")).one()
            accounts.add(work, login, login, "department", department_id=office)
        token = tokens.issue(work, login, login, ["intake:disputes.complaints"], **more)

    def call(body: Any = None, path: str = WHERE, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or uuid4().hex}
        return app.test_client().open(path, method="GET" if body is None else "POST", json=body, headers=headers)

    return call


@pytest.fixture
def program(store: Platform) -> Call:
    return caller(store, "program")


def test_a_report_becomes_a_complaint_and_is_followed(program: Call, store: Platform) -> None:
    made = program(COMPLAINT)
    assert made.status_code == 201 and made.json["state"] == "received" and made.json["label"]
    where = f"{WHERE}/{made.json['receipt']}"
    assert program(path=where).json == made.json
    with store.work(SYSTEM_ACTOR) as work:
        record: Any = work.session.scalars(select(work.catalog.records[RECORD])).one()
        assert (record.channel, record.order_no, record.complexity) == ("网格+/晋江网格服务", "WG-20241120-7", "简单")
        assert record.created_by == "program" and record.due_on == work.today, "the clock runs from receipt"
        owed = {d.deadline.key for d in owed_by(work, of_unit("complex", record.complex_id), work.today)}
        assert any(key.startswith("disputes.") for key in owed)
        lines = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == RECORD)).all()
        assert [(line.verb, line.source) for line in lines] == [("create", "api")]
        assert "13800000000" not in repr([line.changes for line in lines])
        records.move(work, RECORD, record.id, "sort_simple")
    told = program(path=where).json
    assert told["state"] == "simple" != made.json["state"]
    assert not {"phone", "content", "petitioner"} & set(told)


def test_twenty_at_once_make_one(program: Call, store: Platform) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: program(COMPLAINT, key="k1"), range(20)))
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 19}
    assert len({a.json["receipt"] for a in answers}) == 1
    assert program(COMPLAINT | {"people": 3}, key="k1").status_code == 422
    with store.reading() as work:
        assert len(work.session.scalars(select(work.catalog.records[RECORD])).all()) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"complex_id": "没有的小区"}, "complex_id"),
        ({"complex_id": 99999}, "complex_id"),
        ({"complex_id": None}, "complex_id"),
        ({"received_at": "2024-11-20T13:00:00+08:00"}, "received_at"),
        ({"received_at": "2030-01-01T08:00:00+08:00"}, "received_at"),
        ({"received_at": "昨天"}, "received_at"),
        ({"place": [0, 0]}, "place"),
        ({"place": [118.58, 91]}, "place"),
        ({"place": "118.58,24.73"}, "place"),
        ({"place": [True, 24.73]}, "place"),
        ({"photos": ["x"] * 50}, "photos"),
        ({"state": "closed"}, "state"),
        ({"closed_at": "2024-11-20T08:00:00+08:00"}, "closed_at"),
        ({"category": "别的"}, "category"),
        ({"content": "长" * 5001}, "content"),
    ],
)
def test_what_can_not_be_is_refused_by_field(client: Any, changes: dict[str, Any], field: str) -> None:
    platform = client("office").platform
    noon = f"2024-11-20T12:00+08:00@{time.time():.0f}*1"
    platform = replace(platform, config=replace(platform.config, clock=noon))
    with platform.work(SYSTEM_ACTOR) as work:
        setting_changes.change(work, "disputes.intake_area", "118.40，24.50，118.70，24.90", "试点街道")
    answer = caller(platform, "program")(COMPLAINT | changes)
    assert answer.status_code == 422 and field in [p["field"] for p in answer.json["problems"]], answer.json
    with platform.reading() as work:
        assert not work.session.scalars(select(work.catalog.records[RECORD])).all()


def test_nobody_else_learns_how_it_stands(client: Any) -> None:
    platform = client("office").platform
    mine, other = caller(platform, "program"), caller(platform, "grid")
    where = f"{WHERE}/{mine(COMPLAINT).json['receipt']}"
    assert mine(path=where).status_code == 200
    assert other(path=where).status_code == mine(path=f"{WHERE}/20241120-AAAAAAAAAA").status_code == 404
    assert mine(path="/api/v1/intake/no.such/20241120-AAAAAAAAAA").status_code in (403, 404)
    renewed = caller(platform, "program")
    assert renewed(path=where).status_code == 200, "a new token is the same sender"


def test_a_channel_opens_nothing_else_and_a_flood_slows_nobody(client: Any) -> None:
    browser = client("office")
    flood, calm = caller(browser.platform, "program", per_minute=5), caller(browser.platform, "grid")
    assert flood(path="/api/v1/records/disputes.complaint").status_code == 403
    assert flood(COMPLAINT, path="/api/v1/records/disputes.complaint").status_code == 403
    assert [flood(COMPLAINT | {"order_no": f"WG-{n}"}).status_code for n in range(1, 6)] == [201, 201, 201, 429, 429]
    assert calm(COMPLAINT).status_code == 201
    assert browser.get(f"{WHERE}/20241120-AAAAAAAAAA").status_code == 403
