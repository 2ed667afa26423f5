"""Believable synthetic history (plan section 4): first clean-ups 63 of 66 by 2024-11-15, monthly ones, inspections,
defects on their way, fallback service where no company works. Deterministic by the world's seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.api import MANAGED, DemoComplex, Sample, World
from plugins.environment.records import DEFECTS, SPOTS, Cleanup, Fallback, Inspection, Shortboard, Standard

FIRST_DUE = date(2024, 11, 15)


def samples(world: World) -> Iterator[Sample]:
    yield from _first_cleanups(world)
    for first, last in world.months():
        for one in world.complexes:
            if one.service_on(first) in MANAGED:
                yield from _monthly(world, one, first, last)
    for one in world.complexes:
        yield from _inspections(world, one)
        yield from _defects(world, one)
        yield from _fallback(world, one)
        yield from _standard(world, one)


def _first_cleanups(world: World) -> Iterator[Sample]:
    """All five spots: 63 of 66 in time, two a few days late, one still owes it."""
    managed = world.rank([c for c in world.complexes if c.service_on(world.start) in MANAGED], "first")
    late = world.scaled(3, 66, len(managed))
    for place, one in enumerate(managed):
        behind = place - (len(managed) - late)
        chance = world.chance("first", one.ordinal)
        if behind < 0:
            held = world.start + timedelta(days=chance.randint(0, (FIRST_DUE - world.start).days))
        elif behind % 3 < 2:
            held = FIRST_DUE + timedelta(days=chance.randint(2, 6))
        else:  # a partial one: does not settle the first duty, counts for the month
            yield _cleanup(world, one, FIRST_DUE, list(SPOTS[:3]))
            continue
        if held <= world.until:
            yield _cleanup(world, one, held, list(SPOTS))


def _monthly(world: World, one: DemoComplex, first: date, last: date) -> Iterator[Sample]:
    if first <= FIRST_DUE:
        return  # the first clean-up is November's
    chance = world.chance("monthly", one.ordinal, first)
    if chance.random() < 0.93:
        held = first + timedelta(days=chance.randint(2, 27))
        if held <= last:
            yield _cleanup(world, one, held, sorted(chance.sample(SPOTS, chance.randint(2, 5)), key=SPOTS.index))


def _cleanup(world: World, one: DemoComplex, held: date, spots: list[str]) -> Sample:
    people = world.chance("people", one.ordinal, held).randint(6, 45)
    checked = held + timedelta(days=world.chance("checked", one.ordinal, held).randint(1, 6))
    steps: tuple[tuple[date, str, dict[str, Any]], ...] = ((checked, "check", {}),) if checked <= world.until else ()
    return Sample(
        Cleanup, held, one.id, {"held_on": held, "spots": spots, "people": people, "photos": [world.photo]}, steps
    )


def _inspections(world: World, one: DemoComplex) -> Iterator[Sample]:
    for first, last in world.months():
        chance = world.chance("inspection", one.ordinal, first)
        held = first + timedelta(days=chance.randint(1, 24))
        if chance.random() > 0.7 or held > last:
            continue
        marks = {name: chance.random() < 0.94 for name in ("waste", "roads", "facilities", "lights")}
        finding = None if all(marks.values()) else "现场发现不达标情况，已要求整改（演示数据）"
        yield Sample(Inspection, held, one.id, {"inspected_on": held, **marks, "finding": finding})


def _defects(world: World, one: DemoComplex) -> Iterator[Sample]:
    chance = world.chance("defect", one.ordinal)
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        found = world.start + timedelta(days=chance.randint(0, max((world.until - world.start).days, 1)))
        mended = found + timedelta(days=chance.randint(4, 25))
        closed = mended + timedelta(days=chance.randint(1, 5))
        steps: list[tuple[date, str, dict[str, Any]]] = []
        if chance.random() < 0.85 and mended <= world.until:
            steps.append((mended, "mend", {"after_photos": [world.photo]}))
            if closed <= world.until:
                steps.append((closed, "close", {}))
        values = {
            "found_on": found,
            "defect": chance.choice(DEFECTS[:5]),
            "place": f"{chance.randint(1, 9)}号楼东侧",
            "limit_on": found + timedelta(days=15),
            "before_photos": [world.photo],
        }
        if found <= world.until:
            yield Sample(Shortboard, found, one.id, values, tuple(steps))


def _fallback(world: World, one: DemoComplex) -> Iterator[Sample]:
    """Every complex without a company but one in each six has both services by the end of November."""
    if one.service_on(world.start) in MANAGED:
        return
    chance = world.chance("fallback", one.ordinal)
    started = world.start + timedelta(days=chance.randint(5, 20))
    taken_over = next((since for since, state in one.services if state in MANAGED and since > started), None)
    services = ["保洁"] if one.ordinal % 6 == 0 else ["保洁", "安保"]
    values = {"started_on": started, "services": services, "cost": chance.randint(8, 40) * 1000}
    if taken_over is not None and taken_over <= world.until:
        values |= {"conversion": "连片打包委托", "ended_on": taken_over}
    if started <= world.until:
        yield Sample(Fallback, max(started, taken_over or started), one.id, values)


def _standard(world: World, one: DemoComplex) -> Iterator[Sample]:
    chance = world.chance("standard", one.ordinal)
    adopted = world.start + timedelta(days=chance.randint(3, 45))
    if chance.random() < 0.6 and adopted <= world.until:
        yield Sample(
            Standard,
            adopted,
            one.id,
            {"adopted_on": adopted, "title": f"{one.name}日常保洁标准（演示）", "times_a_day": chance.randint(1, 3)},
        )
