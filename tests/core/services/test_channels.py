"""Each channel against a receiver on this machine that checks signature, age and size as the real one does."""

from __future__ import annotations

import base64
import hmac
import json
import socketserver
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.base.window import TZ
from core.services.messaging.channels import Channel, Message, Refused, configured

TOKEN, SECRET = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "SEC+9f/secret=="
TEXT = "梅山社区 3 项逾期 🚧\n第二行：请今天办理 👷‍♀️"
LINK = "https://sa.example.cn/r/environment.cleanup/1?q=(小区)"
SHOWN = "https://sa.example.cn/r/environment.cleanup/1?q=%28%E5%B0%8F%E5%8C%BA%29"
PATHS = {"wecom": "/send?key=", "dingtalk": "/send?access_token=", "feishu": "/hook/"}
LABELS = {"mail": "电子邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}
LETTER = Message("标题", TEXT, to="w@b.cn")
Serve = Callable[..., Any]
now = partial(datetime.now, TZ)


def mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


class Robot(ThreadingHTTPServer):
    """``reply``: answer this (status, body) whatever comes; ``hangs``: never answer."""

    def __init__(self, kind: str, reply: tuple[int, bytes] | None = None, hangs: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.kind, self.reply, self.hangs, self.repeats = kind, reply, hangs, ""
        self.got, self.paths = list[dict[str, Any]](), list[str]()

    def channel(self, secret: str = SECRET, token: str = TOKEN) -> Any:
        name, self.repeats = f"ACTIONS_{self.kind.upper()}", "" if self.kind == "wecom" else secret
        address = f"http://127.0.0.1:{self.server_port}{PATHS[self.kind]}{token}"
        return configured({f"{name}_URL": address, f"{name}_SECRET": secret})[self.kind]

    def answer(self, path: str, raw: bytes) -> tuple[int, bytes]:
        """What the service itself would say; a refusal repeats all it was sent."""
        body = json.loads(raw)
        if not (code := self.judge(path, body, len(raw))):
            self.got.append(body)
            return 200, b'{"StatusCode":0}' if self.kind == "feishu" else b'{"errcode":0,"errmsg":"ok"}'
        code_, words = ("code", "msg") if self.kind == "feishu" else ("errcode", "errmsg")
        return 200, json.dumps({code_: code, words: f"拒收 {path} {self.repeats}"}).encode()

    def judge(self, path: str, body: dict[str, Any], size: int) -> int:
        """0, or the number of what is wrong."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        if self.kind == "wecom":
            most = {"markdown": 4096, "text": 2048}[body["msgtype"]]
            fits = len(body[body["msgtype"]]["content"].encode()) <= most
            return 93000 if asked["key"] != TOKEN else 0 if fits else 40058
        stamp = (asked | body)["timestamp"]
        if self.kind == "dingtalk":
            signed = abs(time.time() - int(stamp) / 1000) < 3600 and asked["sign"] == mac(SECRET, f"{stamp}\n{SECRET}")
            return 300001 if asked["access_token"] != TOKEN else 310000 if not signed else 460101 * (size > 20_000)
        signed = abs(time.time() - int(stamp)) < 3600 and body["sign"] == mac(f"{stamp}\n{SECRET}", "")
        return 19001 if not path.endswith(TOKEN) else 19021 if not signed else 19036 * (size > 30 * 1024)


class _Post(BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        if self.server.hangs:
            self.rfile.read(1)  # until the other side goes away
            return
        status, answer = self.server.reply or self.server.answer(self.path, raw)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_args: Any) -> None: ...


class Post(socketserver.ThreadingTCPServer):
    """A mail server; ``says``: what it answers to a command instead of 250."""

    def __init__(self, **says: str) -> None:
        super().__init__(("127.0.0.1", 0), _Letters)
        self.says, self.got = says, list[tuple[str, str, Any]]()

    def channel(self, more: str = "", user: str = "") -> Channel:
        url = f"smtp://{user}127.0.0.1:{self.server_address[1]}?from=sa@example.cn{more}"
        return configured({"ACTIONS_SMTP_URL": url})["mail"]


class _Letters(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        heard: dict[str, str] = {}
        while (line := self.rfile.readline().decode(errors="replace").strip()) and "QUIT" not in heard:
            heard[word := line[:4].upper()] = line.partition("<")[2].partition(">")[0]
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.got.append((heard["MAIL"], heard["RCPT"], message_from_bytes(raw, policy=policy.default)))
            self.wfile.write(f"{self.server.says.get(word, '250 ok')}\r\n".encode())


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    started: list[socketserver.BaseServer] = []

    def start(server: socketserver.BaseServer) -> socketserver.BaseServer:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def refused(channel: Channel, message: Message = LETTER, when: datetime | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        channel.send(message, when or now())
    told = "".join(traceback.format_exception(caught.value)) + repr(channel)
    assert not [one for one in (TOKEN, SECRET) if one in told]
    return caught.value


@pytest.mark.parametrize("kind", PATHS)
def test_a_robot_takes_chinese_a_link_and_a_name(serve: Serve, kind: str) -> None:
    robot = serve(Robot(kind))
    assert robot.channel().send(Message("今日提醒 📋", TEXT, LINK, "zhang.san"), now()) == ""
    said = json.dumps(robot.got, ensure_ascii=False)
    assert all(part in said for part in ("今日提醒 📋", *TEXT.splitlines(), SHOWN, "zhang.san"))
    robot.channel().send(Message("标题", "正文", "/r/1", "a@b.cn"), now())
    assert "/r/1" not in (plain := json.dumps(robot.got[1])) and "a@b.cn" not in plain
    robot.channel().send(Message("标题", "正文", "", "13800000000"), now())
    assert kind == "feishu" or ': ["13800000000"]' in json.dumps(robot.got[2]), "a phone, where phones are known"


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("text", ["梅山🚧" * 9000, '"\n' * 20_000])
def test_a_long_text_is_cut_between_characters(serve: Serve, kind: str, text: str) -> None:
    robot = serve(Robot(kind))
    robot.channel().send(Message("长", text, LINK, "zhang"), now())
    said = json.dumps(robot.got, ensure_ascii=False)
    assert "……" in said and "\ufffd" not in said and SHOWN in said
    robot.channel().send(Message("长" * 9000, "", "https://a.cn/" + "b" * 1000, "13800000000"), now())


@pytest.mark.parametrize("kind", PATHS)
def test_a_wrong_key_or_signature_stays_wrong_and_is_not_told(serve: Serve, kind: str) -> None:
    robot = serve(Robot(kind))
    error = refused(robot.channel(token=TOKEN[::-1]))
    assert error.permanent and "拒收" in str(error) and TOKEN[::-1] not in str(error)
    if kind != "wecom":
        assert refused(robot.channel(secret="other")).permanent
        assert refused(robot.channel(), when=now() - timedelta(hours=2)).permanent
    robot.channel().send(LETTER, now() - timedelta(minutes=30))


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("status, body, permanent", [
    (500, b"", False), (429, b"", False), (503, b"<html>", False), (404, b"{}", True), (302, b"", True),
    (200, b"", False), (200, b"<html>", False), (200, b"[]", False), (200, b"{}", False), (200, b"\xff", False),
    (200, b"[" * 60_000, False), (200, b'{"errcode":null,"code":null}', False),
    (200, b'{"errcode":0,"code":0,"more":"' + b"x" * 70_000 + b'"}', False),
])  # fmt: skip
def test_what_is_no_yes_is_a_refusal(serve: Serve, kind: str, status: int, body: bytes, permanent: bool) -> None:
    robot = serve(Robot(kind, (status, body)))
    assert refused(robot.channel()).permanent is permanent and len(robot.paths) == 1, "a redirect is not followed"


@pytest.mark.parametrize("kind, fields, passing, wrong", [
    ("wecom", ["errcode"], [45009, "45009"], [93000, "93000"]),
    ("dingtalk", ["errcode"], [130101, 410100], [300001, 310000]),
    ("feishu", ["code", "StatusCode"], [9499, 11232], [19001, 19021]),
])  # fmt: skip
def test_numbers_of_the_services(serve: Serve, kind: str, fields: Any, passing: Any, wrong: Any) -> None:
    robot, words = serve(Robot(kind)), dict.fromkeys(("errmsg", "msg", "StatusMessage"), f"频率\n限制 {TOKEN}")
    for field, code, status in product(fields, passing + wrong, (200, 400)):
        robot.reply = status, json.dumps({field: code} | words).encode()
        error = refused(robot.channel())
        assert error.permanent is (code in wrong) and str(code) in str(error) and "频率 限制" in str(error)


@pytest.mark.parametrize("kind", PATHS)
def test_silence_and_a_closed_door_may_be_tried_again(serve: Serve, kind: str) -> None:
    silent, gone = serve(Robot(kind, hangs=True)), Robot(kind)
    gone.server_close()
    for robot, word in ((silent, "不知"), (gone, "连接不上")):
        error = refused(replace(robot.channel(), timeout=0.3))
        assert not error.permanent and word in str(error)


def test_a_letter_arrives_readable(serve: Serve) -> None:
    post = serve(Post(QUIT="451 a bad answer to QUIT changes nothing"))
    receipt = post.channel().send(Message("提醒\n📋", TEXT, LINK, "w@b.cn"), now())
    [(sender, to, letter)] = post.got
    assert (sender, to, letter["Subject"], letter["Message-ID"]) == ("sa@example.cn", "w@b.cn", "提醒 📋", receipt)
    assert (letter["From"], letter["To"]) == (sender, to)
    assert letter.get_content().replace("\r\n", "\n") == f"{TEXT}\n\n{SHOWN}\n"


def test_mail_that_is_refused_or_can_not_go(serve: Serve) -> None:
    for word, answer in product(("MAIL", "RCPT", "DATA"), ("550", "451")):
        error = refused(serve(Post(**{word: f"{answer} no"})).channel())
        assert error.permanent is (answer == "550") and answer in str(error)
    post = serve(Post())
    for to in ("", "nobody", "nobody@", "@", "a b@c.cn", "张@b.cn", "a@b.cn\r\nBcc: c@d.cn", "13800000000"):
        assert refused(post.channel(), replace(LETTER, to=to)).permanent, to
    for channel in (post.channel("&tls=starttls"), post.channel(user="u:SEC%2B9f%2Fsecret%3D%3D@")):
        assert refused(channel).permanent, "a server that knows neither"
    assert not refused(post.channel("&tls=ssl")).permanent and not post.got


def test_configuration_is_read_or_refused_by_name() -> None:
    assert configured({}) == {} == configured({"ACTIONS_WECOM_URL": "", "ACTIONS_FEISHU_SECRET": "x"})
    web = dict.fromkeys((f"ACTIONS_{kind.upper()}_URL" for kind in PATHS), f"https://a.cn/{TOKEN}")
    found = configured(web | {"ACTIONS_SMTP_URL": "smtps://u:p@mail.cn?from=a@b.cn"})
    assert {key: one.label for key, one in found.items()} == LABELS and TOKEN not in repr(found)
    mails = "x http://a.cn?from=a@b.cn smtp://a.cn smtp://a.cn:x?from=a@b.cn smtp://u:密@a.cn?from=a@b.cn"
    bad = [("ACTIONS_SMTP_URL", v) for v in f"{mails} smtp://a.cn?from=a@b.cn&tls=startls smtp://a.cn?from=a@".split()]
    webs = "a ftp://a.cn/ file:///etc https:///x https://a.cn:x/ https://u:p@a.cn/ https://a.cn/#b https://a.cn/汉"
    bad += [(name, value) for name in web for value in [*webs.split(), "https://a.cn/ b"]]
    for name, value in [*bad, ("ACTIONS_DINGTALK_SECRET", "a\n"), ("ACTIONS_FEISHU_SECRET", "密")]:
        with pytest.raises(ValueError, match=f"^{name} ") as caught:
            configured(web | {name: value})
        assert len(value) < 4 or value not in str(caught.value)
