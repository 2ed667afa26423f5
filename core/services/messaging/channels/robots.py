"""Robots of chat groups: 企业微信, 钉钉, 飞书. Each has its own signature, limit of length and words for a refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from core.services.messaging.channels.answer import TIMEOUT_S, Answer, Message, Refused, cut, encoded, masked, post

TITLE = 300  # bytes
TOKEN = 16  # a part of a path this long is a key, not a word (飞书)
PHONE = re.compile(r"1\d{10}")
PERSON = re.compile(r"(?!all$)[A-Za-z0-9_.\-]{1,64}")  # "all" would call everybody; an e-mail address calls nobody


@dataclass(frozen=True)
class Codes:
    """A robot's numbers in a body: the fields they stand in, with their words; those that pass, those that stay wrong.
    A number nobody knows is tried again: the outbox gives up by itself."""

    fields: Sequence[tuple[str, str]]
    passing: frozenset[int]
    wrong: frozenset[int]

    def judge(self, answer: Answer, hidden: Iterable[str]) -> None:
        """Raise ``Refused`` unless it was taken: status 200, and every number that is there is 0."""
        found = [(_number(answer.said[k]), w) for k, w in self.fields if k in answer.said] if answer.said else []
        number, words = next((one for one in found if one[0] != 0), (0, ""))
        if answer.status == 200 and (not found or number is None):
            raise Refused("对方的答复看不懂")
        if answer.status == 200 and number == 0:
            return
        busy = answer.status in (200, 429) or answer.status >= 500 or number in self.passing
        said = masked(str((answer.said or {}).get(words, "")), hidden)[:120]
        place = "" if answer.status == 200 else f"状态码 {answer.status}"
        what = "，".join(filter(None, (place, f"代码 {number}" if number else "")))
        raise Refused(f"对方拒收（{what}）：{said}".rstrip("："), permanent=number in self.wrong or not busy)


WECOM = Codes((("errcode", "errmsg"),), frozenset({-1, 45009}), frozenset({93000, 40058}))
DINGTALK = Codes((("errcode", "errmsg"),), frozenset({-1, 130101, 410100}), frozenset({300001, 310000}))
FEISHU = Codes(
    (("code", "msg"), ("StatusCode", "StatusMessage")),
    frozenset({9499, 11232}),  # they come under status 400 too
    frozenset({19001, 19021, 19022, 19024}),
)


@dataclass(frozen=True)
class WeCom:
    """企业微信群机器人: markdown of at most 4096 bytes. The address itself is the secret."""

    url: str = field(repr=False)
    timeout: float = TIMEOUT_S
    key = "wecom"
    label = "企业微信"
    group = True

    def send(self, message: Message, now: datetime) -> str:
        title, person = cut(message.title, TITLE), _person(message.to)
        body: dict[str, Any]
        if PHONE.fullmatch(person):  # markdown calls by id only
            end = f"\n{message.address}" if message.address else ""
            text = _ended(f"{title}\n{message.text}", end, 2048)
            body = {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": [person]}}
        else:
            end = (f"\n[打开]({message.address})" if message.address else "") + (f"\n<@{person}>" if person else "")
            body = {"msgtype": "markdown", "markdown": {"content": _ended(f"**{title}**\n{message.text}", end, 4096)}}
        WECOM.judge(post(self.url, body, self.timeout), _hidden(self.url))
        return ""


@dataclass(frozen=True)
class DingTalk:
    """钉钉群机器人: signed with the moment in milliseconds, in the query; the whole body has at most 20000 bytes."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    timeout: float = TIMEOUT_S
    key = "dingtalk"
    label = "钉钉"
    group = True

    def send(self, message: Message, now: datetime) -> str:
        url, title, person = self.url, cut(message.title, TITLE), _person(message.to)
        if self.secret:
            stamp = str(int(now.timestamp() * 1000))
            words = {"timestamp": stamp, "sign": _sign(self.secret, f"{stamp}\n{self.secret}")}
            url += ("&" if "?" in url else "?") + urlencode(words)
        end = f"\n\n[打开]({message.address})" if message.address else ""
        end += f"\n\n@{person}" if person else ""  # who is not in the text too is not called
        called = {"atMobiles" if PHONE.fullmatch(person) else "atUserIds": [person]} if person else {}

        def body(text: str) -> dict[str, Any]:
            said = {"title": title, "text": f"#### {title}\n\n{text}{end}"}
            return {"msgtype": "markdown", "markdown": said, "at": called}

        fitting = _fitting(body, "\n\n".join(message.text.splitlines()), 20_000)
        DINGTALK.judge(post(url, fitting, self.timeout), (*_hidden(url), self.secret))
        return ""


@dataclass(frozen=True)
class Feishu:
    """飞书群机器人: signed with the moment in seconds, in the body; the text is the key and nothing is signed. The whole
    body has at most 20000 bytes, which both limits that were ever published (20 and 30 KB) allow."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    timeout: float = TIMEOUT_S
    key = "feishu"
    label = "飞书"
    group = True

    def send(self, message: Message, now: datetime) -> str:
        title, person = cut(message.title, TITLE), _person(message.to)
        stamp = str(int(now.timestamp()))
        signed = {"timestamp": stamp, "sign": _sign(f"{stamp}\n{self.secret}", "")} if self.secret else {}
        end: list[list[dict[str, str]]] = []
        if message.address:
            end.append([{"tag": "a", "text": "打开", "href": message.address}])
        if person and not PHONE.fullmatch(person):  # a phone calls nobody here
            end.append([{"tag": "at", "user_id": person}])

        def body(text: str) -> dict[str, Any]:
            post_ = {"zh_cn": {"title": title, "content": [[{"tag": "text", "text": text}], *end]}}
            return {"msg_type": "post", "content": {"post": post_}} | signed

        hidden = (*_hidden(self.url), self.secret, signed.get("sign", ""))
        FEISHU.judge(post(self.url, _fitting(body, message.text, 20_000), self.timeout), hidden)
        return ""


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _number(value: object) -> int | None:
    """A number, or a short string of digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _person(to: str) -> str:
    return to if PERSON.fullmatch(to) else ""


def _hidden(url: str) -> Sequence[str]:
    """The address and what in it may be a key."""
    parts = urlsplit(url)
    keys = [value for _, value in parse_qsl(parts.query)] + [p for p in parts.path.split("/") if len(p) >= TOKEN]
    return (url, *keys)


def _ended(text: str, end: str, most: int) -> str:
    return cut(text, most - len(end.encode())) + end


def _fitting(body: Callable[[str], dict[str, Any]], text: str, most: int) -> dict[str, Any]:
    """The body with as much of ``text`` as fits ``most`` bytes of JSON, where a line's end or a quote counts twice."""
    room = len(text.encode(errors="replace"))
    while (size := len(encoded(body(cut(text, room))))) > most:
        room = min(room - 1, room * most // size)
    return body(cut(text, room))
