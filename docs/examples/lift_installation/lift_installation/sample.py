"""Believable synthetic applications, censuses, visits and one reminder."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.api import Sample, World
from lift_installation.deadlines import INSPECTING
from lift_installation.records import Application, Census, Reminder, Visit


def samples(world: World) -> Iterator[Sample]:
    for place, (community, _) in enumerate(world.communities):
        yield from _community(world, place, community)
    for one in world.complexes:
        if one.ordinal % 3 == 0:
            yield from _application(world, one.ordinal, one.id)
    yield from _visits(world)


def _community(world: World, place: int, community: int) -> Iterator[Sample]:
    chance = world.chance("lift", "census", place)
    on = world.start + timedelta(days=chance.randint(2, 9))
    if on <= world.until and place % 6 != 5:
        yield Sample(Census, on, community, {"counted_on": on, "staircases": chance.randint(20, 90)})
    elif world.start + timedelta(days=20) <= world.until:
        on = world.start + timedelta(days=20)
        facts = {"drafted_on": on, "facts": "无电梯楼梯摸底逾期1件。", "limit_on": on + timedelta(days=5)}
        yield Sample(Reminder, on, community, facts, ((on, "issue", {}),))


def _application(world: World, ordinal: int, complex_id: int) -> Iterator[Sample]:
    chance = world.chance("lift", ordinal)
    on = world.start + timedelta(days=chance.randint(0, 20))
    if on > world.until:
        return
    posted, begun = on + timedelta(days=4), on + timedelta(days=35)
    steps: list[tuple[date, str, dict[str, object]]] = [
        (posted, "post", {"posting_photos": [world.photo]}),
        (begun, "build", {"objections": chance.choice((0, 0, 1))}),
        (begun + timedelta(days=5), "accept", {}),
    ]
    values = {
        "applied_on": on,
        "staircase": f"{chance.randint(1, 9)}号楼{chance.randint(1, 3)}梯",
        "contact": f"示例业主{ordinal:02d}",
        "phone": f"000000{ordinal:05d}",
    }
    kept = steps[: chance.choice((1, 2, 3, 3))]
    yield Sample(Application, on, complex_id, values, tuple(s for s in kept if s[0] <= world.until))


def _visits(world: World) -> Iterator[Sample]:
    for place, name in enumerate(INSPECTING):
        on = world.start + timedelta(days=3 + place)
        while name in world.departments and on <= world.until:
            chance = world.chance("lift", "visit", name, on)
            if chance.random() < 0.9:
                values = {"visited_on": on, "sites": chance.randint(1, 6)}
                yield Sample(Visit, on, world.departments[name], values)
            on += timedelta(days=7)
