"""The independent check of action five: slow, obvious Python over exported rows, written from plan.md (A5-1..A5-7, D17-D20,
Q17, Q18), not from the plugin's selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]
Figures = dict[int, tuple[int, int]]
Days = dict[int, date | None]
Clock = dict[int, tuple[datetime, datetime, datetime | None]]
EIGHT = ("place", "staff", "box", "sign_firm", "sign_fees", "board_service", "board_party", "board_news")


def ids(found: Iterable[Any]) -> set[int]:
    return {one["id"] if isinstance(one, dict) else one for one in found}


def rows(estate: Any, name: str) -> list[Row]:
    return [r for r in estate.rows(f"market_order.{name}") if r["counts"]]


def by_day(value: date | None, day: date) -> bool:
    return value is not None and value <= day


def managed(estate: Any, window: Any) -> set[int]:
    return ids(estate.managed(window.start))


def streets(estate: Any) -> set[int]:
    return {area["id"] for area in estate.units("area") if area["level"] == "街道"}


def of(units: set[int], good: set[int]) -> Figures:
    return {unit: (int(unit in good), 1) for unit in units}


# ---- A5-1, A5-5, A5-6 -------------------------------------------------------------------------------------------
def checked(estate: Any, day: date) -> set[int]:
    return {r["complex_id"] for r in rows(estate, "self_check") if by_day(r["checked_on"], day)}


def self_checked(estate: Any, window: Any) -> Figures:
    return of(managed(estate, window), checked(estate, window.day))


def published(estate: Any, window: Any) -> Figures:
    found = [r for r in rows(estate, "issue") if by_day(r["found_on"], window.day)]
    open_ones = {r["complex_id"] for r in found if not by_day(r["closed_on"], window.day)}
    return of(managed(estate, window), checked(estate, window.day) - open_ones)


def issues_closed(estate: Any, window: Any) -> Figures:
    out: Figures = {}
    for r in rows(estate, "issue"):
        if by_day(r["found_on"], window.day):
            n, d = out.get(r["complex_id"], (0, 0))
            out[r["complex_id"]] = (n + int(by_day(r["closed_on"], window.day)), d + 1)
    return out


# ---- A5-2 (Q17) -------------------------------------------------------------------------------------------------
def problems(estate: Any, day: date) -> dict[int, list[Row]]:
    out: dict[int, list[Row]] = {}
    for r in rows(estate, "income_problem"):
        if by_day(r["found_on"], day):
            out.setdefault(r["complex_id"], []).append(r)
    return out


def income_settled(estate: Any, window: Any) -> Figures:
    found = problems(estate, window.day)
    return {unit: (int(all(by_day(r["settled_on"], window.day) for r in own)), 1) for unit, own in found.items()}


def income_clean(estate: Any, window: Any) -> Figures:
    reviewed = {r["complex_id"] for r in rows(estate, "income") if by_day(r["reviewed_on"], window.day)}
    return of(reviewed, reviewed - set(problems(estate, window.day)))


# ---- A5-3, A5-4 (Q18) -------------------------------------------------------------------------------------------
def assessed(estate: Any, window: Any) -> Figures:
    done = {
        r["complex_id"]
        for r in rows(estate, "assessment")
        if r["held_on"].replace(day=1) == window.start and by_day(r["scored_on"], window.day)
    }
    return of(managed(estate, window), done)


def below(estate: Any, day: date) -> set[int]:
    """Companies by the newest approved assessment of each of their complexes."""
    newest: dict[int, Row] = {}
    for r in sorted(rows(estate, "assessment"), key=lambda r: r["held_on"]):
        if by_day(r["approved_on"], day):
            newest[r["complex_id"]] = r
    own: dict[int, list[Row]] = {}
    for r in newest.values():
        own.setdefault(r["company_id"], []).append(r)
    if estate.setting("market_order.company_rule") == "任一项目不达标即不达标":
        return {c for c, found in own.items() if any(r["score"] < r["line"] for r in found)}
    return {c for c, found in own.items() if sum(r["score"] for r in found) < sum(r["line"] for r in found)}


def restricted(estate: Any, window: Any) -> Figures:
    day = window.day
    banned = {
        r["company_id"]
        for r in rows(estate, "restriction")
        if by_day(r["from_on"], day)
        and (r["until_on"] is None or r["until_on"] >= day)
        and not by_day(r["lifted_on"], day)
    }
    return of(below(estate, day), banned)


# ---- A5-7 -------------------------------------------------------------------------------------------------------
def place_set_up(estate: Any, window: Any) -> Figures:
    newest: dict[int, Row] = {}
    for r in sorted(rows(estate, "place"), key=lambda r: (r["inspected_on"], r["id"])):
        if by_day(r["inspected_on"], window.day):
            newest[r["complex_id"]] = r
    return of(managed(estate, window), {u for u, r in newest.items() if all(r[name] for name in EIGHT)})


# ---- duties -----------------------------------------------------------------------------------------------------
def first(units: set[int], facts: Iterable[tuple[int, date]]) -> Days:
    out: Days = dict.fromkeys(units)
    for unit, day in sorted(facts, key=lambda fact: fact[1]):
        if unit in out and out[unit] is None:
            out[unit] = day
    return out


def month_before(day: date) -> date:
    return (day - timedelta(days=1)).replace(day=1)


def assessment_due(estate: Any, window: Any) -> Days:
    """Late is late, not never: the day it was scored counts, even after the month."""
    own = [r for r in rows(estate, "assessment") if r["held_on"].replace(day=1) == window.start and r["scored_on"]]
    return first(managed(estate, window), [(r["complex_id"], r["scored_on"]) for r in own])


def bulletin_due(estate: Any, window: Any) -> Days:
    last = month_before(window.start)
    there = [r for r in rows(estate, "assessment") if r["held_on"].replace(day=1) == last and r["scored_on"]]
    issued = [r for r in rows(estate, "bulletin") if r["month"] == last and r["issued_on"]]
    return first(streets(estate) if there else set(), [(r["area_id"], r["issued_on"]) for r in issued])


def inside(window: Any, day: date) -> bool:
    return bool(window.start <= day <= window.day)


def credit_due(estate: Any, window: Any) -> Days:
    held = [(r["area_id"], r["held_on"]) for r in rows(estate, "credit_round") if inside(window, r["held_on"])]
    return first(streets(estate), held)


def self_check_due(estate: Any, window: Any) -> Days:
    found = [(r["complex_id"], r["checked_on"]) for r in rows(estate, "self_check")]
    return first(managed(estate, window), [f for f in found if f[1] <= window.day])


def rectified_due(estate: Any, window: Any) -> Days:
    own: dict[int, list[Row]] = {}
    for r in rows(estate, "issue"):
        if r["kind"] == "专项自查" and by_day(r["found_on"], window.day):
            own.setdefault(r["complex_id"], []).append(r)
    return {
        unit: max(r["closed_on"] for r in found) if all(by_day(r["closed_on"], window.day) for r in found) else None
        for unit, found in own.items()
    }


def review_due(estate: Any, window: Any) -> Days:
    found = [(r["complex_id"], r["reviewed_on"]) for r in rows(estate, "income") if inside(window, r["reviewed_on"])]
    return first(managed(estate, window), found)


# ---- clocks -----------------------------------------------------------------------------------------------------
def begin(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), TZ)


def end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TZ)


def clock(found: Iterable[Row], done: str) -> Clock:
    return {
        r["id"]: (begin(r["found_on"]), end(r["limit_on"]), begin(r[done]) if r[done] is not None else None)
        for r in found
    }


def issue_clock(estate: Any) -> Clock:
    return clock((r for r in rows(estate, "issue") if r["kind"] == "日常检查"), "closed_on")


def problem_clock(estate: Any) -> Clock:
    return clock(rows(estate, "income_problem"), "settled_on")


INDICATORS: dict[str, Callable[[Any, Any], Figures]] = {
    "market_order.published": published,
    "market_order.income_settled": income_settled,
    "market_order.income_clean": income_clean,
    "market_order.assessed": assessed,
    "market_order.restricted": restricted,
    "market_order.self_checked": self_checked,
    "market_order.issues_closed": issues_closed,
    "market_order.place_set_up": place_set_up,
}
DEADLINES: dict[str, Callable[[Any, Any], Days]] = {
    "market_order.assessment": assessment_due,
    "market_order.bulletin": bulletin_due,
    "market_order.credit_call": credit_due,
    "market_order.self_check": self_check_due,
    "market_order.rectified": rectified_due,
    "market_order.income_review": review_due,
}
CLOCKS: dict[str, Callable[[Any], Clock]] = {
    "market_order.issue": issue_clock,
    "market_order.income_problem": problem_clock,
}
