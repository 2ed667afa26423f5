"""Believable synthetic history (plan section 4): assessments 61 of 66 in November and 70 of 70 in December, three companies
below 60 at the end of the year and two of them restricted, self-checks 58 in time, 5 late, 3 missing, 19 complexes with
income problems and 17 settled. Deterministic by the world's seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.api import MANAGED, DemoComplex, Sample, World
from plugins.market_order.records_assessment import SHEET, Assessment, Bulletin, Deduction, Item, Standard
from plugins.market_order.records_company import (
    BAD,
    FIRM,
    GOOD,
    PERSON,
    SOURCES,
    Credit,
    CreditRound,
    Exit,
    Restriction,
)
from plugins.market_order.records_income import FAULTS, Income, IncomeProblem
from plugins.market_order.records_income import SOURCES as EARNED
from plugins.market_order.records_publicity import (
    ITEMS,
    NOT_POSTED,
    NOT_PROPER,
    PARTS,
    POSTS,
    Issue,
    Place,
    SelfCheck,
    Smile,
)

STREET: Any = "梅岭街道"  # the door reads a unit's name as well as its id
WHOLE, FIRST = 66, date(2024, 11, 1)
SELF_CHECK_DUE = date(2024, 11, 15)
POINTS = dict(zip(SHEET, (20, 15, 10, 15, 10, 10, 10, 10), strict=True))
CONTENTS = (
    "公共区域每日清扫、垃圾日产日清",
    "出入管理、巡逻值守到位",
    "绿化修剪补植及时",
    "报修限时响应、设施完好",
    "接待、回访、投诉登记规范",
    "服务和收费事项公示齐全",
    "公共收益单列账目、定期公示",
    "参加联席会议、配合社区工作",
)
FACTS = dict(
    zip(
        SHEET,
        (
            "地下室出入口有积存垃圾",
            "夜间巡逻记录不全",
            "绿地裸露未补植",
            "路灯报修超时未修",
            "投诉登记没有回访",
            "收费标准公示内容过期",
            "停车收入未单列账目",
            "两次缺席联席会议",
        ),
        strict=True,
    )
)
HEAVY = (("16", "13", "11.1"), ("16", "14", "13"), ("17", "13", "12"), ("16", "14", "12"))  # 59.9 and worse
Steps = list[tuple[date, str, dict[str, Any]]]


@dataclass
class Told:
    """What later samples lean on: the assessments by (complex, month), and who is below the line."""

    failing: list[DemoComplex]
    recovered: list[DemoComplex]
    assessments: dict[tuple[int, date], Sample] = field(default_factory=dict)


def samples(world: World) -> Iterator[Sample]:
    yield from (one for one in _all(world) if one.on <= world.until)


def _all(world: World) -> Iterator[Sample]:
    told = _below(world)
    yield from _standard(world)
    for first, last in world.months():
        yield from _month(world, told, first.replace(day=1), last)
    yield from _bulletin(world)
    yield from _restrictions(world, told)
    yield from _credits(world, told)
    yield from _self_checks(world)
    yield from _places(world)
    yield from _incomes(world)


def _cut(world: World, steps: Steps) -> tuple[tuple[date, str, dict[str, Any]], ...]:
    return tuple(step for step in steps if step[0] <= world.until)


def _below(world: World) -> Told:
    """One complex each of three companies below the line at the end, and of one that recovers in December."""
    one_each: dict[int, DemoComplex] = {}
    for one in world.rank([c for c in world.complexes if c.service_on(world.start) in MANAGED], "below"):
        if one.company_id is not None:
            one_each.setdefault(one.company_id, one)
    many = max(1, world.scaled(3, 28, len(world.companies)))
    chosen = list(one_each.values())
    return Told(failing=chosen[:many], recovered=chosen[many : many + 1])


def _standard(world: World) -> Iterator[Sample]:
    values = {"made_on": world.start, "version_name": "2024年演示版", "pass_line": 60}
    standard = Sample(Standard, world.start, STREET, values, ((world.start, "enforce", {}),))
    yield standard
    for category, content in zip(SHEET, CONTENTS, strict=True):
        item = {"standard_id": standard, "category": category, "content": content, "points": POINTS[category]}
        yield Sample(Item, world.start, STREET, item)


def _month(world: World, told: Told, month: date, last: date) -> Iterator[Sample]:
    """Who is assessed when, with at most three deductions each, answered, approved."""
    managed = [c for c in world.complexes if c.service_on(max(month, world.start)) in MANAGED]
    sure = {c.id for c in (*told.failing, *told.recovered)}
    order = sorted(world.rank(managed, "assessed", month), key=lambda c: c.id not in sure)
    if month == FIRST:
        order = order[: max(1, len(order) - world.scaled(5, WHOLE, len(order)))]
    made = []
    for one in order:
        chance = world.chance("assessment", one.ordinal, month)
        opening = world.start + timedelta(days=2) if month == FIRST else month + timedelta(days=1)
        held = opening + timedelta(days=4 if one.id in sure else chance.randint(0, 15 if month == FIRST else 19))
        held -= timedelta(days=max(held.weekday() - 4, 0))
        if held > last:
            continue
        scored, answered, approved = (held + timedelta(days=d) for d in (1, 3, 5))
        steps: Steps = [(scored, "score", {}), (answered, "confirm", {}), (approved, "approve", {})]
        if told.failing[:1] == [one] and month == FIRST:
            steps[1] = (answered, "appeal", {"appeal": "部分问题已在考评前报修，请复核（演示）"})
            steps[2] = (approved, "settle", {"appeal_result": "经复核，扣分事实清楚，维持原打分（演示）"})
        if month != FIRST and one.ordinal % 11 == 0 and one.id not in sure:
            steps = steps[:1]  # the company has not answered yet
        values = {"held_on": held, "assessor": "城管办考评组"}
        sample = Sample(Assessment, held, one.id, values, _cut(world, steps))
        told.assessments[one.id, month] = sample
        made.append((one, sample))
    yield from (sample for _, sample in made)
    for one, sample in made:
        yield from _deductions(world, told, one, sample, month)


def _deductions(world: World, told: Told, one: DemoComplex, parent: Sample, month: date) -> Iterator[Sample]:
    chance = world.chance("deductions", one.ordinal, month)
    place = next((n for n, c in enumerate((*told.failing, *told.recovered)) if c is one), None)
    # The third company fails in December alone; the one that recovers, in November alone.
    fails = place is not None and (month != FIRST or place != 2) and (month == FIRST or one not in told.recovered)
    if fails and place is not None:
        chosen = list(zip(("保洁", "保修", "保安"), HEAVY[place % len(HEAVY)], strict=True))
    else:
        kinds = chance.sample(SHEET, chance.choice((0, 1, 1, 2, 2, 3)))
        chosen = [(kind, str(chance.choice((1, 1.5, 2, 3, 4)))) for kind in kinds]
    for kind, points in chosen:
        values = {"assessment_id": parent, "category": kind, "fact": FACTS[kind], "points": points}
        yield Sample(Deduction, parent.on, one.id, values | {"photos": [world.photo]})


def _bulletin(world: World) -> Iterator[Sample]:
    """Drafted on the 5th of December, issued on the 9th; the number is the clerk's, here a word."""
    on = date(2024, 12, 5)
    texts = {
        "good": "多数小区保洁、绿化较上次检查有改观（演示）。",
        "bad": "部分小区报修不及时、夜间巡逻记录不全（演示）。",
        "demands": "不达标企业限期整改，下月复评（演示）。",
    }
    steps: Steps = [
        (date(2024, 12, 6), "check", {}),
        (date(2024, 12, 9), "issue", {"document_no": "演示文号"}),
    ]
    yield Sample(Bulletin, on, STREET, {"month": FIRST, "drafted_on": on, **texts}, _cut(world, steps))


