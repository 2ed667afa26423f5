"""Webhooks: told in the transaction, signed, tried again, given up visibly; never inside unless allowed (A59)."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from core.base.errors import Forbidden, Invalid
from core.cli import main
from core.services.exchange import outward, webhook_calls, webhooks
from core.services.exchange.webhooks import GIVEN_UP, SENT, WAITING, WebhookCall
from core.services.identity import accounts
from core.services.identity.accounts import real_now
from core.services.messaging.channels import Refused
from core.services.messaging.outbox import PAUSES
from core.services.operations.fault_row import FaultRow
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.reporting import editions
from core.services.scheduled import job_runs, own_jobs
from core.services.writing import many, records
from core.testing import START, at

KEY = "environment.cleanup"
CLEANUP = {
    "complex_id": 1,
    "held_on": "2024-11-18",
    "spots": ["出入口"],
    "people": 8,
    "photos": ["demo"],
    "note": "机密备注",
}


class Receiver:
    """A server on this machine that keeps what it got and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.headers, self.body, self.drip = 200, dict[str, str](), b"ok", 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # who asked may have gone
                    for piece in [bytes([b]) for b in receiver.body] if receiver.drip else [receiver.body]:
                        self.wfile.write(piece)
                        time.sleep(receiver.drip)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def inside(store: Platform) -> Platform:
    """A platform that may send to addresses inside, on each of the two stores."""
    return replace(store, config=replace(store.config, webhook_private=True))


def add(platform: Platform, url: str, *events: str, pattern: str = "*") -> str:
    with platform.work(SYSTEM_ACTOR, settle=False) as work:
        return webhooks.add(work, url, events, pattern, private=True)[1]


def save(platform: Platform, login: str = "b") -> int:
    with platform.work(SYSTEM_ACTOR) as work:
        work.actor = accounts.actor_of(work.session, account(work, login), work.today)
        return records.save(work, KEY, CLEANUP).record.id


def account(work: Any, login: str) -> accounts.Account:
    found: accounts.Account = work.session.scalars(
        select(accounts.Account).where(accounts.Account.login == login)
    ).one()
    return found


def calls(platform: Platform) -> list[tuple[str, str, int]]:
    with platform.reading() as work:
        rows = select(WebhookCall.event, WebhookCall.state, WebhookCall.attempts).order_by(WebhookCall.id)
        return [tuple(row) for row in work.session.execute(rows)]


