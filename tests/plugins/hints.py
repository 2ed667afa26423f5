"""What pure chance would hardly hit: values of one form that must agree with each other. Most of the time only, so that
the door is tried with the others too."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

Values = dict[str, Any]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(chance: random.Random) -> str:
    """A number of nobody (region 999999) whose check digit is right."""
    body = f"999999{chance.randint(1960, 2000)}0101{chance.randint(0, 999):03d}"
    total = sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def guard(values: Values, chance: random.Random) -> Values:
    number = values.get("number") or id_number(chance)
    year = int(number[6:10])
    return {
        "number": number,
        "birth_year": year,
        "education": "高中或中专",
        "healthy": True,
        "certified_on": values["since"],
    }


def deduction(values: Values, chance: random.Random) -> Values:
    return {"item_id": None, "rating": None, "source": None, "photos": ["demo"], "category": "保洁", "points": 45}


def committee(values: Values, chance: random.Random) -> Values:
    fit = {"seats": 7, "ended_on": None, "first_met_on": None, "ends_on": date(2027, 1, 1)}
    return fit | {"filed_on": values["started_on"], "nature": chance.choice(("新组建", "存续", "存续"))}


def member(values: Values, chance: random.Random) -> Values:
    return {"candidate_id": None, "until_on": None}


HINTS: dict[str, Callable[[Values, random.Random], Values]] = {
    "security_guards.guard": guard,
    "market_order.deduction": deduction,
    "self_governance.committee": committee,
    "self_governance.member": member,
}
