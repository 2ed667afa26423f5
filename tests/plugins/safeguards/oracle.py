"""What the figures and duties of safeguards should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from core.base.window import TZ


def _rows(estate: Any, name: str) -> list[dict[str, Any]]:
    return [r for r in estate.rows(f"safeguards.{name}") if r["counts"]]


def _street(estate: Any) -> list[int]:
    return [a["id"] for a in estate.units("area") if a["level"] == "街道"]


def _waves(estate: Any, window: Any) -> list[dict[str, Any]]:
    rows = [r for r in _rows(estate, "survey_wave") if r["held_on"] <= window.day]
    return sorted(rows, key=lambda r: (r["wave"], r["id"]))


def satisfaction(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    waves = _waves(estate, window)
    last = (waves[-1]["satisfied"], waves[-1]["valid"]) if waves else (0, 0)
    return dict.fromkeys(_street(estate), last)


def satisfaction_gain(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    """(s2/v2 - s1/v1) x 100 as one fraction; none before there are two different waves."""
    waves = _waves(estate, window)
    found = (0, 0)
    if len({w["wave"] for w in waves}) > 1:
        first = waves[0]
        last = min((w for w in waves if w["wave"] == waves[-1]["wave"]), key=lambda w: -w["id"])
        n = (last["satisfied"] * first["valid"] - first["satisfied"] * last["valid"]) * 100
        found = (n, last["valid"] * first["valid"])
    return dict.fromkeys(_street(estate), found)


def yearly_tasks(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    listed = [r for r in _rows(estate, "year_task") if r["listed_on"] <= window.day]
    done = [r for r in listed if r["done_on"] is not None and r["done_on"] <= window.day]
    return dict.fromkeys(_street(estate), (len(done), len(listed)))


def info_sent(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    sent = {r["action_id"] for r in _rows(estate, "weekly_info") if window.start <= r["sent_on"] <= window.day}
    return {a["id"]: (int(a["id"] in sent), 1) for a in estate.units("action")}


def _closed(name: str, unit: str) -> Callable[..., dict[int, tuple[int, int]]]:
    def measure(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
        out: dict[int, tuple[int, int]] = {}
        for one in _rows(estate, name):
            if one["decided_on"] <= window.day:
                n, d = out.get(one[unit], (0, 0))
                done = one["closed_on"] is not None and one["closed_on"] <= window.day
                out[one[unit]] = (n + done, d + 1)
        return out

    return measure


def _members(estate: Any, window: Any) -> list[int]:
    kinds = estate.setting("safeguards.member_kinds").split("、")
    return [d["id"] for d in estate.units("department") if d["category"] in kinds]


def _linked(estate: Any, window: Any) -> list[int]:
    return list(estate.responsible("linked", "complex", window.day))


def _units(kind: str) -> Callable[..., list[int]]:
    return lambda estate, window: [u["id"] for u in estate.units(kind)]


def _streets(estate: Any, window: Any) -> list[int]:
    return _street(estate)


def _duty(
    name: str, on: str, unit: str, who: Callable[..., list[int]], *, ever: bool = False, only: Any = None
) -> Callable[..., Any]:
    def owed(estate: Any, window: Any) -> dict[int, date | None]:
        rows = [r for r in _rows(estate, name) if r[on] <= window.day and (ever or r[on] >= window.start)]
        rows = [r for r in rows if only is None or only(r)]
        return {u: min((r[on] for r in rows if r[unit] == u), default=None) for u in who(estate, window)}

    return owed


def publication(estate: Any, window: Any) -> dict[int, date | None]:
    rows = [
        r
        for r in _rows(estate, "publication")
        if window.start <= r["month"] <= window.day and r["published_on"] <= window.day
    ]
    return {s: min((r["published_on"] for r in rows if r["area_id"] == s), default=None) for s in _street(estate)}


def talks(estate: Any, window: Any) -> dict[int, date | None]:
    """A talk counts from the day its notice went out; its day in the ledger is that day."""
    rows = [r["issued_on"] for r in _rows(estate, "talk") if r["issued_on"] is not None]
    inside = [d for d in rows if window.start <= d <= window.day]
    return dict.fromkeys(_street(estate), min(inside, default=None))


def _clock(name: str, opened: str, done: str) -> Callable[..., Any]:
    def clock(estate: Any) -> dict[int, tuple[Any, Any, Any]]:
        return {
            r["id"]: (_at(r[opened], time(0, 0)), _at(r["limit_on"], time(23, 59, 59)), _at(r[done], time(0, 0)))
            for r in _rows(estate, name)
            if r[opened] is not None
        }

    return clock


def _at(day: date | None, hour: time) -> datetime | None:
    return None if day is None else datetime.combine(day, hour, TZ)


INDICATORS = {
    "safeguards.satisfaction_gain": satisfaction_gain,
    "safeguards.satisfaction": satisfaction,
    "safeguards.yearly_tasks": yearly_tasks,
    "safeguards.info_sent": info_sent,
    "safeguards.decisions_closed": _closed("decision", "department_id"),
    "safeguards.community_decisions_closed": _closed("community_decision", "community_id"),
}
DEADLINES = {
    "safeguards.dispatch_weekly": _duty("dispatch", "held_on", "area_id", _streets),
    "safeguards.coordination_weekly": _duty("coordination", "held_on", "action_id", _units("action")),
    "safeguards.linked_weekly": _duty("linked_meeting", "held_on", "complex_id", _linked),
    "safeguards.hearing_weekly": _duty("hearing", "held_on", "area_id", _streets),
    "safeguards.publication_monthly": publication,
    "safeguards.talk_regular": talks,
    "safeguards.info_weekly": _duty("weekly_info", "sent_on", "action_id", _units("action")),
    "safeguards.report_text": _duty("action_text", "written_on", "action_id", _units("action")),
    "safeguards.liaison": _duty("liaison", "since", "department_id", _members, ever=True),
    "safeguards.community_team": _duty("community_team", "formed_on", "community_id", _units("community"), ever=True),
    "safeguards.exemplars": _duty(
        "exemplar", "chosen_on", "area_id", _streets, ever=True, only=lambda r: r["kind"] == "正面"
    ),
    "safeguards.summary": _duty("summary", "finished_on", "area_id", _streets, ever=True),
}
CLOCKS = {
    "safeguards.reminder_reply_due": _clock("reminder", "issued_on", "replied_on"),
    "safeguards.rectification_reply_due": _clock("rectification", "issued_on", "replied_on"),
    "safeguards.talk_reply_due": _clock("talk", "issued_on", "replied_on"),
    "safeguards.community_notice_due": _clock("community_notice", "issued_on", "replied_on"),
    "safeguards.department_notice_due": _clock("department_notice", "issued_on", "replied_on"),
    "safeguards.decision_due": _clock("decision", "decided_on", "closed_on"),
    "safeguards.community_decision_due": _clock("community_decision", "decided_on", "closed_on"),
    "safeguards.issue_due": _clock("issue", "found_on", "closed_on"),
    "safeguards.attack_plan_due": _clock("attack_plan", "planned_on", "closed_on"),
}
