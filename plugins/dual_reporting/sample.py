"""Believable synthetic history (plan section 4): 18 organs, 17 with a list, 15 with two activities; in December needs are
published by 11 of 11 communities and 36 of 40 involved complexes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.api import DemoComplex, Sample, World
from plugins.dual_reporting.records_homes import (
    KINDS,
    POSTS,
    RATINGS,
    SUPERVISOR,
    WAYS,
    Cadre,
    CommunityEvent,
    CommunityNeed,
    ComplexEvent,
    ComplexNeed,
    Opinion,
)
from plugins.dual_reporting.records_organs import Activity, Item, OrganLink, ProjectList

INVOLVED, WITH_NEEDS = 40, {11: 31, 12: 36}  # of 72 complexes; of them by month
CONTENTS = ("增设晾晒设施", "楼道照明更换", "老年人助餐", "周末亲子活动", "反诈法律宣讲", "飞线充电劝导", "绿化补植")
DOINGS = ("清洁家园志愿服务", "消防安全宣传", "政策法律咨询", "义诊义剪", "文明养犬劝导")
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


def samples(world: World) -> Iterator[Sample]:
    organs = sorted((name, key) for name, key in world.departments.items() if "市直单位" in name)
    involved = world.rank(list(world.complexes), "involved")
    involved = involved[: world.scaled(INVOLVED, 72, len(world.complexes))]
    homes = {key: involved[place :: len(organs)] for place, (_, key) in enumerate(organs)} if organs else {}
    for place, (name, key) in enumerate(organs):
        yield from _organ(world, place, name, key, homes[key])
    ids = [key for place, (_, key) in enumerate(organs) if place not in (5, 11, 16)]  # who has done little goes nowhere
    for first, last in world.months():
        yield from _communities(world, ids, first, last)
        yield from _complexes(world, ids, involved, first, last)
    for one in world.complexes:
        yield from _cadres(world, one)


def _organ(world: World, place: int, name: str, key: int, homes: list[DemoComplex]) -> Iterator[Sample]:
    since = world.start + timedelta(days=1 + place % 4)
    near = [world.communities[place % len(world.communities)][0]]
    near += [c.community_id for c in homes if c.community_id not in near]
    values = {"since": since, "communities": near, "complexes": [c.id for c in homes]}
    yield Sample(OrganLink, since, key, values)
    chance = world.chance("organ", place)
    made = world.start + timedelta(days=chance.randint(6, 40))
    if place != 16 and made <= world.until:  # 17 of 18 have made their list
        title = f"{name}“双报到”项目清单（演示）"
        one = Sample(
            ProjectList,
            made,
            key,
            {"made_on": made, "title": title, "communities": near, "complexes": [c.id for c in homes]},
        )
        yield one
        yield from _items(world, place, one)
    if not homes:
        return
    for number in range(0 if place == 16 else 1 if place in (5, 11) else 2 + place % 2):
        held = world.start + timedelta(days=4 + number * 17 + chance.randint(0, 9))
        if held <= world.until:
            values = {
                "held_on": held,
                "home_id": homes[number % len(homes)].id,
                "people": chance.randint(8, 40),
                "content": f"{DOINGS[(place + number) % len(DOINGS)]}（演示）",
                "photos": [world.photo],
            }
            yield Sample(Activity, held, key, values)


def _items(world: World, place: int, of: Sample) -> Iterator[Sample]:
    for number in range(1 + place % 3):
        chance = world.chance("item", place, number)
        done = of.on + timedelta(days=chance.randint(5, 30))
        values = {
            "list_id": of,
            "name": f"{CONTENTS[(place + number) % len(CONTENTS)]}项目",
            "content": "与社区、物业共同实施（演示数据）",
            "answers": "办公室负责人",
            "limit_on": of.on + timedelta(days=30),
        }
        steps: Steps = ((done, "finish", {}),) if chance.random() < 0.7 and done <= world.until else ()
        yield Sample(Item, of.on, of.unit_id, values, steps)


def _communities(world: World, organs: list[int], first: date, last: date) -> Iterator[Sample]:
    for place, (key, _name) in enumerate(world.communities):
        chance = world.chance("community", place, first)
        on = first + timedelta(days=chance.randint(0, 12))
        if on <= last:
            yield _need(world, CommunityNeed, key, on, organs, chance)
        held = first + timedelta(days=chance.randint(6, 22))
        if held <= last and not (first.month == 12 and place == 9):  # one community held none in December
            yield _event(world, CommunityEvent, key, held, organs, chance)


def _complexes(
    world: World, organs: list[int], involved: list[DemoComplex], first: date, last: date
) -> Iterator[Sample]:
    share = WITH_NEEDS.get(first.month, 30)
    for place, one in enumerate(involved):
        chance = world.chance("need", one.ordinal, first)
        on = first + timedelta(days=chance.randint(0, 18))
        if place < round(share * len(involved) / INVOLVED) and on <= last:
            yield _need(world, ComplexNeed, one.id, on, organs, chance)
        held = first + timedelta(days=chance.randint(3, 22))
        if chance.random() < 0.7 and held <= last:
            yield _event(world, ComplexEvent, one.id, held, organs, chance)


def _need(world: World, model: type, unit_id: int, on: date, organs: list[int], chance: Any) -> Sample:
    values = {
        "published_on": on,
        "month": on.replace(day=1),
        "kind": chance.choice(KINDS[:6]),
        "content": f"{chance.choice(CONTENTS)}（演示）",
        "way": chance.choice(WAYS[:3]),
        "proof": [world.photo],
    }
    claimed = on + timedelta(days=chance.randint(1, 14))
    done = claimed + timedelta(days=chance.randint(4, 20))
    answered = done + timedelta(days=chance.randint(1, 4))
    steps: Steps = ()
    if organs and chance.random() < 0.8 and claimed <= world.until:
        steps = ((claimed, "claim", {"organ_id": chance.choice(organs)}),)
        if done <= world.until:
            steps += ((done, "finish", {"result": "已按需求办理（演示数据）"}),)
            if answered <= world.until:
                steps += ((answered, "close", {"rating": RATINGS[chance.random() < 0.15]}),)
    return Sample(model, on, unit_id, values, steps)


def _event(world: World, model: type, unit_id: int, on: date, organs: list[int], chance: Any) -> Sample:
    values = {
        "held_on": on,
        "organs": [chance.choice(organs)],
        "people": chance.randint(10, 60),
        "content": f"{chance.choice(DOINGS)}（演示）",
        "photos": [world.photo],
    }
    return Sample(model, on, unit_id, values)


def _cadres(world: World, one: DemoComplex) -> Iterator[Sample]:
    """One to four known in each complex; most have reported, one in two complexes has a supervisor who gives marks."""
    chance = world.chance("cadre", one.ordinal)
    for number in range(1, chance.randint(1, 4) + 1):
        known = world.start + timedelta(days=chance.randint(0, 12))
        reported = known + timedelta(days=chance.randint(1, 30))
        values: dict[str, Any] = {
            "known_on": known,
            "number": f"{one.ordinal:02d}-{number}",
            "name": f"示例公职党员{one.ordinal:02d}{number}",
            "employer": f"示例市直单位{1 + (one.ordinal + number) % 18:02d}",
        }
        came = chance.random() < 0.82 and reported <= world.until
        supervises = number == 1 and one.ordinal % 2 == 0
        if came:
            posts = [SUPERVISOR] if supervises else chance.sample(POSTS[:2] + POSTS[3:], 1)
            values |= {"reported_on": reported, "shown": chance.random() < 0.8, "posts": posts}
        cadre = Sample(Cadre, reported if came else known, one.id, values)
        yield cadre
        if came and supervises:
            yield from _opinions(world, one, cadre, reported)


def _opinions(world: World, one: DemoComplex, cadre: Sample, since: date) -> Iterator[Sample]:
    for first, last in world.months():
        on = max(first, last - timedelta(days=3), since)
        if on <= last:
            chance = world.chance("opinion", one.ordinal, first)
            marks = {m: chance.choice((2, 3, 4, 4, 5, 5)) for m in ("service", "cleaning", "order", "upkeep")}
            yield Sample(Opinion, on, one.id, {"supervisor_id": cadre, "month": first.replace(day=1), **marks})
