"""Believable synthetic history (plan section 4): 35 of 66 standards, 33 of 40 charging places, 12 of 16 fire repairs, 61 of 67 at
标准型, 13 of these at 提高型, by community as in its table. Deterministic by the world's seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from core.api import MANAGED, DemoComplex, Sample, World
from plugins.safety.records import (
    ChargingProject,
    FireRepair,
    Hazard,
    Maintenance,
    Operator,
    SmartGrade,
    Standardisation,
)
from plugins.safety.records_projects import FUNDS, PROBLEMS
from plugins.safety.records_safety import HAZARDS

Steps = tuple[tuple[date, str, dict[str, Any]], ...]
Legs = tuple[tuple[int, str, dict[str, Any]], ...]
# Community: built, 提高型, 标准型 or better (plan section 4, at 2024-12-31)
TABLE = {
    "A": (5, 1, 5), "B": (7, 1, 6), "C": (4, 0, 3), "D": (7, 1, 6), "E": (6, 1, 5), "F": (8, 3, 8),
    "G": (8, 1, 8), "H": (8, 3, 8), "I": (5, 1, 4), "J": (5, 0, 4), "K": (4, 1, 4),
}  # fmt: skip


def samples(world: World) -> Iterator[Sample]:
    yield from _standards(world)
    yield from _charging(world)
    yield from _repairs(world)
    yield from _grades(world)
    for one in world.complexes:
        yield from _hazards(world, one)
        yield from _contracts(world, one)
        yield from _posts(world, one)


def _walk(world: World, first: date, *legs: tuple[int, str, dict[str, Any]]) -> Steps:
    """Steps so many days after each other, as far as the world's history goes."""
    steps, on = [], first
    for days, step, values in legs:
        on += timedelta(days=days)
        if on > world.until:
            break
        steps.append((on, step, values))
    return tuple(steps)


def _standards(world: World) -> Iterator[Sample]:
    """35 of the 66 managed at the start are there by 2024-12-24, the first 14 before the end of November."""
    managed = world.rank([c for c in world.complexes if c.service_on(world.start) in MANAGED], "standard")
    done, tried = world.scaled(35, 66, len(managed)), world.scaled(45, 66, len(managed))
    for place, one in enumerate(managed[:tried]):
        chance = world.chance("standard", one.ordinal)
        early = place < done * 2 // 5
        declared = world.start + timedelta(days=chance.randint(0, 3) if early else chance.randint(12, 25))
        score = str(chance.randint(760, 980) / 10)
        legs: Legs = (
            (chance.randint(2, 4), "assess", {"self_score": score}),
            (chance.randint(3, 6), "review", {"reviewer": "示例评审机构"}),
            (chance.randint(3, 6), "achieve", {"certificate": f"演示〔2024〕{place + 1:03d}号"}),
        )
        steps = _walk(world, declared, *legs[: 3 if place < done else place % 3])
        if declared <= world.until:
            values = {"declared_on": declared, "grade": "二级" if one.type == "示范型" else "三级"}
            yield Sample(Standardisation, declared, one.id, values, steps)


