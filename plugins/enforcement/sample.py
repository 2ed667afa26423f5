"""Believable synthetic history (plan section 4): 146 of 148 findings of the five types brought to their end, two joint
actions in November and three in December, 市场监管所 without a patrol in December."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from core.api import MANAGED, TZ, DemoComplex, Sample, World
from plugins.enforcement.records_daily import DailyPatrol, Keeper, LawItem, Posting
from plugins.enforcement.records_findings import CAUSES, Case, Finding
from plugins.enforcement.records_joint import CASES, FIVE, NEGLECT, Call, JointAction, Patrol, Training, Whistle

FINDINGS, OPEN, NEGLECTS, WHISTLES = 148, 2, 6, 30  # of 72 complexes
OFFICES = ("执法中队", "派出所", "市场监管所", "消防队")
JOINT = {11: (15, 27), 12: (6, 17, 26)}
PATROLLING = 0.97  # of the days of a complex
ITEMS = (
    ("违法建设", "城乡规划法、城市管理条例", "执法中队"),
    ("占用消防通道", "消防法第六十条", "消防队"),
    ("电动车违规停放充电", "高层民用建筑消防安全管理规定第三十七条", "消防队"),
    ("物业收费违规", "价格法、物业管理条例", "市场监管所"),
    ("扰乱公共秩序", "治安管理处罚法", "派出所"),
)
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


def samples(world: World) -> Iterator[Sample]:
    offices = {name: world.departments[name] for name in OFFICES if name in world.departments}
    if not world.complexes or len(offices) < 2:
        return
    yield from _street(world, offices)
    for one in world.complexes:
        yield from _walls(world, one)
        yield from _daily(world, one)
    yield from _findings(world)
    yield from _whistles(world, offices)


def _street(world: World, offices: dict[str, int]) -> Iterator[Sample]:
    issued = world.start + timedelta(days=6)
    for item, basis, office in ITEMS:
        if office in offices and issued <= world.until:
            values = {"issued_on": issued, "item": item, "basis": basis, "office_id": offices[office]}
            yield Sample(LawItem, issued, world.street, values | {"hotline": "000-0000000", "edition": "演示第1版"})
    for number, (month, days) in enumerate(JOINT.items()):
        for day in days:
            on = date(world.start.year, month, day)
            if on <= world.until:
                yield _joint(world, on, list(offices.values())[: 2 + (number + day) % 3])
    for first, last in world.months():
        for place, (name, key) in enumerate(offices.items()):
            on = first + timedelta(days=4 + 5 * place)
            if on <= last and not (name == "市场监管所" and first.month == 12):
                yield _patrol(world, on, key)
    held = world.start + timedelta(days=11)
    if held <= world.until:
        values = {"held_on": held, "topic": "小区执法事项统一培训（演示）", "people": 46, "photos": [world.photo]}
        yield Sample(Training, held, world.street, values)
    for number, on in enumerate((date(2024, 12, 9), date(2024, 12, 24))):
        if world.start <= on <= world.until:
            yield _case(world, on, CAUSES[number])


def _joint(world: World, on: date, departments: list[int]) -> Sample:
    chance = world.chance("joint", on)
    homes = chance.sample([c.id for c in world.complexes], min(4, len(world.complexes)))
    values = {
        "held_on": on,
        "departments": departments,
        "complexes": sorted(homes),
        "people": chance.randint(12, 40),
        "found": chance.randint(5, 18),
        "filed": chance.randint(0, 3),
        "rectified": chance.randint(3, 5),
        "photos": [world.photo],
    }
    return Sample(JointAction, on, world.street, values)


def _patrol(world: World, on: date, department: int) -> Sample:
    chance = world.chance("patrol", department, on)
    homes = chance.sample([c.id for c in world.complexes], min(3, len(world.complexes)))
    found = chance.randint(0, 4)
    values: dict[str, Any] = {"held_on": on, "complexes": sorted(homes), "found": found}
    if found:
        values["handling"] = "现场要求整改，列入台账（演示数据）"
    return Sample(Patrol, on, department, values)


def _case(world: World, on: date, cause: str) -> Sample:
    values = {
        "formed_on": on,
        "cause": cause,
        "agency": "示例派出所",
        "stage": "立案",
        "summary": "某小区线索经核查立案（演示数据）",
        "open": True,
    }
    return Sample(Case, on, world.street, values)


def _walls(world: World, one: DemoComplex) -> Iterator[Sample]:
    """The list hangs in all but three of 72; who answers for which part is named in most."""
    chance = world.chance("walls", one.ordinal)
    posted = world.start + timedelta(days=chance.randint(8, 32))
    if one.ordinal % 24 != 5 and posted <= world.until:
        values = {"posted_on": posted, "place": "出入口公示栏", "photos": [world.photo], "edition": "演示第1版"}
        yield Sample(Posting, posted, one.id, values)
    since = world.start + timedelta(days=chance.randint(3, 25))
    if chance.random() < 0.93 and since <= world.until:
        yield Sample(Keeper, since, one.id, {"since": since, "name": f"{one.name}网格责任人", "part": "全部楼栋"})


def _daily(world: World, one: DemoComplex) -> Iterator[Sample]:
    day = world.start
    while day <= world.until:
        chance = world.chance("daily", one.ordinal, day)
        if one.service_on(day) in MANAGED and chance.random() < PATROLLING:
            found = int(chance.random() < 0.06)
            values: dict[str, Any] = {"patrolled_on": day, "found": found}
            if found:
                told = datetime.combine(day, time(9, 30), TZ)
                values |= {"stopped": True, "reported": True, "reported_at": told}
            yield Sample(DailyPatrol, day, one.id, values)
        day += timedelta(days=1)


def _findings(world: World) -> Iterator[Sample]:
    have = len(world.complexes)
    total, left = world.scaled(FINDINGS, 72, have), world.scaled(OPEN, 72, have)
    span = max((world.until - world.start).days - 12, 1)
    for number in range(total):
        kind = FIVE[number % len(FIVE)]
        yield _finding(
            world, number, kind, world.start + timedelta(days=number * span // total), number >= total - left
        )
    for number in range(world.scaled(NEGLECTS, 72, have)):
        on = world.start + timedelta(days=3 + number * 6)
        yield _finding(world, 1000 + number, NEGLECT, on, on + timedelta(days=9) > world.until)


def _finding(world: World, number: int, kind: str, on: date, left: bool) -> Sample:
    chance = world.chance("finding", number)
    served = [c for c in world.complexes if c.service_on(world.start) in MANAGED] or list(world.complexes)
    one = served[int(chance.random() * len(served))]
    values = {
        "found_on": on,
        "kind": kind,
        "source": chance.choice(("物业巡查", "社区巡查", "联合执法", "部门巡查")),
        "place": f"{chance.randint(1, 9)}号楼",
        "scene": [world.photo],
    }
    filed = number % 9 == 4
    values |= {"doc_no": f"演示〔2024〕{number:03d}号"} if filed else {"recheck_photos": [world.photo]}
    acted, done = on + timedelta(days=2), on + timedelta(days=chance.randint(4, 9))
    measure = "立案处罚" if filed else "责令改正"
    acts = {"measure": measure, "limit_on": on + timedelta(days=10)}
    steps: list[tuple[date, str, dict[str, Any]]] = [(on, "stop", {})]
    for day, step, told in ((acted, "verify", {}), (acted, "act", acts), (done, "recheck", {})):
        if day <= world.until and not (left and step == "recheck"):
            steps.append((day, step, told))
    return Sample(Finding, on, one.id, values, tuple(steps))


def _whistles(world: World, offices: dict[str, int]) -> Iterator[Sample]:
    """Thirty whistles; one is sent back twice and waits for the coordination group, two are still open."""
    total = world.scaled(WHISTLES, 72, len(world.complexes))
    keys = list(offices.values())
    span = max((world.until - world.start).days - 6, 1)
    for number in range(total):
        chance = world.chance("whistle", number)
        on = world.start + timedelta(days=2 + number * span // max(total, 1))
        one = world.complexes[int(chance.random() * len(world.complexes))]
        if on > world.until:
            return
        called = sorted(chance.sample(keys, 2 if number % 3 else min(3, len(keys))))
        whistle = Sample(
            Whistle,
            on,
            one.id,
            {
                "blown_at": datetime.combine(on, time(8, 40), TZ),
                "kind": chance.choice(FIVE),
                "case": chance.choice(CASES),
                "content": "社区现场核实，需部门到场处置（演示数据）",
                "photos": [world.photo],
                "departments": called,
            },
            _ending(world, number, total, on),
        )
        yield whistle
        yield from _calls(world, number, total, whistle, called)


def _ending(world: World, number: int, total: int, on: date) -> Steps:
    confirmed = on + timedelta(days=4)
    if number == total // 2 or number >= total - 2 or confirmed + timedelta(days=1) > world.until:
        return ()
    rating = 3 + world.chance("rating", number).randint(0, 2)
    ended = {"result": "问题已解决（演示数据）", "rating": rating}
    return ((confirmed, "confirm", {}), (confirmed + timedelta(days=1), "close", ended))


def _calls(world: World, number: int, total: int, whistle: Sample, called: list[int]) -> Iterator[Sample]:
    on = whistle.on
    for place, department in enumerate(called):
        handled = min(on + timedelta(days=1 + place), world.until)
        steps: Steps = (
            (on, "receive", {}),
            (on, "contact", {}),
            (handled, "arrive", {}),
            (handled, "handle", {"opinion": "已到场处置（演示数据）"}),
        )
        if number == total // 2 and place < 2:
            steps = ((on, "receive", {}), (on, "refuse", {"basis": "不属本部门职责清单事项（演示数据）"}))
        elif number >= total - 2 and place == 0:
            steps = ((on, "receive", {}),)
        yield Sample(Call, on, department, {"whistle_id": whistle}, steps, made=False)
