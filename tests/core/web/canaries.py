"""Fifty invented people whose names and numbers stand nowhere else: planted through the pages, then looked for (G30, G31)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.base.codes import ID_WEIGHTS

MANY = 50
GUARD, COMPLAINT = "security_guards.guard", "disputes.complaint"


@dataclass(frozen=True)
class Person:
    name: str
    number: str
    phone: str

    @property
    def marks(self) -> tuple[str, str, str]:
        return self.name, self.number, self.phone


def people() -> Iterator[Person]:
    for n in range(MANY):
        stem = f"99999919{80 + n % 20}{1 + n % 12:02d}{1 + n % 28:02d}{700 + n}"
        check = "10X98765432"[sum(int(c) * w for c, w in zip(stem, ID_WEIGHTS, strict=False)) % 11]
        yield Person("谌翀" + chr(0x6F00 + n) + chr(0x7300 + n), stem + check, f"1997700{n:04d}")


PEOPLE = tuple(people())


def leaked(content: bytes | str) -> list[str]:
    """The marks of anybody that stand in ``content`` in clear, however the text is written."""
    raw = content.encode() if isinstance(content, str) else content
    found = []
    for mark in (m for person in PEOPLE for m in person.marks):
        escaped = mark.encode("ascii", "backslashreplace")
        if mark.encode() in raw or escaped in raw or mark.encode("utf-16-le") in raw:
            found.append(mark)
    return found


def raws(place: int, person: Person) -> dict[str, dict[str, Any]]:
    """What is reported of one person: a guard, and a complaint with the story in it."""
    guard = {
        "complex_id": "示例小区02",
        "since": "2024-11-10",
        "post_no": f"岗{place}",
        "birth_year": int(person.number[6:10]),
    }
    complaint = {
        "complex_id": "示例小区02",
        "received_at": f"2024-11-{9 + place % 10:02d}T08:00",
        "channel": "12345",
        "category": "其他",
        "is_property": "是",
        "complexity": "复杂",
        "statutory": "否",
        "summary": f"第{place}件",
        "content": f"{person.name}（{person.number}）说电话{person.phone}打不通",
        "petitioner": person.name,
        "phone": person.phone,
    }
    return {GUARD: guard | {"name": person.name, "number": person.number}, COMPLAINT: complaint}


def plant(browser: Any) -> list[str]:
    """Report everybody through the pages; where each answer led."""
    led = []
    for place, person in enumerate(PEOPLE):
        for key, raw in raws(place, person).items():
            page = browser.get(f"/r/{key}/new").get_data(as_text=True)
            token = html.unescape(re.findall(r'name="csrf_token" value="([^"]*)"', page)[0])
            sent = {f"f_{name}": str(value) for name, value in raw.items()}
            answer = browser.post(f"/r/{key}/new", data=sent | {"csrf_token": token, "reason": "确属实情"})
            assert answer.status_code == 302, re.findall(r'class="invalid">([^<]*)', answer.get_data(as_text=True))
            led.append(answer.headers["Location"])
    return led