def _restrictions(world: World, told: Told) -> Iterator[Sample]:
    """Two of three are restricted; the company that recovers is restricted and freed again."""
    made = []
    for place, one in enumerate((*told.failing[:2], *told.recovered)):
        basis, on = told.assessments.get((one.id, FIRST)), date(2024, 12, 10 if place == 1 else 2)
        if basis is None or one.company_id is None:
            continue
        freed: Steps = [(date(2024, 12, 24), "lift", {})] if one in told.recovered else []
        values = {
            "assessment_id": basis,
            "from_on": on,
            "until_on": date(2025, 6, 30),
            "terms": "限制期内不得承接本街道新的物业服务项目（演示）",
        }
        made.append(Sample(Restriction, on, one.company_id, values, _cut(world, freed)))
    yield from made
    if made and told.failing:
        on, one = date(2024, 12, 16), told.failing[0]
        values = {"restriction_id": made[0], "complex_id": one.id, "talked_on": on}
        steps: Steps = [(date(2024, 12, 20), "order", {"rectify_by": date(2025, 1, 20)})]
        yield Sample(Exit, on, made[0].unit_id, values, _cut(world, steps))


def _credits(world: World, told: Told) -> Iterator[Sample]:
    for on, found in ((date(2024, 11, 27), 3), (date(2024, 12, 26), 2)):
        values = {"held_on": on, "channels": list(SOURCES[:4]), "found": found}
        yield Sample(CreditRound, on, STREET, values)
    drafted = date(2024, 12, 10)  # the system drafted them when the bulletin was issued, the day before
    for place, one in enumerate((*told.failing[:2], *told.recovered)):
        basis = told.assessments.get((one.id, FIRST))
        if basis is not None and one.company_id is not None:
            steps: Steps = [(date(2024, 12, 11), "notify", {}), (date(2024, 12, 23), "record", {})]
            values = {"source": basis}
            yield Sample(
                Credit, drafted, one.company_id, values, _cut(world, steps[: 2 if place < 2 else 1]), made=False
            )
    for place, (kind, subject) in enumerate(((GOOD, FIRM), (BAD, PERSON))):
        on = date(2024, 11, 28) + timedelta(days=20 * place)
        company = world.companies[(5 + place) % len(world.companies)][0]
        fact = "台风期间主动开放地下车库并组织值守（演示）" if kind == GOOD else "巡逻签到代签（演示）"
        values = {"happened_on": on, "subject": subject, "kind": kind, "fact": fact, "determined_by": "城管办"}
        steps = [(on + timedelta(days=2), "notify", {}), (on + timedelta(days=9), "record", {})]
        person = {"person": "示例保安员01"} if subject == PERSON else {}
        yield Sample(Credit, on, company, values | person, _cut(world, steps))


