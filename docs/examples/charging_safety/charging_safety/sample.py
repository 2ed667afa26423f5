"""Believable synthetic rounds: eight of ten managed complexes every month, most findings cleared in time."""

from collections.abc import Iterator
from datetime import timedelta

from charging_safety.records import Check
from core.api import MANAGED, Sample, World


# [sample]
def samples(world: World) -> Iterator[Sample]:
    first = world.start.replace(day=1)
    while first <= world.until:
        for one in world.complexes:
            chance = world.chance("charging", one.ordinal, first)
            on = max(world.start, first + timedelta(days=chance.randint(3, 24)))
            if one.service_on(on) not in MANAGED or one.ordinal % 5 == 0 or on > world.until:
                continue
            found = chance.choice((0, 0, 1, 2, 4))
            values = {"checked_on": on, "found": found, "before_photos": [world.photo]}
            cleared = on + timedelta(days=chance.choice((1, 2, 3, 6)))
            steps = ((cleared, "clear", {"after_photos": [world.photo]}), (cleared + timedelta(days=1), "verify", {}))
            if found:
                values["place"] = f"{chance.randint(1, 9)}号楼"
            yield Sample(Check, on, one.id, values, steps if found and chance.random() < 0.8 else ())
        first = (first + timedelta(days=32)).replace(day=1)


# [/sample]
