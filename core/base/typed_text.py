"""Text as people type, paste and send it: what no word has is refused or left out, full-width digits are digits. See kinds.py."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from core.base.say import Say

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
UNSEEN = re.compile(
    r"[\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff]|(?<=\w)\u200d|\u200d(?=\w)"
)  # no word has them; an emoji may


def plain_text(raw: Any) -> str:
    """Text as typed, trimmed and without what takes no room; numbers of a sheet without a needless ``.0``."""
    if type(raw) is str and raw.isprintable():  # nothing of what is looked for below is: most text ends here
        return raw.strip()
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, dict | list | tuple):
        raise ValueError(Say("请填写文字，不是列表或对象"))
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = UNSEEN.sub("", str(raw)).strip()
    if CONTROL.search(text):
        raise ValueError(Say("含有不可见的控制字符，请删除后重新输入"))
    return text


def half_width(raw: Any) -> str:
    """Digits and signs as ASCII: ``２０２４`` is 2024."""
    text = plain_text(raw)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
