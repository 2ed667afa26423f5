"""Breaking a long title into lines of about one length, at a place where the words allow it (GB/T 9704-2012, 7.3.1:
回行时词意完整，排列对称，长短适宜). Without it the last word of 综合情况报告 hangs alone on a second line."""

from __future__ import annotations

import re
import unicodedata

OPENING, CLOSING = "（〔《“(", "）〕》”)，、。：；"
GOOD = re.compile(
    r"(?<=[的、”》])|(?<=关于)|(?<=专项行动)|(?<=领导小组)|(?<=服务)|(?<=月)|(?=精细化)|(?=考评)|(?=（)|(?=品质)|(?=提升)|(?=综合)|(?=情况)|(?=工作)|(?=报告)|(?=通报)|(?=通知)"
)


def broken(title: str, room: float) -> list[str]:
    """The title's lines; ``room`` is how many characters one line holds."""
    width = _width(title)
    count = int(-(-width // room))
    if count <= 1:
        return [title]
    lines, rest = [], title
    for left in range(count, 1, -1):
        at = _best(rest, _width(rest) / left, room)
        lines.append(rest[:at])
        rest = rest[at:]
    return [*lines, rest]


def _best(text: str, ideal: float, room: float) -> int:
    """The place nearest to the ideal length, with a liking for places between words; never inside brackets or a number."""
    good = {m.start() for m in GOOD.finditer(text)}
    depth, best, cost = 0, 0, float("inf")
    for i in range(1, len(text)):
        depth += (text[i - 1] in OPENING) - (text[i - 1] in "）〕》”)")
        if depth > 0 or text[i] in CLOSING or text[i - 1 : i + 1].isascii() or _width(text[:i]) > room:
            continue
        here = abs(_width(text[:i]) - ideal) - (4 if i in good else 0)
        if here < cost:
            best, cost = i, here
    return best or min(len(text) - 1, int(room))


def _width(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)
