"""The independent check of action eight: slow, obvious Python over exported rows, written from plan.md (A8-1..A8-6, D24, D25,
Q20-Q22, 3.5), not from the plugin's selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
ORDER = ["未达标", "基本型", "标准型", "提高型"]
Row = dict[str, Any]
Figures = dict[int, tuple[int, int]]
Days = dict[int, date | None]
Clock = dict[int, tuple[datetime, datetime, datetime | None]]


def ids(found: Iterable[Any]) -> set[int]:
    return {one["id"] if isinstance(one, dict) else one for one in found}


def rows(estate: Any, name: str) -> list[Row]:
    return [r for r in estate.rows(f"safety.{name}") if r["counts"]]


def passed(value: date | None, day: date) -> bool:
    return value is not None and value <= day


def everywhere(estate: Any, day: date) -> set[int]:
    return ids(estate.complexes(day))


def yes(units: set[int], good: set[int]) -> Figures:
    return {unit: (int(unit in good), 1) for unit in units}


def sums(pairs: Iterable[tuple[int, bool]]) -> Figures:
    out: Figures = {}
    for unit, good in pairs:
        n, d = out.get(unit, (0, 0))
        out[unit] = (n + int(good), d + 1)
    return out


# ---- A8-1 -------------------------------------------------------------------------------------------------------
def certified(estate: Any, day: date) -> set[int]:
    return {
        r["complex_id"]
        for r in rows(estate, "standardisation")
        if passed(r["achieved_on"], day) and (r["valid_until"] is None or r["valid_until"] >= day)
    }


def standardised(estate: Any, window: Any) -> Figures:
    good, tasks = certified(estate, window.day), estate.setting("safety.standardisation_tasks")
    managed = ids(estate.managed(window.start))
    n, d = (len(good), tasks) if tasks else (len(good & managed), len(managed))
    return {area["id"]: (n, d) for area in estate.units("area") if area["level"] == "街道"}


def standardised_by_complex(estate: Any, window: Any) -> Figures:
    return yes(ids(estate.managed(window.start)), certified(estate, window.day))


# ---- A8-2, A8-3: only what stands on the list -------------------------------------------------------------------
def charging(estate: Any, window: Any) -> Figures:
    in_use = {
        r["complex_id"]
        for r in rows(estate, "charging_project")
        if passed(r["opened_on"], window.day) and not passed(r["stopped_on"], window.day)
    }
    return yes(ids(estate.listed("safety.charging", window.day)), in_use)


def finished(estate: Any, day: date) -> Days:
    """Complexes with something repaired and nothing left to repair, and the day of the last acceptance."""
    out: Days = {}
    for unit in everywhere(estate, day):
        own = [r for r in rows(estate, "fire_repair") if r["complex_id"] == unit and r["found_on"] <= day]
        if own and all(passed(r["accepted_on"], day) for r in own):
            out[unit] = max(r["accepted_on"] for r in own)
    return out


def fire(estate: Any, window: Any) -> Figures:
    return yes(ids(estate.listed("safety.fire", window.day)), set(finished(estate, window.day)))


# ---- A8-4, A8-5 -------------------------------------------------------------------------------------------------
def graded(least: str) -> Callable[[Any, Any], Figures]:
    def figures(estate: Any, window: Any) -> Figures:
        good = set()
        for unit in everywhere(estate, window.day):
            own = [r for r in rows(estate, "smart_grade") if r["complex_id"] == unit and r["graded_on"] <= window.day]
            newest = max(own, key=lambda r: (r["graded_on"], r["id"]), default=None)
            if newest is not None and ORDER.index(newest["grade"]) >= ORDER.index(least):
                good.add(unit)
        return yes(ids(estate.listed("built", window.day)), good)

    return figures


# ---- A8-6 -------------------------------------------------------------------------------------------------------
def hazards(estate: Any, window: Any) -> Figures:
    found = [r for r in rows(estate, "hazard") if r["found_on"] <= window.day]
    return sums((r["complex_id"], passed(r["closed_on"], window.day)) for r in found)


def maintained(estate: Any, window: Any) -> Figures:
    wanted, units = estate.setting("safety.maintained_equipment"), everywhere(estate, window.day)
    covered: dict[int, set[str]] = {unit: set() for unit in units}
    for r in rows(estate, "maintenance"):
        ended = r["state"] == "ended" and passed(r["settled_on"], window.day)
        last = min(r["contract_until"], r["qualified_until"])
        if r["signed_on"] <= window.day <= last and not ended:
            covered.setdefault(r["complex_id"], set()).add(r["equipment"])
    return yes(units, {unit for unit in units if wanted and set(wanted) <= covered[unit]})


def operators(estate: Any, window: Any) -> Figures:
    day = window.day
    posts = [r for r in rows(estate, "operator") if r["since"] <= day and not passed(r["settled_on"], day)]
    return sums(
        (r["complex_id"], r["certified_on"] is not None and r["certified_on"] <= day <= r["valid_until"]) for r in posts
    )


INDICATORS: dict[str, Callable[[Any, Any], Figures]] = {
    "safety.standardised": standardised,
    "safety.standardised_by_complex": standardised_by_complex,
    "safety.charging": charging,
    "safety.fire": fire,
    "safety.standard_grade": graded("标准型"),
    "safety.improved_grade": graded("提高型"),
    "safety.hazards_closed": hazards,
    "safety.maintained": maintained,
    "safety.operators_certified": operators,
}


# ---- D24, D25 ---------------------------------------------------------------------------------------------------
def first(owing: set[int], facts: Iterable[tuple[int, date | None]], day: date) -> Days:
    out: Days = dict.fromkeys(owing)
    for unit, on in facts:
        if unit in owing and on is not None and on <= day:
            known = out[unit]
            out[unit] = on if known is None else min(known, on)
    return out


def declared(estate: Any, window: Any) -> Days:
    own = [r for r in rows(estate, "standardisation") if r["declared_on"] <= window.day]
    return first({r["complex_id"] for r in own}, ((r["complex_id"], r["achieved_on"]) for r in own), window.day)


def charging_place(estate: Any, window: Any) -> Days:
    facts = [(r["complex_id"], r["opened_on"]) for r in rows(estate, "charging_project")]
    return first(ids(estate.listed("safety.charging", window.day)), facts, window.day)


def fire_repaired(estate: Any, window: Any) -> Days:
    listed = ids(estate.listed("safety.fire", window.day))
    return first(listed, finished(estate, window.day).items(), window.day)


def smart_upgrade(estate: Any, window: Any) -> Days:
    facts = [(r["complex_id"], r["graded_on"]) for r in rows(estate, "smart_grade") if r["grade"] in ORDER[2:]]
    return first(ids(estate.listed("built", window.day)), facts, window.day)


DEADLINES: dict[str, Callable[[Any, Any], Days]] = {
    "safety.standardisation": declared,
    "safety.charging_place": charging_place,
    "safety.fire_repaired": fire_repaired,
    "safety.smart_upgrade": smart_upgrade,
}


# ---- clocks: opened at the first moment of a day, owed by the last of another ------------------------------------
def moment(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), TZ)


def clock(opened: date, due: date, done: date | None) -> tuple[datetime, datetime, datetime | None]:
    return moment(opened), datetime.combine(due, time(23, 59, 59), TZ), moment(done) if done else None


def hazard(estate: Any) -> Clock:
    return {
        r["id"]: clock(r["found_on"], r["limit_on"] or r["found_on"] + timedelta(days=15), r["closed_on"])
        for r in rows(estate, "hazard")
    }


def hazard_fixes(estate: Any) -> Clock:
    days = timedelta(days=estate.setting("safety.major_fix_days"))
    return {
        r["id"]: clock(r["major_from"], r["major_from"] + days, r["fixed_on"])
        for r in rows(estate, "hazard")
        if r["level"] == "重大"
    }


def contract_expiry(estate: Any) -> Clock:
    before = timedelta(days=estate.setting("safety.expiry_days"))
    return {
        r["id"]: clock(r["signed_on"], min(r["contract_until"], r["qualified_until"]) - before, r["settled_on"])
        for r in rows(estate, "maintenance")
    }


def certificate_expiry(estate: Any) -> Clock:
    before = timedelta(days=estate.setting("safety.expiry_days"))
    return {
        r["id"]: clock(r["certified_on"], r["valid_until"] - before, r["settled_on"])
        for r in rows(estate, "operator")
        if r["certified_on"] is not None
    }


def fire_repair_limit(estate: Any) -> Clock:
    return {
        r["id"]: clock(r["found_on"], r["limit_on"], r["accepted_on"])
        for r in rows(estate, "fire_repair")
        if r["limit_on"] is not None
    }


CLOCKS: dict[str, Callable[[Any], Clock]] = {
    "safety.hazard": hazard,
    "safety.hazard_fixes": hazard_fixes,
    "safety.contract_expiry": contract_expiry,
    "safety.certificate_expiry": certificate_expiry,
    "safety.fire_repair_limit": fire_repair_limit,
}
