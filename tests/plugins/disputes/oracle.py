"""The independent check of action three: slow, obvious Python over exported rows, written from plan.md (A3-1..A3-6, D8-D10,
Q7-Q11, 3.3), not from the plugin's selects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

TZ = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]
Figures = dict[int, tuple[int, int]]
Days = dict[int, date | None]
Clock = dict[int, tuple[datetime, datetime, datetime | None]]


def day_of(at: Any) -> date | None:
    if at is None or not isinstance(at, datetime):
        found: date | None = at
        return found
    return at.astimezone(TZ).date()


def passed(at: Any, day: date) -> bool:
    found = day_of(at)
    return found is not None and found <= day


def within(row: Row, field: str, window: Any) -> bool:
    found = day_of(row[field])
    return bool(row["counts"]) and found is not None and window.start <= found <= window.day


# ---- complaints -------------------------------------------------------------------------------------------------
def received(estate: Any, window: Any) -> list[Row]:
    """In the window, and no other body has taken it by the day (Q9)."""
    rows = [r for r in estate.rows("disputes.complaint") if within(r, "received_at", window)]
    return [r for r in rows if not passed(r["transferred_at"], window.day)]


def disposed(estate: Any, row: Row, day: date) -> bool:
    """Closed; a merged one when its main one is."""
    if passed(row["closed_at"], day):
        return True
    if not passed(row["merged_at"], day):
        return False
    main = next(r for r in estate.rows("disputes.complaint") if r["id"] == row["main_id"])
    return passed(main["closed_at"], day)


def sums(rows: list[tuple[int, bool]]) -> Figures:
    out: Figures = {}
    for unit, good in rows:
        n, d = out.get(unit, (0, 0))
        out[unit] = (n + int(good), d + 1)
    return out


def a3_2(estate: Any, window: Any) -> Figures:
    return sums([(r["complex_id"], disposed(estate, r, window.day)) for r in received(estate, window)])


def q8(estate: Any, window: Any) -> Figures:
    found = []
    for row in received(estate, window):
        done = disposed(estate, row, window.day)
        if done or row["due_on"] <= window.day:
            found.append((row["complex_id"], done))
    return sums(found)


def counted(estate: Any, window: Any, *, matters: bool) -> Figures:
    out = {one["id"]: 0 for one in estate.complexes(window.day)}
    for row in received(estate, window):
        if row["is_property"] and not (matters and passed(row["merged_at"], window.day)) and row["complex_id"] in out:
            out[row["complex_id"]] += 1
    return {unit: (n, 1) for unit, n in out.items()}


def same_day(estate: Any, window: Any, complexity: str, field: str) -> Figures:
    """In time of what is done or overdue; what came in on the last day and waits is neither."""
    found = []
    for row in estate.rows("disputes.complaint"):
        if not within(row, "received_at", window) or row["complexity"] != complexity:
            continue
        came, done = day_of(row["received_at"]), day_of(row[field])
        assert came is not None
        if passed(row[field], window.day) or came < window.day:
            found.append((row["complex_id"], done == came))
    return sums(found)


def settled(estate: Any, window: Any, levels: tuple[str, ...]) -> Figures:
    closed = [r for r in received(estate, window) if passed(r["closed_at"], window.day)]
    return sums([(r["complex_id"], r["level"] in levels) for r in closed])


def a3_6(estate: Any, window: Any) -> Figures:
    there = {r["complex_id"] for r in estate.rows("disputes.promotion") if r["counts"] and r["held_on"] <= window.day}
    return {one["id"]: (int(one["id"] in there), 1) for one in estate.complexes(window.day)}


# ---- the baseline -----------------------------------------------------------------------------------------------
def a3_1(estate: Any, window: Any) -> Figures:
    chosen = estate.setting("disputes.baseline")
    n, d = {"上年同期": same_period, "2024年1-10月月均": monthly_mean, "上月": last_month}[chosen](estate, window)
    return {area["id"]: (n, d) for area in estate.units("area") if area["level"] == "街道"}


def property_complaints(estate: Any, first: date, last: date, communities: set[int]) -> int:
    home = {one["id"]: one["community_id"] for one in estate.complexes(last)}
    many = 0
    for row in estate.rows("disputes.complaint"):
        came = day_of(row["received_at"])
        assert came is not None
        good = row["counts"] and row["is_property"] and first <= came <= last
        many += good and not passed(row["transferred_at"], last) and home.get(row["complex_id"]) in communities
    return many


def bases(estate: Any, kind: str) -> list[Row]:
    return [r for r in estate.rows("disputes.baseline") if r["counts"] and r["kind"] == kind]


def nearest(number: int, part: int, whole: int) -> int:
    return (2 * number * part + whole) // (2 * whole)


def a_year_on(day: date) -> date:
    return date(day.year + 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def same_period(estate: Any, window: Any) -> tuple[int, int]:
    wanted = {window.start + timedelta(days=k) for k in range((window.day - window.start).days + 1)}
    covered: dict[int, set[date]] = {}
    base: dict[int, int] = {}
    for row in bases(estate, "同期"):
        first, last = a_year_on(row["from_on"]), a_year_on(row["to_on"])
        days = {first + timedelta(days=k) for k in range((last - first).days + 1)}
        if days & wanted:
            unit = row["community_id"]
            covered.setdefault(unit, set()).update(days & wanted)
            base[unit] = base.get(unit, 0) + nearest(row["number"], len(days & wanted), len(days))
    whole = {unit for unit, days in covered.items() if days == wanted}
    return property_complaints(estate, window.start, window.day, whole), sum(base[u] for u in whole)


def month(window: Any) -> tuple[date, int, int]:
    """(first day of ours in the month, days gone, days of the month)."""
    first = window.day.replace(day=1)
    since = max(first, window.start)
    return since, (window.day - since).days + 1, ((first + timedelta(days=32)).replace(day=1) - first).days


def monthly_mean(estate: Any, window: Any) -> tuple[int, int]:
    since, gone, length = month(window)
    months: dict[int, list[int]] = {}
    for row in bases(estate, "月"):
        if date(2024, 1, 1) <= row["from_on"] <= date(2024, 10, 31):
            months.setdefault(row["community_id"], []).append(row["number"])
    whole = {unit for unit, numbers in months.items() if len(numbers) == 10}
    total = sum(sum(months[unit]) for unit in whole)
    n = property_complaints(estate, since, window.day, whole)
    if gone < length:
        return n, nearest(total, gone, 10 * length)
    return (n, total // 10) if total % 10 == 0 else (10 * n, total)


def last_month(estate: Any, window: Any) -> tuple[int, int]:
    since, gone, length = month(window)
    before = (window.day.replace(day=1) - timedelta(days=1)).replace(day=1)
    end = window.day.replace(day=1) - timedelta(days=1)
    stated = {r["community_id"]: r["number"] for r in bases(estate, "月") if r["from_on"] == before}
    base = {}
    for one in estate.units("community"):
        if one["id"] in stated:
            base[one["id"]] = stated[one["id"]]
        elif before >= window.start:
            base[one["id"]] = property_complaints(estate, before, end, {one["id"]})
    total = sum(base.values())
    n = property_complaints(estate, since, window.day, set(base))
    return n, total if gone == length else nearest(total, gone, length)


INDICATORS: dict[str, Callable[[Any, Any], Figures]] = {
    "disputes.complaints_reduced": a3_1,
    "disputes.disposed": a3_2,
    "disputes.disposed_due": q8,
    "disputes.received": lambda estate, window: counted(estate, window, matters=False),
    "disputes.matters": lambda estate, window: counted(estate, window, matters=True),
    "disputes.simple_same_day": lambda estate, window: same_day(estate, window, "简单", "ended_at"),
    "disputes.complex_same_day": lambda estate, window: same_day(estate, window, "复杂", "answered_at"),
    "disputes.settled_in_grid": lambda estate, window: settled(estate, window, ("网格",)),
    "disputes.settled_in_community": lambda estate, window: settled(estate, window, ("网格", "社区")),
    "disputes.mini_program": a3_6,
}


# ---- duties -----------------------------------------------------------------------------------------------------
def streets(estate: Any) -> Iterator[int]:
    yield from (area["id"] for area in estate.units("area") if area["level"] == "街道")


def first(estate: Any, key: str, unit: str, field: str, window: Any, *, ever: bool) -> Days:
    """Who owes it and the day of the first fact, in the window or (``ever``) by its last day."""
    owed = list(streets(estate)) if unit == "area" else [one["id"] for one in estate.units("community")]
    out: Days = dict.fromkeys(owed)
    for row in estate.rows(key):
        day = day_of(row[field])
        assert day is not None
        if not row["counts"] or day > window.day or (not ever and day < window.start):
            continue
        known = out.get(row[f"{unit}_id"])
        if row[f"{unit}_id"] in out and (known is None or day < known):
            out[row[f"{unit}_id"]] = day
    return out


DEADLINES: dict[str, Callable[[Any, Any], Days]] = {
    "disputes.group_set_up": lambda e, w: first(e, "disputes.community_group", "community", "founded_on", w, ever=True),
    "disputes.street_group_set_up": lambda e, w: first(e, "disputes.street_group", "area", "founded_on", w, ever=True),
    "disputes.community_meeting": lambda e, w: first(
        e, "disputes.community_meeting", "community", "held_at", w, ever=False
    ),
    "disputes.street_meeting": lambda e, w: first(e, "disputes.street_meeting", "area", "held_at", w, ever=False),
}


# ---- clocks -----------------------------------------------------------------------------------------------------
def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), TZ)


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), TZ)


def moment(value: Any) -> datetime | None:
    if value is None:
        return None
    return value.astimezone(TZ) if isinstance(value, datetime) else midnight(value)


def is_working(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def same_day_due(estate: Any, came: datetime) -> datetime:
    """Q11: the day it came in; with a cut-off in force, what came later or on a rest day is due the next working day."""
    word, local = estate.setting("disputes.cutoff"), came.astimezone(TZ)
    day = local.date()
    if word != "不启用" and (local.time() > time.fromisoformat(word) or not is_working(day)):
        day += timedelta(days=1)
        while not is_working(day):
            day += timedelta(days=1)
    return end_of(day)


def complaints(estate: Any, complexity: str, field: str, *, stated: bool = False) -> Clock:
    out: Clock = {}
    for row in estate.rows("disputes.complaint"):
        if row["counts"] and row["complexity"] == complexity:
            came = row["received_at"]
            due = end_of(row["due_on"]) if stated else same_day_due(estate, came)
            out[row["id"]] = (came, due, moment(row[field]))
    return out


def petitions(
    estate: Any, opened: str, done: str, due: Callable[[Row], date], only: Callable[[Row], bool] = lambda _row: True
) -> Clock:
    return {
        row["id"]: (midnight(row[opened]), end_of(due(row)), moment(row[done]))
        for row in estate.rows("disputes.petition")
        if row["counts"] and row[opened] is not None and only(row)
    }


def working_days(day: date, many: int) -> date:
    while many:
        day += timedelta(days=1)
        many -= is_working(day)
    return day


CLOCKS: dict[str, Callable[[Any], Clock]] = {
    "disputes.simple_closed": lambda e: complaints(e, "简单", "ended_at"),
    "disputes.complex_explained": lambda e: complaints(e, "复杂", "answered_at"),
    "disputes.complex_closed": lambda e: complaints(e, "复杂", "ended_at", stated=True),
    "disputes.petition_told": lambda e: petitions(
        e, "received_on", "told_on", lambda r: r["received_on"] + timedelta(days=15)
    ),
    "disputes.petition_objection": lambda e: petitions(
        e,
        "received_on",
        "declined_on",
        lambda r: working_days(r["received_on"], 5),
        lambda r: r["ground"] == "不属本机关职权",
    ),
    "disputes.petition_concluded": lambda e: petitions(
        e, "accepted_on", "concluded_on", lambda r: r["limit_on"] or r["accepted_on"] + timedelta(days=60)
    ),
    "disputes.petition_review": lambda e: petitions(
        e, "review_on", "reviewed_on", lambda r: r["review_on"] + timedelta(days=30)
    ),
    "disputes.petition_recheck": lambda e: petitions(
        e, "recheck_on", "rechecked_on", lambda r: r["recheck_on"] + timedelta(days=30)
    ),
}
