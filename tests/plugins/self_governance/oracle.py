"""What the figures and duties of self_governance should be, in slow and obvious Python, written from plan 1.2, 1.3 and 3.1."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

TZ = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]
Figures = dict[int, tuple[int, int]]
Days = dict[int, date | None]
Clock = dict[int, tuple[datetime, datetime, datetime | None]]
RULES = {"业委会管理制度", "履职清单", "负面清单", "监督考核办法"}


def _rows(estate: Any, name: str) -> list[Row]:
    return [r for r in estate.rows(f"self_governance.{name}") if r["counts"]]


def _lasts(first: date | None, last: date | None, day: date) -> bool:
    return first is not None and first <= day and (last is None or last >= day)


# ---- who is in office ------------------------------------------------------------------------------------------------
def committees(estate: Any, day: date) -> list[Row]:
    """Begun, filed (unless the setting says elected is enough), not ended, the term not over."""
    out = []
    for one in _rows(estate, "committee"):
        begun = one["filed_on"] if estate.setting("self_governance.counts_from") == "备案" else one["started_on"]
        if not _lasts(one["started_on"], one["ended_on"], day) or begun is None or begun > day:
            continue
        if one["ends_on"] < day and not estate.setting("self_governance.expired_counted"):
            continue
        out.append(one)
    return out


def temporaries(estate: Any, day: date) -> list[Row]:
    found = [t for t in _rows(estate, "temporary_committee") if _lasts(t["founded_on"], t["ended_on"], day)]
    return [t for t in found if t["ends_on"] is None or t["ends_on"] >= day]


def members(estate: Any, committee: Row, day: date) -> list[Row]:
    """Seated on the day, substitutes only if the setting says so."""
    mine = [m for m in _rows(estate, "member") if m["committee_id"] == committee["id"]]
    mine = [m for m in mine if _lasts(m["from_on"], m["until_on"], day)]
    return [m for m in mine if m["post"] != "候补" or estate.setting("self_governance.substitutes_counted")]


def homes(estate: Any, day: date) -> list[int]:
    ids = [c["id"] for c in estate.complexes(day)]
    if estate.setting("self_governance.unbuilt_counted"):
        return ids
    built = {c["id"] for c in estate.units("complex") if c["built"] == "已建"}
    return [i for i in ids if i in built]


# ---- figures ---------------------------------------------------------------------------------------------------------
def _sums(pairs: list[tuple[int, int, int]]) -> Figures:
    out: Figures = {}
    for unit, n, d in pairs:
        before = out.get(unit, (0, 0))
        out[unit] = (before[0] + n, before[1] + d)
    return out


def committees_formed(estate: Any, window: Any) -> Figures:
    have = {c["complex_id"] for c in committees(estate, window.day)}
    return {home: (int(home in have), 1) for home in homes(estate, window.day)}


def _new(estate: Any, day: date) -> list[tuple[int, int, int]]:
    """(complex, party members, members) of each committee elected in the campaign that has members."""
    kinds = ["中共党员"]
    if estate.setting("self_governance.probationary_counted"):
        kinds.append("预备党员")
    out = []
    for one in committees(estate, day):
        since = estate.setting("self_governance.counted_from")
        if one["nature"] == "存续" or one["started_on"] < since:
            continue
        seated = members(estate, one, day)
        if seated:
            out.append((one["complex_id"], sum(1 for m in seated if m["politics"] in kinds), len(seated)))
    return out


def new_committees_in_party(estate: Any, window: Any) -> Figures:
    return _sums([(home, int(party / many >= 0.5), 1) for home, party, many in _new(estate, window.day)])


def new_members_in_party(estate: Any, window: Any) -> Figures:
    if estate.setting("self_governance.party_share_by") == "按业委会计算":
        return new_committees_in_party(estate, window)
    return _sums(_new(estate, window.day))


def temporary_formed(estate: Any, window: Any) -> Figures:
    stage: dict[int, str] = {}
    for one in sorted(_rows(estate, "progress"), key=lambda p: (p["reported_on"], p["id"])):
        if one["reported_on"] <= window.day:
            stage[one["complex_id"]] = one["stage"]
    have = {t["complex_id"] for t in temporaries(estate, window.day)}
    unfit = [home for home in homes(estate, window.day) if stage.get(home) == "不具备条件"]
    return {home: (int(home in have), 1) for home in unfit}


def self_governed(estate: Any, window: Any) -> Figures:
    have = {r["complex_id"] for r in [*committees(estate, window.day), *temporaries(estate, window.day)]}
    return {home: (int(home in have), 1) for home in homes(estate, window.day)}


def _reviewed_on(estate: Any, candidate: Row) -> date | None:
    """The day the last of all who must answer (and of all who were asked besides) has answered in this round."""
    if candidate["state"] == "rejected" and candidate["screened_on"] is None:
        return None
    opinions = [o for o in _rows(estate, "opinion") if o["candidate_id"] == candidate["id"]]
    opinions = [o for o in opinions if o["round"] == candidate["round"]]
    names = {d["id"]: d["name"] for d in estate.units("department")}
    answered = {names[o["department_id"]]: o["answered_on"] for o in opinions if o["state"] in ("agreed", "disagreed")}
    asked = {names[o["department_id"]] for o in opinions}
    needed = {n for n in estate.setting("self_governance.reviewers") if n != "社区"}
    days = [d for d in answered.values() if d is not None]
    days += [candidate["screened_on"]] if candidate["screened_on"] else []
    if candidate["state"] == "rejected":
        return max(days, default=None)
    if candidate["screened_on"] is None or (needed | asked) - set(answered):
        return None
    return max(days)


def candidates_reviewed(estate: Any, window: Any) -> Figures:
    out = []
    for one in _rows(estate, "candidate"):
        if one["nominated_on"] > window.day:
            continue
        done = _reviewed_on(estate, one)
        good = done is not None and done <= window.day and (one["listed_on"] is None or done <= one["listed_on"])
        out.append((one["complex_id"], int(good), 1))
    return _sums(out)


def members_trained(estate: Any, window: Any) -> Figures:
    signed = {a["member_id"] for a in _rows(estate, "attendance") if a["signed_on"] <= window.day}
    pairs = []
    for committee in committees(estate, window.day):
        pairs += [(m["complex_id"], int(m["id"] in signed), 1) for m in members(estate, committee, window.day)]
    return _sums(pairs)


def _evaluated(estate: Any, window: Any) -> dict[int, date]:
    """By committee: the first evaluation since the campaign began."""
    out: dict[int, date] = {}
    for one in _rows(estate, "evaluation"):
        if window.start <= one["evaluated_on"] <= window.day:
            key = one["committee_id"]
            out[key] = min(out.get(key, one["evaluated_on"]), one["evaluated_on"])
    return out


def committees_evaluated(estate: Any, window: Any) -> Figures:
    done = _evaluated(estate, window)
    return _sums([(c["complex_id"], int(c["id"] in done), 1) for c in committees(estate, window.day)])


# ---- duties ----------------------------------------------------------------------------------------------------------
def _streets(estate: Any) -> list[int]:
    return [a["id"] for a in estate.units("area") if a["level"] == "街道"]


def training(estate: Any, window: Any) -> Days:
    held = [t for t in _rows(estate, "training") if window.start <= t["held_on"] <= window.day]
    return {s: min((t["held_on"] for t in held if t["area_id"] == s), default=None) for s in _streets(estate)}


def rules(estate: Any, window: Any) -> Days:
    out: Days = {}
    for street in _streets(estate):
        first: dict[str, date] = {}
        for one in _rows(estate, "rule"):
            if one["area_id"] == street and one["issued_on"] <= window.day:
                first[one["kind"]] = min(first.get(one["kind"], one["issued_on"]), one["issued_on"])
        out[street] = max(first.values()) if set(first) == RULES else None
    return out


def yearly_review(estate: Any, window: Any) -> Days:
    where = {c["id"]: c["community_id"] for c in estate.units("complex")}
    done, out = _evaluated(estate, window), {}
    for community in sorted({where[c["complex_id"]] for c in committees(estate, window.day)}):
        days = [done.get(c["id"]) for c in committees(estate, window.day) if where[c["complex_id"]] == community]
        known = [d for d in days if d is not None]
        out[community] = max(known) if len(known) == len(days) else None
    return out


# ---- clocks ----------------------------------------------------------------------------------------------------------
def _start(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), TZ)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TZ)


def _when(day: date | None) -> datetime | None:
    return None if day is None else _start(day)


def joint_review(estate: Any) -> Clock:
    out: Clock = {}
    for one in _rows(estate, "opinion"):
        day, left = one["asked_on"], estate.setting("self_governance.review_days")
        while left:
            day += timedelta(days=1)
            left -= 1 if chinese_calendar.is_workday(day) else 0
        out[one["id"]] = (_start(one["asked_on"]), _end(day), _when(one["answered_on"]))
    return out


def filing(estate: Any) -> Clock:
    return {
        c["id"]: (_start(c["started_on"]), _end(c["started_on"] + timedelta(days=30)), _when(c["filed_on"]))
        for c in _rows(estate, "committee")
        if c["nature"] in ("新组建", "换届")
    }


def renewal(estate: Any) -> Clock:
    return {
        c["id"]: (_start(c["started_on"]), _end(c["ends_on"] - timedelta(days=90)), _when(c["renewal_on"]))
        for c in _rows(estate, "committee")
    }


INDICATORS = {
    f"self_governance.{fn.__name__}": fn
    for fn in (
        committees_formed,
        new_members_in_party,
        new_committees_in_party,
        temporary_formed,
        self_governed,
        candidates_reviewed,
        members_trained,
        committees_evaluated,
    )
}
DEADLINES = {f"self_governance.{fn.__name__}": fn for fn in (training, rules, yearly_review)}
CLOCKS = {f"self_governance.{fn.__name__}": fn for fn in (joint_review, filing, renewal)}