def test_what_happened_arrives_signed_and_says_nothing_that_was_typed(inside: Platform, receiver: Receiver) -> None:
    secret = add(inside, receiver.url, webhooks.SAVED, webhooks.MOVED, webhooks.REMOVED, pattern="environment.*")
    record_id = save(inside)
    with inside.work(SYSTEM_ACTOR) as work:
        records.move(work, KEY, record_id, "check")
    assert webhook_calls.send(inside) == 2 and webhook_calls.send(inside) == 0
    (headers, body), (_, moved) = receiver.got
    signed = headers["X-Actions-Timestamp"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Actions-Signature"] == f"sha256={expected}"
    assert abs(int(headers["X-Actions-Timestamp"]) - time.time()) < 60
    told = json.loads(body)
    assert headers["X-Actions-Delivery"] == str(told["id"]) and "Cookie" not in headers
    assert told["event"] == "record.saved" and told["unit"] == {"kind": "complex", "id": 1}
    assert told["record"] == {"key": KEY, "id": record_id, "version": 1, "state": "submitted", "was": "", "step": ""}
    after = json.loads(moved)["record"]
    assert (after["state"], after["was"], after["step"], after["version"]) == ("checked", "submitted", "check", 2)
    assert "机密" not in body.decode() + moved.decode()


def test_only_what_was_asked_for_and_nothing_that_was_rolled_back(inside: Platform, receiver: Receiver) -> None:
    add(inside, receiver.url, webhooks.MOVED)
    add(inside, receiver.url, webhooks.SAVED, pattern="disputes.*")
    save(inside)
    assert calls(inside) == []
    add(inside, receiver.url, webhooks.SAVED, pattern=KEY)
    with pytest.raises(RuntimeError), inside.work(SYSTEM_ACTOR) as work:
        records.save(work, KEY, CLEANUP)
        raise RuntimeError
    assert calls(inside) == []
    with inside.work(SYSTEM_ACTOR) as work:  # as a sheet does
        done = many.save_many(work, KEY, [many.Entry(CLEANUP), many.Entry(CLEANUP | {"people": -1})])
    assert [isinstance(d, many.Done) for d in done] == [True, False] and len(calls(inside)) == 1
    with inside.work(SYSTEM_ACTOR, settle=False) as work:
        webhooks.end(work, 3)
    save(inside)
    assert len(calls(inside)) == 1 and webhook_calls.send(inside) == 0, "what waits for one that ended is not sent"


def test_editions_and_overdue_duties_are_told_once(inside: Platform, receiver: Receiver) -> None:
    with inside.work(now=at(START, 9), settle=False) as work:
        webhooks.add(work, receiver.url, [webhooks.ISSUED, webhooks.OVERDUE], private=True)
    with inside.work(SYSTEM_ACTOR) as work:
        editions.issue(work, date(2024, 11, 19))
    job = next(j for j in job_runs.OWN.values() if j.run is own_jobs.tell_overdue)
    now = at(date(2024, 11, 20), 12)
    for minute in (5, 6):
        done = job_runs.run_at(inside, job, now.replace(minute=minute), now=now.replace(minute=minute))
        assert done is not None and done.state == job_runs.DONE, done
    told = [event for event, _, _ in calls(inside)]
    with inside.reading(now=now) as work:
        late = webhooks.Obligation
        rows = select(late.id).where(late.done_at.is_(None), late.due_at < now)
        owed = len(work.session.scalars(rows).all())
    assert told.count("edition.issued") == 1 and told.count("obligation.overdue") == owed > 0


def test_a_refusal_is_tried_again_then_given_up_and_seen(inside: Platform, receiver: Receiver) -> None:
    add(inside, receiver.url, webhooks.SAVED)
    save(inside)
    save(inside)
    receiver.status, now = 503, real_now()
    assert webhook_calls.send(inside, now) == 0 and len(receiver.got) == 1, "the second is not tried in vain too"
    assert webhook_calls.send(inside, now + timedelta(seconds=30)) == 0
    for _ in range(2 * len(PAUSES) + 2):
        now += timedelta(hours=9)
        webhook_calls.send(inside, now)
    assert {row[1:] for row in calls(inside)} == {(GIVEN_UP, len(PAUSES) + 1)}
    with inside.reading() as work:
        assert "503" in work.session.scalars(select(FaultRow.what).where(FaultRow.place == "webhook:1")).one()
    receiver.status = 204
    save(inside)
    assert webhook_calls.send(inside) == 1
    with inside.reading() as work:
        assert not work.session.scalars(select(FaultRow.what).where(FaultRow.place == "webhook:1")).all()


def test_a_call_whose_sender_died_is_sent_again_under_its_number(inside: Platform, receiver: Receiver) -> None:
    add(inside, receiver.url, webhooks.SAVED)
    save(inside)
    now = real_now()
    webhook_calls.send(inside, now)
    with inside.work(settle=False) as work:  # as if it had died before noting that it was taken
        work.session.execute(update(WebhookCall).values(state=WAITING, next_at=now + webhook_calls.LEASE))
    assert webhook_calls.send(inside, now + timedelta(seconds=30)) == 0
    assert webhook_calls.send(inside, now + webhook_calls.LEASE) == 1
    assert len({h["X-Actions-Delivery"] for h, _ in receiver.got}) == 1 < len(receiver.got)
    assert [row[1] for row in calls(inside)] == [SENT]


INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1:8080/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_inside_are_refused(platform: Platform, url: str) -> None:
    with pytest.raises(Refused, match="内网"):
        outward.target(url, private=False)
    with pytest.raises(Invalid), platform.work(SYSTEM_ACTOR, settle=False) as work:
        webhooks.add(work, url, [webhooks.SAVED])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.cn/",
        "file:///etc/passwd",
        "http://u:p@a.cn/",
        "http:///x",
        "http://a.cn/#x",
        "http://a.cn:99999/",
        "http://a b/",
        "gopher",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        outward.target(url, private=True)


def test_an_address_outside_passes() -> None:
    assert outward.target("https://203.0.114.9:8443/a?b=c", private=False) == outward.Target(
        True, "203.0.114.9", 8443, "/a?b=c", "203.0.114.9"
    )


def test_a_name_of_which_one_address_lies_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (a, 80)) for a in ("203.0.114.9", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused, match="内网"):
        outward.target("http://two.example/", private=False)


