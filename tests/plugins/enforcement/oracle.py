"""What the figures and duties of enforcement should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from core.base.window import TZ

FIVE = ("违规装修", "乱搭乱建", "侵占公共空间", "电动车违规停放充电", "堵塞消防通道")
MANAGED = ("专业物业", "打包委托")


def _rows(estate: Any, name: str) -> list[dict[str, Any]]:
    return [r for r in estate.rows(f"enforcement.{name}") if r["counts"]]


def _street(estate: Any) -> list[int]:
    return [a["id"] for a in estate.units("area") if a["level"] == "街道"]


def _offices(estate: Any) -> list[int]:
    names = set(estate.setting("enforcement.departments").split("、"))
    found = estate.units("department")
    return [d["id"] for d in found if d["name"] in names or names & set((d["aliases"] or "").split("、"))]


def _managed_today(estate: Any, day: date) -> list[int]:
    return [c["id"] for c in estate.complexes(day) if c["service"] in MANAGED]


def _within(estate: Any, name: str, on: str, window: Any) -> list[dict[str, Any]]:
    return [r for r in _rows(estate, name) if window.start <= r[on] <= window.day]


def _until(estate: Any, name: str, on: str, window: Any) -> list[dict[str, Any]]:
    return [r for r in _rows(estate, name) if r[on] <= window.day]


def handled(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for one in _until(estate, "finding", "found_on", window):
        if one["kind"] in FIVE:
            n, d = out.get(one["complex_id"], (0, 0))
            done = one["done_on"] is not None and one["done_on"] <= window.day
            out[one["complex_id"]] = (n + done, d + 1)
    return out


def joint_actions(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    held = _within(estate, "joint_action", "held_on", window)
    return {s: (sum(a["area_id"] == s for a in held), 1) for s in _street(estate)}


def joint_by_community(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    home = {c["id"]: c["community_id"] for c in estate.complexes(window.day)}
    out = {c["id"]: 0 for c in estate.units("community")}
    for one in _within(estate, "joint_action", "held_on", window):
        for community in {home[c] for c in one["complexes"] if c in home}:
            out[community] += 1
    return {c: (n, 1) for c, n in out.items()}


def patrols(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    went = {r["department_id"] for r in _within(estate, "patrol", "held_on", window)}
    return {d: (int(d in went), 1) for d in _offices(estate)}


def posted(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    there = {r["complex_id"] for r in _until(estate, "posting", "posted_on", window)}
    return {c["id"]: (int(c["id"] in there), 1) for c in estate.complexes(window.day)}


def cases(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    found = _until(estate, "case", "formed_on", window)
    return {s: (sum(c["area_id"] == s for c in found), 1) for s in _street(estate)}


def daily_patrol(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    days = (window.day - window.start).days + 1
    rows = _within(estate, "daily_patrol", "patrolled_on", window)
    return {c: (sum(r["complex_id"] == c for r in rows), days) for c in _managed_today(estate, window.day)}


def keepers(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    rows = _until(estate, "keeper", "since", window)
    named = {r["complex_id"] for r in rows if r["until"] is None or r["until"] >= window.day}
    return {c: (int(c in named), 1) for c in _managed_today(estate, window.day)}


def credit_recorded(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    """By what market_order offers: a recorded line whose origin is the finding."""
    lines = {
        r["source"]
        for r in estate.rows("market_order.credit")
        if r["source"]
        and r["counts"]
        and r["recorded_on"] is not None
        and r["recorded_on"] <= window.day
        and (r["revoked_on"] is None or r["revoked_on"] > window.day)
    }
    out: dict[int, tuple[int, int]] = {}
    for one in _until(estate, "finding", "found_on", window):
        concluded = one["done_on"] is not None and one["done_on"] <= window.day
        if one["kind"] == "物业履职不到位" and concluded:
            n, d = out.get(one["complex_id"], (0, 0))
            out[one["complex_id"]] = (n + (f"enforcement.finding/{one['id']}" in lines), d + 1)
    return out


def _once(
    name: str, on: str, unit: str, who: Callable[..., list[int]], *, inside: bool, nth: int = 1
) -> Callable[..., Any]:
    def owed(estate: Any, window: Any) -> dict[int, date | None]:
        rows = (_within if inside else _until)(estate, name, on, window)
        out: dict[int, date | None] = {}
        for one in who(estate, window):
            days = sorted(r[on] for r in rows if r[unit] == one)
            out[one] = days[nth - 1] if len(days) >= nth else None
        return out

    return owed


def _streets(estate: Any, window: Any) -> list[int]:
    return _street(estate)


def _everyone(estate: Any, window: Any) -> list[int]:
    return [c["id"] for c in estate.complexes(window.day)]


def _clock(hours: str, done: str) -> Callable[..., Any]:
    def clock(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
        limit = timedelta(hours=estate.setting(hours))
        return {r["id"]: (r["blown_at"], r["blown_at"] + limit, _first(r, done)) for r in _rows(estate, "call")}

    return clock


STEPS = ("received_at", "contacted_at", "arrived_at")


def _first(call: dict[str, Any], of: str) -> datetime | None:
    """The first answer that is at least ``of``; sending it back or being let off ends every clock."""
    names = [*STEPS[STEPS.index(of) :], "refused_at", "waived_at"]
    return min((call[n] for n in names if call[n] is not None), default=None)


def attend(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
    return {
        r["id"]: (r["blown_at"], _at(r["attend_on"], time(23, 59, 59)), _first(r, "arrived_at"))
        for r in _rows(estate, "call")
    }


def rectify(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
    out = {}
    for one in _rows(estate, "finding"):
        due = one["limit_on"] or one["found_on"] + timedelta(days=15)
        out[one["id"]] = (_at(one["found_on"], time(0, 0)), _at(due, time(23, 59, 59)), _at(one["done_on"], time(0, 0)))
    return out


def _at(day: date | None, hour: time) -> datetime | None:
    return None if day is None else datetime.combine(day, hour, TZ)


INDICATORS = {
    "enforcement.handled": handled,
    "enforcement.joint_actions": joint_actions,
    "enforcement.joint_by_community": joint_by_community,
    "enforcement.patrols": patrols,
    "enforcement.posted": posted,
    "enforcement.cases": cases,
    "enforcement.daily_patrol": daily_patrol,
    "enforcement.keepers": keepers,
    "enforcement.credit_recorded": credit_recorded,
}
DEADLINES = {
    "enforcement.item_list": _once("law_item", "issued_on", "area_id", _streets, inside=False),
    "enforcement.posting": _once("posting", "posted_on", "complex_id", _everyone, inside=False),
    "enforcement.training": _once("training", "held_on", "area_id", _streets, inside=True),
    "enforcement.joint_twice": _once("joint_action", "held_on", "area_id", _streets, inside=True, nth=2),
    "enforcement.patrol_monthly": _once("patrol", "held_on", "department_id", lambda e, w: _offices(e), inside=True),
    "enforcement.patrol_daily": _once(
        "daily_patrol", "patrolled_on", "complex_id", lambda e, w: _managed_today(e, w.day), inside=True
    ),
    "enforcement.case_formed": _once("case", "formed_on", "area_id", _streets, inside=False),
}
CLOCKS = {
    "enforcement.sign": _clock("enforcement.sign_hours", "received_at"),
    "enforcement.contact": _clock("enforcement.contact_hours", "contacted_at"),
    "enforcement.attend": attend,
    "enforcement.rectify": rectify,
}