def _charging(world: World) -> Iterator[Sample]:
    """33 of the 40 listed complexes have a place in use; three that are on no list have one too and never count."""
    listed = world.rank([c for c in world.complexes if "safety.charging" in c.lists], "charging")
    done = world.scaled(33, 40, len(listed))
    for place, one in enumerate(listed):
        reached = 4 if place < done else (place - done) % 4
        yield from _place(world, one, reached, early=place < done // 2)
    others = [c for c in world.complexes if "safety.charging" not in c.lists and c.service_on(world.start) in MANAGED]
    for one in world.rank(others, "charging", "others")[:3]:
        yield from _place(world, one, 4, early=True)


def _place(world: World, one: DemoComplex, reached: int, *, early: bool) -> Iterator[Sample]:
    chance = world.chance("place", one.ordinal)
    sited = world.start + timedelta(days=chance.randint(0, 2) if early else chance.randint(3, 12))
    safe = {"independent": True, "fire_gear": True, "auto_cutoff": True, "after_photos": [world.photo]}
    legs: Legs = (
        (chance.randint(2, 4), "notice", {}),
        (chance.randint(3, 5), "build", {}),
        (chance.randint(6, 8) if early else chance.randint(10, 20), "accept", {}),
        (chance.randint(1, 3), "open", safe),
    )
    values = {
        "sited_on": sited,
        "place": chance.choice(("北侧围墙外空地", "地面停车场东角", "物业用房西侧", "南门外绿化带旁")),
        "spaces": chance.randint(20, 120),
        "sockets": chance.randint(10, 80),
    }
    if sited <= world.until:
        yield Sample(ChargingProject, sited, one.id, values, _walk(world, sited, *legs[:reached]))


def _repairs(world: World) -> Iterator[Sample]:
    """12 of the 16 listed complexes are done, two of them after two repairs; four are under way; two are on no list."""
    listed = world.rank([c for c in world.complexes if "safety.fire" in c.lists], "fire")
    done = world.scaled(12, 16, len(listed))
    for place, one in enumerate(listed):
        for number in range(2 if place in (0, 5) else 1):
            yield from _repair(world, one, number, 4 if place < done else (place - done) % 4, early=place < done // 2)
    others = [c for c in world.complexes if "safety.fire" not in c.lists and c.built]
    for place, one in enumerate(world.rank(others, "fire", "others")[:2]):
        yield from _repair(world, one, 0, 4 - place, early=True)


def _repair(world: World, one: DemoComplex, number: int, reached: int, *, early: bool) -> Iterator[Sample]:
    chance = world.chance("repair", one.ordinal, number)
    found = world.start + timedelta(days=chance.randint(0, 2) if early else chance.randint(2, 10))
    fund = chance.choice(FUNDS[:3])
    money = {
        "funding": [fund] if chance.random() < 0.8 else sorted({fund, "多方筹集"}, key=FUNDS.index),
        "amount": chance.randint(15, 180) * 1000,
        "ledger_line": f"{fund}台账2024年第{chance.randint(1, 90)}号凭证（演示）",
    }
    legs: Legs = (
        (chance.randint(2, 4), "fund", money),
        (chance.randint(2, 4), "build", {}),
        (chance.randint(6, 9) if early else chance.randint(10, 20), "finish", {"after_photos": [world.photo]}),
        (chance.randint(1, 3), "accept", {}),
    )
    values = {
        "found_on": found,
        "problems": sorted(chance.sample(PROBLEMS, chance.randint(1, 2)), key=PROBLEMS.index),
        "place": chance.choice(("地下室消防泵房", "3号楼外墙", "南门监控点", "各楼层消火栓")),
        "limit_on": found + timedelta(days=45),
        "before_photos": [world.photo],
    }
    if found <= world.until:
        yield Sample(FireRepair, found, one.id, values, _walk(world, found, *legs[:reached]))


def _grades(world: World) -> Iterator[Sample]:
    """Every built complex has its grade of 2022; a part of them is raised, so that each community comes to its table's row."""
    for community, group in groupby(world.complexes, key=lambda c: c.community):
        built = world.rank([c for c in group if "built" in c.lists], "grade")
        of, improved, standard = TABLE[community[0]]
        up, fair = world.scaled(improved, of, len(built)), world.scaled(standard, of, len(built))
        for place, one in enumerate(built):
            grade = "提高型" if place < up else "标准型" if place < fair else "基本型"
            yield from _grade(world, one, grade)


def _grade(world: World, one: DemoComplex, grade: str) -> Iterator[Sample]:
    chance = world.chance("grade", one.ordinal)
    raised = grade != "基本型" and chance.random() < 0.35
    before = {"提高型": "标准型", "标准型": "基本型"}[grade] if raised else grade
    more = {"grade_2022": before, "target": "提高型" if grade == "提高型" else "标准型", "accepted_by": "派出所"}
    told = world.start + timedelta(days=chance.randint(1, 9))
    if told <= world.until:
        graded = date(2022, chance.randint(3, 11), chance.randint(1, 28))
        steps = _walk(world, told, (chance.randint(1, 5), "check", {}))
        yield Sample(SmartGrade, told, one.id, {"graded_on": graded, "grade": before, **more}, steps)
    later = told + timedelta(days=chance.randint(4, 43))
    if raised and later <= world.until:
        steps = _walk(world, later, (chance.randint(1, 5), "check", {}))
        yield Sample(SmartGrade, later, one.id, {"graded_on": later, "grade": grade, **more}, steps)


def _hazards(world: World, one: DemoComplex) -> Iterator[Sample]:
    for number in range(world.chance("hazards", one.ordinal).choice((0, 1, 1, 2, 3))):
        chance = world.chance("hazard", one.ordinal, number)
        found = world.start + timedelta(days=chance.randint(0, max((world.until - world.start).days, 1)))
        major = chance.random() < 0.06
        limit = found + timedelta(days=chance.choice((7, 10, 15, 30)))
        fixes = {
            "measures": "停用并更换损坏部件，整改期间专人看护（演示）",
            "responsible": f"{one.name}物业项目负责人",
            "funds": chance.randint(5, 60) * 1000,
            "limit_on": limit,
            "emergency_plan": "疏散引导、现场警戒和报警联络安排（演示）",
        }
        legs: Legs = (
            (chance.randint(0, 3), "start_major" if major else "start", fixes if major else {}),
            (chance.randint(2, 14), "mend", {"after_photos": [world.photo]}),
            (chance.randint(1, 4), "recheck", {}),
            (chance.randint(0, 2), "close", {}),
        )
        reached = 4 if chance.random() < 0.85 else chance.randint(0, 3)
        values = {
            "found_on": found,
            "level": "重大" if major else "一般",
            "kind": chance.choice(HAZARDS[:5]),
            "place": f"{chance.randint(1, 9)}号楼{chance.choice(('一层大厅', '楼梯间', '地下车库', '屋面'))}",
            "description": "现场检查发现的安全隐患（演示数据）",
            "limit_on": None if major else limit,
            "before_photos": [world.photo],
        }
        if found <= world.until:
            yield Sample(Hazard, found, one.id, values, _walk(world, found, *legs[:reached]))


def _contracts(world: World, one: DemoComplex) -> Iterator[Sample]:
    """Yearly contracts; one that runs out during the campaign is mostly renewed in time."""
    if one.service_on(world.start) not in MANAGED:
        return
    for equipment, chosen in (("消防系统", 0.9), ("电梯", 0.0 if one.type == "整顿型" else 0.95)):
        chance = world.chance("contract", one.ordinal, equipment)
        if chance.random() > chosen:
            continue
        until = world.start + timedelta(days=chance.randint(20, 330))
        told = world.start + timedelta(days=chance.randint(1, 12))
        yield from _contract(world, one, equipment, until - timedelta(days=364), until, told)
        renewed = until - timedelta(days=chance.randint(3, 12))
        if chance.random() < 0.8 and told < renewed <= world.until:
            yield from _contract(world, one, equipment, renewed, renewed + timedelta(days=364), renewed)


def _contract(world: World, one: DemoComplex, equipment: str, since: date, until: date, told: date) -> Iterator[Sample]:
    number = world.chance("contractor", one.ordinal, equipment).randint(1, 6)
    values = {
        "signed_on": since,
        "equipment": equipment,
        "contractor": f"示例维保单位{number:02d}",
        "qualification": f"演示资质{number:04d}",
        "qualified_until": date(2027, number, 28),
        "contract_until": until,
    }
    if told <= world.until:
        yield Sample(Maintenance, told, one.id, values)


def _posts(world: World, one: DemoComplex) -> Iterator[Sample]:
    """One or two posts; a few are vacant, a few held without a certificate, a few certificates are renewed meanwhile."""
    if one.service_on(world.start) not in MANAGED:
        return
    kinds = [("消防设施操作", "消控室值班员")]
    if one.type != "整顿型":
        kinds.append(("电梯安全管理", "电梯安全管理员"))
    for kind, post in kinds:
        chance = world.chance("post", one.ordinal, kind)
        told = world.start + timedelta(days=chance.randint(1, 15))
        state = chance.random()
        until = world.start + timedelta(days=chance.randint(25, 900))
        values: dict[str, Any] = {"since": date(2023, chance.randint(1, 12), 1), "kind": kind, "post": post}
        if state > 0.05:
            values["person"] = f"{one.name}{post}"
        paper = {"certified_on": until - timedelta(days=1000), "valid_until": until}
        if state > 0.12:
            values |= paper | {"certificate": f"DEMO{one.ordinal:05d}{len(post):03d}"}
        if told <= world.until:
            yield Sample(Operator, told, one.id, values)
        renewed = until - timedelta(days=7)
        if state > 0.3 and told < renewed <= world.until:
            paper = {"certified_on": renewed, "valid_until": renewed + timedelta(days=1000)}
            yield Sample(Operator, renewed, one.id, values | paper | {"since": renewed})
