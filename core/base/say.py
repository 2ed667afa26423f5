"""Messages that can be said in another language later: Chinese now, with the pattern and its values kept."""

from __future__ import annotations

from typing import Any


class Say(str):
    """A Chinese message that remembers its pattern. ``str(say)`` is Chinese; the web layer translates by ``msgid``.

    >>> Say("至少 {n} 项", n=2)
    '至少 2 项'
    """

    msgid: str
    values: dict[str, Any]

    def __new__(cls, msgid: str, **values: Any) -> Say:
        self = super().__new__(cls, msgid.format(**values) if values else msgid)
        self.msgid, self.values = msgid, values
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:  # type: ignore[override]
        return (self.msgid,), self.values
