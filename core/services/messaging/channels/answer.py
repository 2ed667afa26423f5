"""What every channel has in common: what is sent, what a refusal is, and posting JSON and reading what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import URLError
from urllib.parse import quote, quote_plus
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, UnknownHandler

TIMEOUT_S = 10.0
LONGEST_ANSWER = 64 * 1024
LONGEST_LINK = 1000  # bytes; a longer one would take the place of the text, and cut it would lead astray
IN_ADDRESS = ":/?#[]@!$&'*+,;=%"  # all but brackets, which would end a link of markdown


@dataclass(frozen=True)
class Message:
    """``to``: an e-mail address, or a person's id or phone a robot calls by @; "" for nobody. ``link``: the whole web
    address to open, or ""."""

    title: str
    text: str
    link: str = ""
    to: str = ""

    @property
    def address(self) -> str:
        """``link`` fit to be clicked, or "": a path without a host leads nowhere from a chat or a letter."""
        found = quote(self.link, safe=IN_ADDRESS) if self.link.startswith(("https://", "http://")) else ""
        return found if len(found) <= LONGEST_LINK else ""


class Refused(Exception):
    """It was not taken. ``permanent``: trying again changes nothing. The text holds no address and no secret."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(text)


class Channel(Protocol):
    """One way out."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def group(self) -> bool: ...  # a whole chat group reads it

    def send(self, message: Message, now: datetime) -> str:
        """Hand it over; the receiver's own number for it, or "". Raises ``Refused``."""
        ...


@dataclass(frozen=True)
class Answer:
    """What came back: the status of HTTP and the JSON object, None if it is none."""

    status: int
    said: dict[str, Any] | None


def encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


def post(url: str, body: dict[str, Any], timeout: float = TIMEOUT_S) -> Answer:
    """The answer, whatever its status. ``Refused`` if there was none; then it may have arrived all the same."""
    request = Request(url, encoded(body), {"Content-Type": "application/json; charset=utf-8"})
    try:
        with _opener().open(request, timeout=timeout) as answer:
            status, data = answer.status, answer.read(LONGEST_ANSWER)
    except URLError as error:  # urllib wraps what happens until all is sent, and nothing after that
        raise Refused(f"连接不上对方：{type(error.reason).__name__}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(f"发出后没有得到答复，不知对方是否收到：{type(error).__name__}") from None
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):  # the second: thousands of open brackets
        said = None
    return Answer(status, said if isinstance(said, dict) else None)


def _opener() -> OpenerDirector:
    """For the web only. As nobody in it handles redirects or errors, an answer of any status comes back to be read."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), UnknownHandler()):
        opener.add_handler(handler)
    return opener


def cut(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes, cut between characters."""
    data = text.encode(errors="replace")
    if len(data) <= most:
        return text
    return data[: most - 6].decode(errors="ignore") + "……" if most >= 6 else ""


def masked(text: str, hidden: Iterable[str]) -> str:
    """``text`` in one line without what is ``hidden``, however it was quoted: a receiver may repeat what it was sent."""
    forms = {
        form for one in hidden if one for form in (one, quote(one, safe=""), quote_plus(one), json.dumps(one)[1:-1])
    }
    for form in sorted(forms, key=len, reverse=True):  # a part first would leave the rest of the whole
        text = text.replace(form, "***")
    return " ".join(text.split())
