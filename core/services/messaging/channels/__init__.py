"""Ways out besides the inbox: e-mail, WeCom, DingTalk and Feishu robots. A sender of our own, because it reads the answer:
a robot refuses with an error body under status 200 (measured; libraries.md).

``configured`` makes those the environment names. Secrets come from nowhere else and stand in no message of a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from core.services.messaging.channels.answer import Channel, Message, Refused
from core.services.messaging.channels.mail import Mail
from core.services.messaging.channels.robots import DingTalk, Feishu, WeCom

__all__ = ["Channel", "Message", "Refused", "configured"]


def configured(environ: Mapping[str, str]) -> dict[str, Channel]:
    """The channels of this installation by key. Raises ``ValueError`` naming the variable that can't be read."""
    found: list[Channel] = []
    if url := environ.get("ACTIONS_SMTP_URL"):
        found.append(Mail.read(url))
    if url := _web(environ, "ACTIONS_WECOM_URL"):
        found.append(WeCom(url))
    if url := _web(environ, "ACTIONS_DINGTALK_URL"):
        found.append(DingTalk(url, _secret(environ, "ACTIONS_DINGTALK_SECRET")))
    if url := _web(environ, "ACTIONS_FEISHU_URL"):
        found.append(Feishu(url, _secret(environ, "ACTIONS_FEISHU_SECRET")))
    return {one.key: one for one in found}


def _web(environ: Mapping[str, str], name: str) -> str:
    """A whole web address: what http.client would stumble over later, it would quote in its own words, token and all."""
    url = environ.get(name, "")
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.fragment
    except ValueError:
        good = False
    if url and not (good and "@" not in parts.netloc and _plain(url)):
        raise ValueError(f"{name} 应为完整的网址，以 https:// 或 http:// 开头，不含空格、汉字和 #")
    return url


def _secret(environ: Mapping[str, str], name: str) -> str:
    secret = environ.get(name, "")
    if not _plain(secret):
        raise ValueError(f"{name} 不应含空格、换行或汉字，请照机器人页面上的密钥填写")
    return secret


def _plain(text: str) -> bool:
    """One word of visible ASCII."""
    return text.isascii() and text.isprintable() and " " not in text
