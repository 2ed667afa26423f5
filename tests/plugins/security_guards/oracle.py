"""What the figures and duties of security_guards should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.window import TZ


def _on_post(estate: Any, day: date) -> list[dict[str, Any]]:
    rows = [g for g in estate.rows("security_guards.guard") if g["counts"] and g["since"] <= day]
    return [g for g in rows if g["until"] is None or g["until"] >= day]


def _share(estate: Any, day: date, name: str) -> dict[int, tuple[int, int]]:
    out: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in _on_post(estate, day):
        out[one["complex_id"]][0] += one[name] is not None and one[name] <= day
        out[one["complex_id"]][1] += 1
    return {unit: (n, d) for unit, (n, d) in out.items()}


def filed(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    return _share(estate, window.day, "filed_on")


def trained(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    return _share(estate, window.day, "trained_on")


def certified(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    return _share(estate, window.day, "certified_on")


def uniformed(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in estate.rows("security_guards.inspection"):
        if one["counts"] and one["inspected_on"] <= window.day:
            out[one["complex_id"]][0] += one["uniformed"]
            out[one["complex_id"]][1] += 1
    return {unit: (n, d) for unit, (n, d) in out.items()}


def officer_linked(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    linked = {
        p["complex_id"]
        for p in estate.rows("security_guards.police_link")
        if p["counts"] and p["since"] <= window.day and (p["until"] is None or p["until"] >= window.day)
    }
    return {c["id"]: (int(c["id"] in linked), 1) for c in estate.complexes(window.day)}


def officer(estate: Any, window: Any) -> dict[int, date | None]:
    out: dict[int, date | None] = {}
    for one in estate.complexes(window.day):
        days = [
            p["since"]
            for p in estate.rows("security_guards.police_link")
            if p["counts"] and p["complex_id"] == one["id"] and p["since"] <= window.day
        ]
        out[one["id"]] = min(days, default=None)
    return out


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(0, 0), TZ)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TZ)


def filing(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
    out = {}
    for one in estate.rows("security_guards.guard"):
        if one["counts"]:
            start = max(one["since"], date(2024, 11, 8))
            done = min((d for d in (one["filed_on"], one["until"]) if d), default=None)
            out[one["id"]] = (_midnight(start), _end(start + timedelta(days=30)), _midnight(done))
    return out


def training(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
    out = {}
    for one in estate.rows("security_guards.guard"):
        if one["counts"]:
            term = max(date(2025, 6, 30), one["since"] + timedelta(days=90))
            done = min((d for d in (one["trained_on"], one["until"]) if d), default=None)
            out[one["id"]] = (_midnight(one["since"]), _end(term), _midnight(done))
    return out


INDICATORS = {
    "security_guards.filed": filed,
    "security_guards.trained": trained,
    "security_guards.certified": certified,
    "security_guards.uniformed": uniformed,
    "security_guards.officer_linked": officer_linked,
}
DEADLINES = {"security_guards.officer": officer}
CLOCKS = {"security_guards.filing": filing, "security_guards.training": training}
