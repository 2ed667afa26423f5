"""Drawing the synthetic world by chance and seed (plan section 4): which complexes there are and what they are like.
Pure; the same seed draws the same world. Next: world.py."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.base.codes import USCC, uscc_problem
from core.base.window import month_end
from core.estate.units import MANAGED, TYPES

RECTIFY, RAISE, MODEL = TYPES
CHARGING, FIRE, BUILT = "safety.charging", "safety.fire", "built"
BARE = 6  # complexes of a block without property service in the first month ...
STILL_BARE = 2  # ... and after it (plan section 4: managed 66, then 70)
COMPANIES = 28


@dataclass(frozen=True, kw_only=True)
class Place:
    """One community of plan section 4's table. ``types``: 整顿型, 提质型, 示范型."""

    letter: str
    complexes: int
    built: int
    types: tuple[int, int, int]
    charging: int
    fire: int


TABLE = tuple(
    Place(letter=letter, complexes=n, built=built, types=types, charging=charging, fire=fire)
    for letter, n, built, types, charging, fire in (
        ("A", 5, 5, (2, 2, 1), 3, 2),
        ("B", 7, 7, (2, 4, 1), 4, 2),
        ("C", 4, 4, (1, 2, 1), 2, 1),
        ("D", 8, 7, (2, 5, 1), 4, 2),
        ("E", 6, 6, (2, 3, 1), 3, 2),
        ("F", 9, 8, (1, 6, 2), 5, 1),
        ("G", 8, 8, (2, 5, 1), 5, 2),
        ("H", 9, 8, (1, 5, 3), 5, 1),
        ("I", 6, 5, (2, 3, 1), 3, 1),
        ("J", 5, 5, (2, 2, 1), 3, 1),
        ("K", 5, 4, (1, 3, 1), 3, 1),
    )
)
BLOCK = sum(p.complexes for p in TABLE)
LIKE = {RECTIFY: (60, 400, 1990, 2006), RAISE: (200, 900, 2003, 2015), MODEL: (300, 1600, 2012, 2022)}


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A complex before it is registered. ``services``: (since, state) in order; ``company``: which serves it."""

    community: str
    type: str
    built: bool
    lists: frozenset[str]
    services: tuple[tuple[date, str], ...] = ()
    company: int | None = None
    households: int = 0
    buildings: int = 0
    floor_area: str = ""
    built_year: int = 0


def draw(seed: int, complexes: int, start: date, until: date) -> list[Sketch]:
    """``complexes`` of them, community by community; each full block of 72 has exactly the counts of the table."""
    out: list[Sketch] = []
    for block in range(math.ceil(complexes / BLOCK)):
        chance = random.Random(f"{seed}/block/{block}")
        whole = [one for place in TABLE for one in _community(place, block, chance)]
        whole = [_lived_in(one, start, chance) for one in _served(whole, start, until, chance)]
        kept = _share(min(BLOCK, complexes - block * BLOCK))
        out += [one for number, one in enumerate(whole) if number in kept]
    return _companies(out, random.Random(f"{seed}/companies"))


def company_count(complexes: int) -> int:
    return max(1, round(COMPANIES * complexes / BLOCK))


def uscc(number: int) -> str:
    """A valid and fictitious 统一社会信用代码 (region 000000, plan 3.7)."""
    body = f"91000000MA{number:07d}"
    return next(body + c for c in USCC if uscc_problem(body + c) is None)


def _share(n: int) -> set[int]:
    """Positions of the first ``n`` of a block, spread over its communities in proportion to their size."""
    order: list[tuple[float, int]] = []
    for place in TABLE:
        first = len(order)
        order += [((k + 0.5) / place.complexes, first + k) for k in range(place.complexes)]
    return {position for _, position in sorted(order)[:n]}


def _community(place: Place, block: int, chance: random.Random) -> Iterator[Sketch]:
    name = place.letter + (str(block + 1) if block else "")
    types = [t for t, n in zip(TYPES, place.types, strict=True) for _ in range(n)]
    chance.shuffle(types)
    each = list(range(place.complexes))
    newest_last = sorted(each, key=lambda i: (types[i] != RECTIFY, chance.random()))
    built = set(newest_last[: place.built])
    worst_first = sorted(built, key=lambda i: (TYPES.index(types[i]), chance.random()))
    fire = set(worst_first[: place.fire])
    charging = set(chance.sample(sorted(built), place.charging))
    for i in each:
        lists = {n for n, on in ((CHARGING, charging), (FIRE, fire), (BUILT, built)) if i in on}
        yield Sketch(community=name, type=types[i], built=i in built, lists=frozenset(lists))


def _served(whole: list[Sketch], start: date, until: date, chance: random.Random) -> list[Sketch]:
    """Who has property service since when: six complexes have none at first, four of them are taken on that month."""
    candidates = [i for i, one in enumerate(whole) if one.built and one.type != MODEL]
    bare = sorted(candidates, key=lambda i: (whole[i].type != RECTIFY, chance.random()))[:BARE]
    before = date(start.year, 1, 1)
    out = []
    for i, one in enumerate(whole):
        packaged = one.type == RECTIFY and chance.random() < 0.4
        terms = [(before, MANAGED[1] if packaged else MANAGED[0])]
        if i in bare:
            terms = [(before, chance.choice(("无物业", "业主自管")))]
            taken_on = max(start + timedelta(days=1), month_end(start) - timedelta(days=chance.randint(2, 10)))
            served = chance.choice(MANAGED)  # drawn in any case, so that ``until`` shifts nothing else
            if bare.index(i) < BARE - STILL_BARE and taken_on <= until:
                terms.append((taken_on, served))
        out.append(replace(one, services=tuple(terms)))
    return out


def _lived_in(one: Sketch, start: date, chance: random.Random) -> Sketch:
    least, most, oldest, newest = LIKE[one.type]
    households = chance.randint(least, most)
    return replace(
        one,
        households=households,
        buildings=math.ceil(households / chance.randint(40, 110)),
        floor_area=f"{households * chance.randint(8500, 13000) / 100:.2f}",
        built_year=chance.randint(oldest, newest) if one.built else start.year,
    )


def _companies(all_of_them: list[Sketch], chance: random.Random) -> list[Sketch]:
    """Every company serves at least one complex, the larger ones several."""
    count = company_count(len(all_of_them))
    managed = [i for i, one in enumerate(all_of_them) if one.services[-1][1] in MANAGED]
    chance.shuffle(managed)
    out = list(all_of_them)
    for place, i in enumerate(managed):
        out[i] = replace(out[i], company=place if place < count else int(count * chance.random() ** 2))
    return out
