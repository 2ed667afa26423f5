"""What the figures and duties of micro_projects should be, in slow and obvious Python, written from plan 1.2 and 1.3."""

from __future__ import annotations

from datetime import date
from typing import Any

STAGES = {
    "征集": "wished_on",
    "方案": "planned_on",
    "立项": "approved_on",
    "开工": "begun_on",
    "完工": "built_on",
    "验收": "accepted_on",
}


def _days(estate: Any, day: date, name: str) -> dict[int, date | None]:
    out: dict[int, date | None] = {c["id"]: None for c in estate.complexes(day)}
    for one in estate.rows("micro_projects.project"):
        on = one[name]
        if one["counts"] and on is not None and on <= day:
            first = out[one["complex_id"]]
            out[one["complex_id"]] = on if first is None else min(first, on)
    return out


def _stage(estate: Any) -> str:
    return STAGES[estate.setting("micro_projects.counts_from")]


def covered(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    return {unit: (int(on is not None), 1) for unit, on in _days(estate, window.day, _stage(estate)).items()}


def planned(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    return {unit: (int(on is not None), 1) for unit, on in _days(estate, window.day, "planned_on").items()}


def accepted(estate: Any, window: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for one in estate.rows("micro_projects.project"):
        if one["counts"] and one["approved_on"] is not None and one["approved_on"] <= window.day:
            n, d = out.get(one["complex_id"], (0, 0))
            done = one["accepted_on"] is not None and one["accepted_on"] <= window.day
            out[one["complex_id"]] = (n + done, d + 1)
    return out


INDICATORS = {
    "micro_projects.covered": covered,
    "micro_projects.planned": planned,
    "micro_projects.accepted": accepted,
}
DEADLINES = {
    "micro_projects.project": lambda estate, window: _days(estate, window.day, _stage(estate)),
    "micro_projects.plan": lambda estate, window: _days(estate, window.day, "planned_on"),
}
CLOCKS: dict[str, Any] = {}