def _self_checks(world: World) -> Iterator[Sample]:
    """58 in time, 5 late, 3 never; what is missing becomes an issue, most are closed by the end of the year."""
    managed = world.rank([c for c in world.complexes if c.service_on(world.start) in MANAGED], "self-check")
    never = world.scaled(3, WHOLE, len(managed))
    late = never + world.scaled(5, WHOLE, len(managed))
    for place, one in enumerate(managed[never:], never):
        chance = world.chance("self-check", one.ordinal)
        on = world.start + timedelta(days=chance.randint(1, (SELF_CHECK_DUE - world.start).days))
        if place < late:
            on = SELF_CHECK_DUE + timedelta(days=chance.randint(2, 7))
        gaps = chance.sample(ITEMS, 1 + (place % 8 == 0)) if place % 4 == 0 or place == len(managed) - 1 else []
        posted = [item for item in ITEMS if item not in gaps[:1]]
        values = {
            "checked_on": on,
            "posted": posted,
            "proper": [item for item in posted if item not in gaps],
            "finding": "缺项已列入整改（演示）" if gaps else None,
            "photos": [world.photo],
        }
        check = Sample(SelfCheck, on, one.id, values, _cut(world, [(on + timedelta(days=3), "check", {})]))
        yield check
        for item in gaps if on <= world.until else ():
            yield _issue(world, check, item, NOT_POSTED if item not in posted else NOT_PROPER)


def _issue(world: World, check: Sample, item: str, fault: str) -> Sample:
    chance = world.chance("issue", check.unit_id, item)
    mended = check.on + timedelta(days=chance.randint(6, 36))
    steps: Steps = []
    if chance.random() < 0.88:
        steps.append((mended, "mend", {"after_photos": [world.photo]}))
        if chance.random() < 0.94:
            steps.append((mended + timedelta(days=2), "close", {}))
    values = {"check_id": check, "item": item, "fault": fault}
    return Sample(Issue, check.on, check.unit_id, values, _cut(world, steps), made=False)


