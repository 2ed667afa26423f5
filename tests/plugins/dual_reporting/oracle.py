"""What the figures and duties of dual_reporting should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.window import TZ

ALL = "全部社区和小区"


def _organs(estate: Any) -> list[int]:
    return [d["id"] for d in estate.units("department") if d["category"] == "市直单位"]


def _counted(estate: Any, key: str) -> list[dict[str, Any]]:
    return [r for r in estate.rows(f"dual_reporting.{key}") if r["counts"]]


def _involved(estate: Any, window: Any, field: str, everybody: list[int]) -> list[int]:
    if estate.setting("dual_reporting.involved") == ALL:
        return everybody
    named = set()
    for link in _counted(estate, "organ_link"):
        if link["since"] <= window.day and (link["until"] is None or link["until"] >= window.start):
            named |= set(link[field] or ())
    return [u for u in everybody if u in named]


def _communities(estate: Any, window: Any) -> list[int]:
    return _involved(estate, window, "communities", [c["id"] for c in estate.units("community")])


def _complexes(estate: Any, window: Any) -> list[int]:
    return _involved(estate, window, "complexes", [c["id"] for c in estate.complexes(window.day)])


def _told(estate: Any, day: date) -> dict[int, set[tuple[date, int]]]:
    """By organ: the (day, complex) pairs of its activities, however often told."""
    out: dict[int, set[tuple[date, int]]] = {}
    for one in _counted(estate, "activity"):
        if one["held_on"] <= day:
            out.setdefault(one["department_id"], set()).add((one["held_on"], one["home_id"]))
    for one in _counted(estate, "complex_event"):
        if one["held_on"] <= day:
            for organ in one["organs"]:
                out.setdefault(organ, set()).add((one["held_on"], one["complex_id"]))
    return out


def lists_made(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    made = {r["department_id"] for r in _counted(estate, "project_list") if r["made_on"] <= window.day}
    return {organ: (int(organ in made), 1) for organ in _organs(estate)}


def activities_held(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    told = _told(estate, window.day)
    return {organ: (int(len(told.get(organ, ())) >= 2), 1) for organ in _organs(estate)}


def _needs(estate: Any, window: Any, kind: str) -> dict[int, list[date]]:
    out: dict[int, list[date]] = {}
    for one in _counted(estate, f"{kind}_need"):
        if window.start <= one["month"] <= window.day and one["published_on"] <= window.day:
            out.setdefault(one[f"{kind}_id"], []).append(one["published_on"])
    return out


def _events(estate: Any, window: Any, kind: str) -> dict[int, list[date]]:
    out: dict[int, list[date]] = {}
    rows = [(r[f"{kind}_id"], r["held_on"]) for r in _counted(estate, f"{kind}_event")]
    if kind == "complex":
        rows += [(r["home_id"], r["held_on"]) for r in _counted(estate, "activity")]
    for unit, held in rows:
        if window.start <= held <= window.day:
            out.setdefault(unit, []).append(held)
    return out


def _share(of: Callable[..., list[int]], by: Callable[..., Any], kind: str) -> Callable[..., Any]:
    def measure(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
        found = by(estate, window, kind)
        return {unit: (int(unit in found), 1) for unit in of(estate, window)}

    return measure


def _duty(of: Callable[..., list[int]], by: Callable[..., Any], kind: str) -> Callable[..., Any]:
    def owed(estate: Any, window: Any) -> dict[int, date | None]:
        found = by(estate, window, kind)
        return {unit: min(found.get(unit, ()), default=None) for unit in of(estate, window)}

    return owed


def cadres_reported(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for one in _counted(estate, "cadre"):
        if one["known_on"] <= window.day:
            n, d = out.get(one["complex_id"], (0, 0))
            came = one["reported_on"] is not None and one["reported_on"] <= window.day
            out[one["complex_id"]] = (n + came, d + 1)
    return out


def supervisors(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out = {c["id"]: (0, 1) for c in estate.complexes(window.day)}
    for one in _counted(estate, "cadre"):
        came = one["reported_on"] is not None and one["reported_on"] <= window.day
        if one["known_on"] <= window.day and came and "物业服务监督员" in (one["posts"] or ()):
            out[one["complex_id"]] = (out[one["complex_id"]][0] + 1, 1)
    return out


def project_list(estate: Any, window: Any) -> dict[int, date | None]:
    out: dict[int, date | None] = dict.fromkeys(_organs(estate))
    for one in sorted(_counted(estate, "project_list"), key=lambda r: r["made_on"], reverse=True):
        if one["made_on"] <= window.day and one["department_id"] in out:
            out[one["department_id"]] = one["made_on"]
    return out


def activities(estate: Any, window: Any) -> dict[int, date | None]:
    """The day of the second one."""
    told = _told(estate, window.day)
    found = {organ: sorted(day for day, _ in told.get(organ, ())) for organ in _organs(estate)}
    return {organ: held[1] if len(held) > 1 else None for organ, held in found.items()}


def _claim(key: str) -> Callable[..., Any]:
    def clock(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
        limit = timedelta(days=estate.setting("dual_reporting.claim_days"))
        return {
            r["id"]: (_midnight(r["published_on"]), _end(r["published_on"] + limit), _midnight(r["claimed_on"]))
            for r in _counted(estate, key)
        }

    return clock


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(0, 0), TZ)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TZ)


INDICATORS = {
    "dual_reporting.lists_made": lists_made,
    "dual_reporting.activities_held": activities_held,
    "dual_reporting.community_needs_published": _share(_communities, _needs, "community"),
    "dual_reporting.needs_published": _share(_complexes, _needs, "complex"),
    "dual_reporting.community_events_held": _share(_communities, _events, "community"),
    "dual_reporting.events_held": _share(_complexes, _events, "complex"),
    "dual_reporting.cadres_reported": cadres_reported,
    "dual_reporting.supervisors": supervisors,
}
DEADLINES = {
    "dual_reporting.project_list": project_list,
    "dual_reporting.activities": activities,
    "dual_reporting.community_needs": _duty(_communities, _needs, "community"),
    "dual_reporting.complex_needs": _duty(_complexes, _needs, "complex"),
    "dual_reporting.community_events": _duty(_communities, _events, "community"),
    "dual_reporting.complex_events": _duty(_complexes, _events, "complex"),
}
CLOCKS = {
    "dual_reporting.community_claim": _claim("community_need"),
    "dual_reporting.complex_claim": _claim("complex_need"),
}
