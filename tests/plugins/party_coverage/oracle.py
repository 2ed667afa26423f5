"""What the figures and duties of party_coverage should be, in slow and obvious Python, written from plan 1.2 and 1.3. Who is
in office is the oracle of self_governance's to say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.plugins.self_governance import oracle as governing

TZ = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]
Figures = dict[int, tuple[int, int]]
Days = dict[int, date | None]
Clock = dict[int, tuple[datetime, datetime, datetime | None]]
BOTH = ("党建联席会议制度", "居民议事协商制度")


def _rows(estate: Any, name: str) -> list[Row]:
    return [r for r in estate.rows(f"party_coverage.{name}") if r["counts"]]


def _lasts(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or last >= day)


def _day(at: datetime) -> date:
    return at.astimezone(TZ).date()


def _homes(estate: Any, day: date) -> list[int]:
    return [c["id"] for c in estate.complexes(day)]


# ---- committees ------------------------------------------------------------------------------------------------------
def _bodies(estate: Any, day: date) -> list[tuple[int, list[str]]]:
    """(complex, politics of each who sits) of every body that counts."""
    out = []
    for one in governing.committees(estate, day):
        out.append((one["complex_id"], [m["politics"] for m in governing.members(estate, one, day)]))
    if estate.setting("party_coverage.temporary_included"):
        people = [m for m in estate.rows("self_governance.temporary_member") if m["counts"]]
        for one in governing.temporaries(estate, day):
            mine = [m for m in people if m["temporary_id"] == one["id"] and _lasts(m["from_on"], m["until_on"], day)]
            out.append((one["complex_id"], [m["politics"] for m in mine]))
    return out


def _party(estate: Any, politics: list[str]) -> int:
    kinds = ["中共党员", *(["预备党员"] if estate.setting("party_coverage.probationary_counted") else [])]
    return sum(1 for p in politics if p in kinds)


def _sums(pairs: list[tuple[int, bool]]) -> Figures:
    out: Figures = {}
    for unit, good in pairs:
        n, d = out.get(unit, (0, 0))
        out[unit] = (n + int(good), d + 1)
    return out


def committees_with_three(estate: Any, window: Any) -> Figures:
    needed = estate.setting("party_coverage.members_needed")
    return _sums([(home, _party(estate, who) >= needed) for home, who in _bodies(estate, window.day)])


def committees_majority(estate: Any, window: Any) -> Figures:
    return _sums([(home, _party(estate, who) > len(who) / 2) for home, who in _bodies(estate, window.day)])


# ---- censuses and organisations --------------------------------------------------------------------------------------
def complex_census_closed(estate: Any, window: Any) -> Figures:
    done = {r["complex_id"] for r in _rows(estate, "complex_census") if _day(r["closed_at"]) <= window.day}
    return {home: (int(home in done), 1) for home in _homes(estate, window.day)}


def _companies(estate: Any, day: date) -> list[int]:
    known = {c["id"] for c in estate.units("company")}
    return sorted({c["company_id"] for c in estate.complexes(day) if c["company_id"]} & known)


def company_census_closed(estate: Any, window: Any) -> Figures:
    done = {r["company_id"] for r in _rows(estate, "company_census") if _day(r["closed_at"]) <= window.day}
    return {c: (int(c in done), 1) for c in _companies(estate, window.day)}


def _organised(estate: Any, day: date, form: str = "") -> set[int]:
    found = [o for o in _rows(estate, "organisation") if _lasts(o["founded_on"], o["ended_on"], day)]
    return {o["complex_id"] for o in found if o["form"] == form or not form}


def formed_where_due(estate: Any, window: Any) -> Figures:
    day, regular, out = window.day, _organised(estate, window.day, "建制式"), {}
    for home in _homes(estate, day):
        said = [e for e in _rows(estate, "eligibility") if e["complex_id"] == home and e["judged_on"] <= day]
        full = [
            e
            for e in _rows(estate, "census_entry")
            if e["complex_id"] == home and e["category"] == "正式" and e["surveyed_on"] <= day
        ]
        meets = len(full) >= estate.setting("party_coverage.full_needed")
        if said:
            meets = max(said, key=lambda e: (e["judged_on"], e["id"]))["meets"]
        if meets:
            out[home] = (int(home in regular), 1)
    return out


def complex_organised(estate: Any, window: Any) -> Figures:
    have = _organised(estate, window.day)
    return {home: (int(home in have), 1) for home in _homes(estate, window.day)}


def _covered(estate: Any, day: date, ways: tuple[str, ...]) -> Figures:
    found = [r for r in _rows(estate, "coverage") if _lasts(r["since_on"], r["until_on"], day)]
    have = {r["company_id"] for r in found if r["way"] in ways}
    return {c: (int(c in have), 1) for c in _companies(estate, day)}


def company_organised(estate: Any, window: Any) -> Figures:
    return _covered(estate, window.day, ("单独组建", "联合组建"))


def company_work_covered(estate: Any, window: Any) -> Figures:
    return _covered(estate, window.day, ("单独组建", "联合组建", "选派党建指导员", "物业行业党委委员挂钩"))


# ---- systems, meetings, cross posts ----------------------------------------------------------------------------------
def _systems(estate: Any, name: str, unit: int, day: date) -> date | None:
    """The day on which both systems were there."""
    first = []
    for system in BOTH:
        mine = [r for r in _rows(estate, name) if r["unit_id"] == unit and system in r["systems"]]
        days = [r["adopted_on"] for r in mine if r["adopted_on"] <= day]
        if not days:
            return None
        first.append(min(days))
    return max(first)


def complex_systems(estate: Any, window: Any) -> Days:
    day = window.day
    return {home: _systems(estate, "complex_system", home, day) for home in _homes(estate, day)}


def community_systems(estate: Any, window: Any) -> Days:
    found = estate.units("community")
    return {c["id"]: _systems(estate, "community_system", c["id"], window.day) for c in found}


def systems_in_place(estate: Any, window: Any) -> Figures:
    return {u: (int(d is not None), 1) for u, d in complex_systems(estate, window).items()}


def community_systems_in_place(estate: Any, window: Any) -> Figures:
    return {u: (int(d is not None), 1) for u, d in community_systems(estate, window).items()}


def _crossed(estate: Any, window: Any, *, heads: bool) -> Figures:
    day = window.day
    have = {c["complex_id"] for c in governing.committees(estate, day)} & _organised(estate, day)
    posts = [p for p in _rows(estate, "cross_post") if _lasts(p["from_on"], p["until_on"], day)]
    if heads:
        posts = [p for p in posts if p["party_post"] == "书记" and p["committee_post"] == "主任"]
    both = {p["complex_id"] for p in posts}
    return {home: (int(home in both), 1) for home in _homes(estate, day) if home in have}


def cross_posts(estate: Any, window: Any) -> Figures:
    return _crossed(estate, window, heads=False)


def both_heads(estate: Any, window: Any) -> Figures:
    return _crossed(estate, window, heads=True)


def complex_census(estate: Any, window: Any) -> Days:
    done = {r["complex_id"]: _day(r["closed_at"]) for r in _rows(estate, "complex_census")}
    found = {home: done.get(home) for home in _homes(estate, window.day)}
    return {u: d if d is not None and d <= window.day else None for u, d in found.items()}


def company_census(estate: Any, window: Any) -> Days:
    done = {r["company_id"]: _day(r["closed_at"]) for r in _rows(estate, "company_census")}
    found = {c: done.get(c) for c in _companies(estate, window.day)}
    return {u: d if d is not None and d <= window.day else None for u, d in found.items()}


def _met(estate: Any, window: Any, name: str, units: list[int], level: str) -> Days:
    if level not in estate.setting("party_coverage.meeting_levels"):
        return {}
    held = [(r["unit_id"], _day(r["held_at"])) for r in _rows(estate, name)]
    held = [(u, d) for u, d in held if window.start <= d <= window.day]
    return {unit: min((d for u, d in held if u == unit), default=None) for unit in units}


def complex_meeting(estate: Any, window: Any) -> Days:
    return _met(estate, window, "complex_meeting", _homes(estate, window.day), "小区")


def community_meeting(estate: Any, window: Any) -> Days:
    units = [c["id"] for c in estate.units("community")]
    return _met(estate, window, "community_meeting", units, "社区")


def _decisions(estate: Any, name: str) -> Clock:
    out: Clock = {}
    for one in _rows(estate, name):
        due = one["limit_on"] or one["assigned_on"] + timedelta(days=30)
        done = one["answered_on"]
        out[one["id"]] = (
            datetime.combine(one["assigned_on"], time(0, 0), TZ),
            datetime.combine(due, time(23, 59, 59), TZ),
            None if done is None else datetime.combine(done, time(0, 0), TZ),
        )
    return out


def complex_decision(estate: Any) -> Clock:
    return _decisions(estate, "complex_decision")


def community_decision(estate: Any) -> Clock:
    return _decisions(estate, "community_decision")


INDICATORS = {
    f"party_coverage.{fn.__name__}": fn
    for fn in (
        committees_with_three,
        committees_majority,
        complex_census_closed,
        company_census_closed,
        formed_where_due,
        complex_organised,
        company_organised,
        company_work_covered,
        systems_in_place,
        community_systems_in_place,
        cross_posts,
        both_heads,
    )
}
DEADLINES = {
    f"party_coverage.{fn.__name__}": fn
    for fn in (
        complex_census,
        company_census,
        complex_systems,
        community_systems,
        complex_meeting,
        community_meeting,
    )
}
CLOCKS = {f"party_coverage.{fn.__name__}": fn for fn in (complex_decision, community_decision)}
