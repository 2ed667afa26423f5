"""A request to an address somebody typed: resolved once, every address it stands for judged, and the connection made to just
that address, so that neither a name that changes its mind nor a redirection leads inside (A59). No proxy, no cookie, five
seconds for all of it, 64 KB of answer.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from core.services.messaging.channels import Refused

TIMEOUT_S = 5.0
LONGEST_ANSWER = 64 * 1024
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """Where to connect, and what to ask for there. ``address``: the one that was judged."""

    secure: bool
    host: str
    port: int
    path: str
    address: str


def target(url: str, *, private: bool) -> Target:
    """``url`` resolved and judged; ``private``: addresses inside are allowed. Raises ``Refused``."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Refused("网址看不懂", permanent=True) from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("https", "http") or not host or not plain or "@" in parts.netloc or parts.fragment:
        raise Refused("应为完整的网址，以 https:// 或 http:// 开头，不含账号、空格和 #", permanent=True)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("查不到这个域名") from None
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(public(ipaddress.ip_address(a.partition("%")[0])) for a in addresses):
        raise Refused("不能发往内网、本机或保留地址（确需时请设置 ACTIONS_WEBHOOK_PRIVATE=1）", permanent=True)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, addresses[0])


def public(ip: IP) -> bool:
    """Does it lie outside, whatever it is wrapped in?"""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
    return ip.is_global and not ip.is_multicast


def post(to: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and answer, whatever the status. Raises ``Refused`` if there was none in time or it was too long."""
    connection = _Connection(to)
    timer = Timer(TIMEOUT_S, connection.cut)  # a socket's own timeout is for each byte anew
    timer.start()
    try:
        connection.request("POST", to.path, body, {"Host": _host(to), "Connection": "close", **headers})
        with connection.getresponse() as answer:
            data = answer.read(LONGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        what = "没有及时答复" if connection.was_cut or isinstance(error, TimeoutError) else "连接不上或中断"
        raise Refused(f"{what}：{type(error).__name__}") from None
    finally:
        timer.cancel()
        connection.close()
    if connection.was_cut:
        raise Refused("没有及时答复")
    if len(data) > LONGEST_ANSWER:
        raise Refused(f"答复超过 {LONGEST_ANSWER // 1024} KB")
    return answer.status, data


def _host(to: Target) -> str:
    name = f"[{to.host}]" if ":" in to.host else to.host
    return name if to.port == (443 if to.secure else 80) else f"{name}:{to.port}"


class _Connection(http.client.HTTPConnection):
    """Connected to the judged address; a certificate is still asked for by name."""

    def __init__(self, to: Target) -> None:
        super().__init__(to.host, to.port, timeout=TIMEOUT_S)
        self._to, self.was_cut = to, False

    def connect(self) -> None:
        self.sock: Any = socket.create_connection((self._to.address, self._to.port), TIMEOUT_S)
        if self._to.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._to.host)

    def cut(self) -> None:
        self.was_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
