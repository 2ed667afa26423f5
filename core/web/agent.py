"""A browser in a few words, as its person would know it again: 微信 · Android, Chrome · Windows."""

from __future__ import annotations

from collections.abc import Sequence

BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def described(header: str) -> str:
    """``header``: what the browser says of itself; "" for one that is none of those we know."""
    return " · ".join(filter(None, (_first(BROWSERS, header), _first(MACHINES, header))))


def _first(known: Sequence[tuple[str, str]], header: str) -> str:
    return next((name for mark, name in known if mark in header), "")