def test_a_name_that_changes_its_mind_changes_nothing(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """Outside when it is judged, inside when it is used (DNS rebinding): the connection goes where it was judged."""
    asked: list[str] = []
    reached: list[Any] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> Any:
        asked.append(host)
        return [(0, 0, 0, "", ("203.0.114.9" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address: Any, *_: Any, **__: Any) -> Any:
        reached.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Refused):
        webhook_calls.call(
            f"http://turn.example:{receiver.server.server_port}/", "s", {}, 1, "test", real_now(), private=False
        )
    assert asked == ["turn.example"] and reached == [("203.0.114.9", receiver.server.server_port)]
    assert receiver.got == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_led_elsewhere(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    with pytest.raises(Refused, match=str(status)):
        webhook_calls.call(receiver.url, "s", {}, 1, "test", real_now(), private=True)
    assert len(receiver.got) == 1


def test_an_answer_that_never_ends_is_cut(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.body = b"x" * (outward.LONGEST_ANSWER + 1)
    with pytest.raises(Refused, match="64 KB"):
        outward.post(outward.target(receiver.url, private=True), b"{}", {})
    monkeypatch.setattr(outward, "TIMEOUT_S", 0.5)
    receiver.body, receiver.drip = b"x" * 20, 0.1  # each byte in time, the whole never
    with pytest.raises(Refused, match="没有及时答复"):
        outward.post(outward.target(receiver.url, private=True), b"{}", {})


def test_who_may_not_and_what_is_wrong(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, settle=False) as work:
        work.actor = accounts.actor_of(work.session, account(work, "b"), work.today)
        with pytest.raises(Forbidden):
            webhooks.add(work, "http://203.0.114.9/", [webhooks.SAVED])
    for events, pattern, field in (([], "*", "event"), (["record.read"], "*", "event"), ([webhooks.SAVED], "", "key")):
        with pytest.raises(Invalid) as error, platform.work(SYSTEM_ACTOR, settle=False) as work:
            webhooks.add(work, "http://203.0.114.9/", events, pattern)
        assert [p.field for p in error.value.problems] == [field]


def test_the_commands(platform: Platform, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(platform.config.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", platform.config.database_url)
    monkeypatch.setenv("ACTIONS_SECRET_KEY", "only-for-tests-q8Zr")
    run = CliRunner().invoke
    add_it = ["webhook", "add", receiver.url, "--event", "record.saved", "--key", "environment.*"]
    assert "内网" in run(main, add_it).output
    monkeypatch.setenv("ACTIONS_WEBHOOK_PRIVATE", "1")
    number, secret = run(main, add_it).output.strip().split("\t")
    assert run(main, ["webhook", "test", number]).exit_code == 0 and len(receiver.got) == 1
    listed = run(main, ["webhook", "list"]).output
    assert receiver.url in listed and "environment.*" in listed and secret not in listed
    receiver.status = 500
    assert "500" in run(main, ["webhook", "test", number]).output
    assert run(main, ["webhook", "end", number]).exit_code == 0
    assert "已停止" in run(main, ["webhook", "list"]).output
    with platform.db.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT secret FROM webhook").scalar_one()
    assert secret not in kept
