"""Believable synthetic history (plan section 4): 430 guards on post, 415 filed, 372 certified, 118 trained by 2024-12-31.
Guards are posts, never persons; no ID number but the synthetic valid form of plan 3.7."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.api import MANAGED, DemoComplex, Sample, World
from plugins.security_guards.records import (
    EDUCATION,
    HOSTS,
    TOPICS,
    Attendance,
    Guard,
    Inspection,
    PoliceLink,
    Training,
    WorkGroup,
)

GUARDS, FILED, CERTIFIED, TRAINED = 430, 415, 372, 118  # of 72 complexes
CLASSES = ((11, 21), (12, 5), (12, 12), (12, 19), (12, 26))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


def samples(world: World) -> Iterator[Sample]:
    if not world.complexes:
        return
    yield _work_group(world)
    guards = list(_guards(world))
    yield from guards
    yield from _trainings(world, guards)
    for one in world.complexes:
        yield from _police(world, one)
        yield from _inspections(world, one)


def _work_group(world: World) -> Sample:
    values = {
        "formed_on": world.start + timedelta(days=2),
        "head": "示例派出所工作组组长",
        "members": "示例片警01、示例片警02",
        "linkage": "保安发现可疑情况即报片警；每月一次联合巡逻；重大活动统一调度（演示数据）。",
    }
    return Sample(WorkGroup, world.start + timedelta(days=2), world.street, values)


def _guards(world: World) -> Iterator[Sample]:
    """Posts are dealt round by round over the managed complexes, larger ones first, until all are given."""
    served = [c for c in world.complexes if c.service_on(world.start) in MANAGED]
    served.sort(key=lambda c: (-c.households, c.ordinal))
    share = len(world.complexes)
    total = world.scaled(GUARDS, 72, share)
    filed, certified = world.scaled(FILED, 72, share), world.scaled(CERTIFIED, 72, share)
    order = sorted(range(total), key=lambda n: world.chance("filed", n).random())
    unfiled = set(order[filed:])
    bare = set(sorted(range(total), key=lambda n: world.chance("certified", n).random())[certified:])
    for number in range(total):
        one = served[number % len(served)]
        yield _guard(world, one, number, number not in unfiled, number not in bare)


def _guard(world: World, one: DemoComplex, number: int, filed: bool, certified: bool) -> Sample:
    chance = world.chance("guard", number)
    since = world.start - timedelta(days=chance.randint(5, 900))
    born = chance.randint(1968, 2003)
    values: dict[str, Any] = {
        "since": since,
        "post_no": f"岗位{number:03d}",
        "employer_id": one.company_id,
        "name": f"示例保安员{number:03d}",
        "number": _id_number(born, number),
        "birth_year": born,
        "education": EDUCATION[chance.randint(1, 3)],
        "healthy": True,
    }
    if certified:
        values |= {"certificate": f"闽泉保演{number:05d}", "certified_on": max(since, date(since.year, 3, 1))}
    screened = world.start + timedelta(days=chance.randint(4, 34))
    done = screened + timedelta(days=chance.randint(1, 5))
    steps: Steps = ()
    if filed and screened <= world.until:
        steps = ((screened, "clear", {}),)
        if done <= world.until:
            steps += ((done, "file", {}),)
    return Sample(Guard, world.start, one.id, values, steps)


def _id_number(born: int, number: int) -> str:
    """999999: no such region; the check digit is right (plan 3.7)."""
    body = f"999999{born}0101{number % 1000:03d}"
    total = sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def _trainings(world: World, guards: list[Sample]) -> Iterator[Sample]:
    """Classes with their guards; two in each hundred fail the test and are not counted."""
    held = [date(world.start.year, month, day) for month, day in CLASSES]
    held = [d for d in held if world.start <= d <= world.until]
    wanted = world.scaled(TRAINED, 72, len(world.complexes))
    classes = []
    for number, on in enumerate(held, 1):
        values = {
            "held_on": on,
            "title": f"保安技能培训第{number}期（演示）",
            "hosts": list(HOSTS),
            "topics": [TOPICS[0], TOPICS[1], TOPICS[2 + number % 2]],
            "place": "街道会议室",
            "photos": [world.photo],
        }
        classes.append(Sample(Training, on, world.street, values))
    yield from classes
    picked = sorted(range(len(guards)), key=lambda n: world.chance("trained", n).random())
    for place, number in enumerate(picked[: wanted + 2]):
        if not classes:
            return
        group, passed = classes[place % len(classes)], place < wanted
        marks = world.chance("mark", number).randint(62, 98) if passed else 48
        values = {"training_id": group, "guard_id": guards[number], "passed": passed, "score": marks}
        yield Sample(Attendance, group.on, guards[number].unit_id, values)


def _police(world: World, one: DemoComplex) -> Iterator[Sample]:
    """All but three in 72 have a linked officer by the end of the year."""
    if one.ordinal % 24 == 11:
        return
    since = world.start + timedelta(days=world.chance("police", one.ordinal).randint(1, 40))
    if since <= world.until:
        officer = f"示例片警{1 + one.ordinal % 9:02d}"
        values = {"since": since, "officer": officer, "phone": f"000-{one.ordinal:07d}"}
        yield Sample(PoliceLink, since, one.id, values)


def _inspections(world: World, one: DemoComplex) -> Iterator[Sample]:
    for first, last in world.months():
        chance = world.chance("image", one.ordinal, first)
        on = first + timedelta(days=chance.randint(1, 24))
        if one.service_on(first) not in MANAGED or chance.random() > 0.5 or on > last:
            continue
        marks = {name: chance.random() < 0.94 for name in ("certified", "uniformed", "groomed", "polite")}
        finding = None if all(marks.values()) else "现场指出并要求当日改正（演示数据）"
        yield Sample(Inspection, on, one.id, {"inspected_on": on, **marks, "finding": finding})
