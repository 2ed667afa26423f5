"""What the figures and duties of environment should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.window import TZ

MANAGED = ("专业物业", "打包委托")
SPOTS = {"出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"}
MARKS = ("waste", "roads", "facilities", "lights")


def _rows(estate: Any, name: str) -> list[dict[str, Any]]:
    return [r for r in estate.rows(f"environment.{name}") if r["counts"]]


def _fallback(estate: Any, day: date) -> set[int]:
    """Complexes whose fallback in force on the day has everything demanded."""
    wanted = set(estate.setting("environment.fallback_services"))
    return {
        r["complex_id"]
        for r in _rows(estate, "fallback")
        if r["started_on"] <= day and (r["ended_on"] is None or r["ended_on"] >= day) and wanted <= set(r["services"])
    }


def _cleanups(estate: Any, window: Any, *, whole: bool) -> dict[int, list[date]]:
    out: dict[int, list[date]] = {}
    for one in _rows(estate, "cleanup"):
        if window.start <= one["held_on"] <= window.day and (not whole or set(one["spots"]) >= SPOTS):
            out.setdefault(one["complex_id"], []).append(one["held_on"])
    return out


def serviced(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    helped = _fallback(estate, window.day)
    found = estate.complexes(window.day)
    return {c["id"]: (int(c["service"] in MANAGED or c["id"] in helped), 1) for c in found}


def first_cleanup_done(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    done = _cleanups(estate, window, whole=True)
    return {c["id"]: (int(c["id"] in done), 1) for c in estate.managed(window.start)}


def cleaned_monthly(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    done = _cleanups(estate, window, whole=False)
    return {c["id"]: (int(c["id"] in done), 1) for c in estate.managed(window.start)}


def criteria_passed(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    """Of those inspected in the month, the latest inspection counts."""
    latest: dict[int, dict[str, Any]] = {}
    for one in sorted(_rows(estate, "inspection"), key=lambda r: (r["inspected_on"], r["id"])):
        if window.start <= one["inspected_on"] <= window.day:
            latest[one["complex_id"]] = one
    return {unit: (int(all(one[m] for m in MARKS)), 1) for unit, one in latest.items()}


def shortboards_closed(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for one in _rows(estate, "shortboard"):
        if one["found_on"] <= window.day:
            n, d = out.get(one["complex_id"], (0, 0))
            closed = one["closed_on"] is not None and one["closed_on"] <= window.day
            out[one["complex_id"]] = (n + closed, d + 1)
    return out


def fallback_covered(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    helped = _fallback(estate, window.day)
    bare = [c for c in estate.complexes(window.day) if c["service"] not in MANAGED]
    return {c["id"]: (int(c["id"] in helped), 1) for c in bare}


def first_cleanup(estate: Any, window: Any) -> dict[int, date | None]:
    done = _cleanups(estate, window, whole=True)
    return {c["id"]: min(done.get(c["id"], ()), default=None) for c in estate.managed(window.start)}


def monthly_cleanup(estate: Any, window: Any) -> dict[int, date | None]:
    done = _cleanups(estate, window, whole=False)
    return {c["id"]: min(done.get(c["id"], ()), default=None) for c in estate.managed(window.start)}


def fallback(estate: Any, window: Any) -> dict[int, date | None]:
    wanted = set(estate.setting("environment.fallback_services"))
    out: dict[int, date | None] = {}
    for one in estate.complexes(window.day):
        if one["service"] not in MANAGED:
            days = [
                r["started_on"]
                for r in _rows(estate, "fallback")
                if r["complex_id"] == one["id"] and r["started_on"] <= window.day and wanted <= set(r["services"])
            ]
            out[one["id"]] = min(days, default=None)
    return out


def shortboard(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
    """Due on the stated day, else fifteen days after it was found."""
    out = {}
    for one in _rows(estate, "shortboard"):
        due = one["limit_on"] or one["found_on"] + timedelta(days=15)
        out[one["id"]] = (
            _at(one["found_on"], time(0, 0)),
            _at(due, time(23, 59, 59)),
            _at(one["closed_on"], time(0, 0)),
        )
    return out


def _at(day: date | None, hour: time) -> datetime | None:
    return None if day is None else datetime.combine(day, hour, TZ)


INDICATORS = {
    "environment.serviced": serviced,
    "environment.first_cleanup_done": first_cleanup_done,
    "environment.cleaned_monthly": cleaned_monthly,
    "environment.criteria_passed": criteria_passed,
    "environment.shortboards_closed": shortboards_closed,
    "environment.fallback_covered": fallback_covered,
}
DEADLINES = {
    "environment.first_cleanup": first_cleanup,
    "environment.monthly_cleanup": monthly_cleanup,
    "environment.fallback": fallback,
}
CLOCKS = {"environment.shortboard": shortboard}