def _places(world: World) -> Iterator[Sample]:
    """F5.6 and F5.7: a look at each place, a second one where something was missing; smile service now and then."""
    for one in world.complexes:
        if one.service_on(world.start) not in MANAGED:
            continue
        chance = world.chance("place", one.ordinal)
        on = world.start + timedelta(days=chance.randint(4, 40))
        marks = {name: chance.random() < 0.96 for name in PARTS}
        if chance.random() < 0.95:
            yield Sample(Place, on, one.id, {"inspected_on": on, **marks, "photos": [world.photo]})
            if not all(marks.values()) and chance.random() < 0.6:
                again = on + timedelta(days=12)
                values = {"inspected_on": again, **dict.fromkeys(PARTS, True), "photos": [world.photo]}
                yield Sample(Place, again, one.id, values)
        if one.ordinal % 2:
            on = world.start + timedelta(days=chance.randint(6, 45))
            values = {"held_on": on, "posts": sorted(chance.sample(POSTS, 2), key=POSTS.index)}
            yield Sample(Smile, on, one.id, values | {"trained": chance.randint(4, 18), "rating": "较好"})


def _incomes(world: World) -> Iterator[Sample]:
    """A review a month; problems in 19 complexes, 12 found in November; 16 set right, one penalised, two still open."""
    managed = world.rank([c for c in world.complexes if c.service_on(world.start) in MANAGED], "income")
    many = max(1, world.scaled(19, WHOLE, len(managed)))
    early = max(1, world.scaled(12, WHOLE, len(managed)))
    open_ones = world.scaled(2, WHOLE, len(managed))
    number_of = {one.id: n for n, one in enumerate(managed[:many])}
    for month, last in world.months():
        first = month.replace(day=1)
        for one in world.complexes:
            if one.service_on(max(first, world.start)) not in MANAGED:
                continue
            number = number_of.get(one.id, -1)
            here = number >= 0 and (number < early) == (first == FIRST) and first.month in (11, 12)
            chance = world.chance("income", one.ordinal, first)
            on = month + timedelta(days=chance.randint(2, 6 if here and first != FIRST else 19))
            if on > last or (not here and chance.random() > 0.95):
                continue
            review = _review(world, one, on, first, FAULTS[number % 4] if here else None)
            yield review
            if here:
                yield _problem(world, review, number, many - open_ones)


def _review(world: World, one: DemoComplex, on: date, first: date, fault: str | None) -> Sample:
    chance = world.chance("review", one.ordinal, first)
    income = chance.randint(20, 400) * 100
    before = (first - timedelta(days=1)).replace(day=1)
    values: dict[str, Any] = {
        "reviewed_on": on,
        "since": before,
        "until": before,
        "sources": sorted(chance.sample(EARNED[:5], 2), key=EARNED.index),
        "income": income,
        "cost": income * chance.randint(10, 40) // 100,
        "account": fault != FAULTS[1],
        "published": fault != FAULTS[0],
        "published_on": None if fault == FAULTS[0] else on - timedelta(days=chance.randint(1, 20)),
    }
    if fault:
        values |= {"fault": fault, "problem": f"排查发现公共收益{fault}（演示）", "limit_on": on + timedelta(days=15)}
    return Sample(Income, on, one.id, values)


def _problem(world: World, review: Sample, number: int, settled: int) -> Sample:
    """Made by the system with the review; number 3 is not mended in time and penalised."""
    chance = world.chance("problem", number)
    mended = review.on + timedelta(days=chance.randint(5, 14))
    steps: Steps = [(mended, "mend", {"proof": [world.photo]}), (mended + timedelta(days=2), "settle", {})]
    if number == 3:
        steps = [(review.on + timedelta(days=18), "penalise", {"penalty": "责令限期退还并通报（演示）"})]
    fate = _cut(world, steps) if number < settled else ()
    return Sample(IncomeProblem, review.on, review.unit_id, {"review_id": review}, fate, made=False)
