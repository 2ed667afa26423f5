"""Believable synthetic history (plan section 4): 65 of 72 complexes have a project by 2024-12-31, 69 a plan."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.api import DemoComplex, Sample, World
from plugins.micro_projects.records import KINDS, SOURCES, Expense, Funding, Project

APPROVED, PLANNED = 65, 69  # of 72 complexes
NAMES = {
    "电梯故障": "电梯门机更换",
    "道路破损": "小区主路修补",
    "照明缺失": "路灯增设",
    "绿地裸露": "裸露绿地补植",
    "管网损坏": "雨水管网修复",
    "微景观改造": "口袋花园",
    "墙面起皮脱落": "楼道墙面粉刷",
    "下水道堵塞": "下水道疏通",
    "其他": "非机动车棚修缮",
}
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


def samples(world: World) -> Iterator[Sample]:
    order = world.rank(list(world.complexes), "micro")
    have = len(world.complexes)
    approved, planned = world.scaled(APPROVED, 72, have), world.scaled(PLANNED, 72, have)
    for place, one in enumerate(order):
        yield from _project(world, one, place < approved, place < planned)


def _project(world: World, one: DemoComplex, approved: bool, planned: bool) -> Iterator[Sample]:
    chance = world.chance("project", one.ordinal)
    kind = chance.choice(KINDS)
    wished = world.start + timedelta(days=chance.randint(1, 20))
    on = {"plan": wished + timedelta(days=chance.randint(2, 9))}
    for step, low, high in (("approve", 1, 15), ("begin", 1, 12), ("finish", 3, 18), ("accept", 1, 6), ("rate", 1, 4)):
        on[step] = list(on.values())[-1] + timedelta(days=chance.randint(low, high))
    if approved:
        on["approve"] = min(on["approve"], world.start + timedelta(days=50))
    budget = chance.randint(8, 120) * 1000
    given: dict[str, dict[str, Any]] = {
        "plan": {"plan": [world.photo]},
        "approve": {"budget": budget},
        "begin": {"before_photos": [world.photo]},
        "finish": {"after_photos": [world.photo]},
        "accept": {"satisfied": chance.randint(16, 20), "asked": 20},
        "rate": {},
    }
    last = "rate" if approved else "plan" if planned else ""
    steps: list[tuple[date, str, dict[str, Any]]] = []
    for step, day in on.items():
        if not last or day > world.until:
            break
        steps.append((day, step, given[step]))
        if step == last:
            break
    values = {"wished_on": wished, "name": f"{NAMES[kind]}（演示）", "kind": kind}
    if wished > world.until:
        return
    project = Sample(Project, wished, one.id, values, tuple(steps))
    yield project
    if any(step == "approve" for _, step, _ in steps):
        yield from _money(world, project, on, budget, any(step == "finish" for _, step, _ in steps))


def _money(world: World, project: Sample, on: dict[str, date], budget: int, finished: bool) -> Iterator[Sample]:
    chance = world.chance("money", project.unit_id)
    received = on["approve"] + timedelta(days=1)
    if received > world.until:
        return
    source = chance.choice(SOURCES[:5])
    values = {"received_on": received, "project_id": project, "source": source, "amount": budget}
    yield Sample(Funding, received, project.unit_id, values)
    if finished:
        paid = on["finish"] + timedelta(days=1)
        if paid <= world.until:
            spent = {"paid_on": paid, "project_id": project, "amount": int(budget * chance.uniform(0.85, 1))}
            yield Sample(Expense, paid, project.unit_id, spent | {"purpose": "工程款（演示）"})
