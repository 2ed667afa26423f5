"""Believable synthetic history (plan section 4): 179 complaints on property management, 78 in November and 101 in December,
178 disposed of; bases 212 for the same days of 2023 and 116 a month for January to October. Deterministic by seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from core.api import TZ, DemoComplex, Sample, World
from plugins.disputes.records_baseline import MONTH, SPAN, Baseline
from plugins.disputes.records_complaint import CATEGORIES, Complaint
from plugins.disputes.records_mediation import FAILED, KINDS, SETTLED, SUED, WAYS, Mediation
from plugins.disputes.records_meetings import (
    CommunityGroup,
    CommunityMeeting,
    GridSync,
    Promotion,
    StreetGroup,
    StreetMeeting,
)
from plugins.disputes.records_petition import Consultation, Petition
from plugins.disputes.workflows import COMPLICATED, SIMPLE, UNSATISFIED

NOVEMBER, DECEMBER = 78, 101
BASE_NOVEMBER, BASE_DECEMBER, BASE_MEAN, BASE_LAST = 92, 120, 116, 104
WHOLE = 72
STREET: Any = "梅岭街道"  # the door reads a unit's name as well as its id
MEASURES = ("已协调物业公司整改到位", "已上门说明并约定时限", "已现场清理并回访住户", "已督促企业公示并答复")
COMMON = CATEGORIES[:8]
Steps = list[tuple[date, str, dict[str, Any]]]


@dataclass
class Case:
    """A complaint to be: which, when, and what becomes of it."""

    number: int
    home: DemoComplex
    on: date
    category: str
    chance: random.Random
    ends: str = "closed"  # closed, open, transferred, merged, void
    statutory: bool = False
    late: bool = False
    redo: bool = False

    def at(self, hour: int, minute: int = 0, days: int = 0) -> datetime:
        return datetime.combine(self.on + timedelta(days=days), time(hour, minute), TZ)

    def day(self, days: int) -> date:
        return self.on + timedelta(days=days)


def samples(world: World) -> Iterator[Sample]:
    yield from (one for one in _all(world) if one.on <= world.until)


def _all(world: World) -> Iterator[Sample]:
    yield from _baselines(world)
    yield from _groups(world)
    yield from _meetings(world)
    made: dict[int, Sample] = {}
    for case in _cases(world):
        yield from _complaint(world, case, made)
    yield from _mediations(world)
    yield from _promotions(world)


def _cases(world: World) -> list[Case]:
    have, order = len(world.complexes), world.rank(list(world.complexes), "complaints")
    month_end = date(2024, 11, 30)
    first = _spread(world, order, world.scaled(NOVEMBER, WHOLE, have), world.start, month_end, 1)
    second = _spread(
        world, order, world.scaled(DECEMBER, WHOLE, have), date(2024, 12, 1), date(2024, 12, 31), 1 + len(first)
    )
    cases = first + second
    _fates(first, second)
    besides = ((date(2024, 11, 19), "transferred"), (date(2024, 12, 11), "transferred"), (date(2024, 11, 21), "void"))
    cases += [_case(world, order, len(cases) + 1 + place, on, ends) for place, (on, ends) in enumerate(besides)]
    return sorted(cases, key=lambda c: (c.on, c.number))


def _spread(world: World, order: Sequence[DemoComplex], many: int, first: date, last: date, number: int) -> list[Case]:
    days = (last - first).days + 1
    return [_case(world, order, number + k, first + timedelta(days=k * days // max(many, 1))) for k in range(many)]


def _case(world: World, order: Sequence[DemoComplex], number: int, on: date, ends: str = "closed") -> Case:
    chance = world.chance("complaint", number)
    home = order[int(len(order) * chance.random() ** 1.4)]  # some complexes complain more than others
    return Case(number=number, home=home, on=on, category=chance.choice(COMMON), chance=chance, ends=ends)


def _fates(first: Sequence[Case], second: Sequence[Case]) -> None:
    """Who is late, redone, statutory, merged; and the one that is still open on the last day."""
    for place, case in enumerate(first):
        case.statutory = place in (3, 9, 15, 22, 29, 34)
        case.late = place in (11, 40)
        case.redo = place in (18, 55)
    for place, case in enumerate(second):
        case.late = place in (20, 33)
        case.redo = place == 47
        case.ends = "open" if place == 36 else "closed"
    for cases, place in ((first, 45), (second, 10), (second, 52)):
        if place < len(cases):
            main, other = cases[place - 2], cases[place]
            other.home, other.category, other.ends = main.home, main.category, "merged"


def _complicated(case: Case) -> bool:
    if case.statutory or case.ends == "open":
        return True
    return case.ends == "closed" and case.number % 10 in (2, 5, 8) and case.on <= date(2024, 12, 18)


def _complaint(world: World, case: Case, made: dict[int, Sample]) -> Iterator[Sample]:
    chance, hard = case.chance, _complicated(case)
    channel = chance.choice(("12345", "12345", "网格+/晋江网格服务", "来电", "来访", "信访平台", "社区"))
    latest = 16 if case.ends == "closed" else 9  # the other steps are taken at ten
    at = case.at(chance.randint(8, latest), chance.randint(0, 55))
    values: dict[str, Any] = {
        "received_at": at,
        "number": f"TS{case.on:%Y%m%d}-{case.number:03d}",
        "channel": channel,
        "order_no": f"演示{case.number:06d}" if channel in ("12345", "信访平台") else None,
        "category": case.category,
        "is_property": True,
        "complexity": COMPLICATED if hard else SIMPLE,
        "statutory": case.statutory,
        "summary": f"反映{case.category}问题",
        "content": f"演示内容：群众反映{case.home.name}{case.category}问题，要求物业企业答复。",
        "petitioner": f"示例居民{case.number:03d}" if chance.random() < 0.8 else None,
        "phone": f"000-{case.number:07d}",
    }
    steps = _fate(case, hard, at, made)
    one = Sample(Complaint, case.on, case.home.id, values, tuple(s for s in steps if s[0] <= world.until))
    made[case.number] = one
    yield one
    if case.statutory:
        yield _petition(case, one, world.until)
    if hard and case.ends == "closed" and case.day(3) <= world.until:
        yield _consultation(world, case, one)
    if channel.startswith("网格") and case.day(1) <= world.until:
        yield _sync(case, one, hard)


def _fate(case: Case, hard: bool, at: datetime, made: dict[int, Sample]) -> Steps:
    if case.ends == "void":
        return [(case.on, "void", {})]
    if case.ends == "transferred":
        return [
            (case.on, "sort_simple", {}),
            (case.on, "transfer", {"transfer_to": "示例市直单位03"}),
            (case.day(1), "taken", {}),
        ]
    if case.ends == "merged":
        main = next(m for n, m in reversed(made.items()) if n < case.number and m.unit_id == case.home.id)
        return [(case.on, "merge", {"main_id": main})]
    return _hard(case) if hard else _easy(case, at)


def _easy(case: Case, at: datetime) -> Steps:
    """Handled, called back and closed the same day, but for the late ones."""
    behind = 1 if case.late else 0
    done = at + timedelta(minutes=case.chance.randint(40, 280), days=behind)
    steps: Steps = [(case.on, "sort_simple", {})]
    return steps + _end(case, case.day(behind), done, case.chance.choice(("网格", "网格", "社区")))


def _hard(case: Case) -> Steps:
    """Explained the same day (one late one a day after), referred, consulted, handled in a week or two."""
    explained = case.at(17, 30, days=1 if case.late else 0)
    steps: Steps = [(case.on, "sort_complex", {})]
    steps.append((case.day(1 if case.late else 0), "explain", {"explained_at": explained}))
    steps.append((case.day(1), "refer", {"refer_to": ["街道"]}))
    if case.ends == "open":
        return steps
    days = 38 if case.number % 10 == 4 and case.statutory else 24 if case.statutory else case.chance.randint(6, 12)
    level = case.chance.choice(("社区", "街道", "街道", "市级"))
    return steps + _end(case, case.day(days), case.at(17, 0, days), level)


def _end(case: Case, on: date, done: datetime, level: str) -> Steps:
    handled = {"measures": case.chance.choice(MEASURES), "level": level}
    steps: Steps = [(on, "dispose", handled)]
    if case.redo:
        steps += [(on, "visit", {"satisfaction": UNSATISFIED}), (on, "redo", {}), (on, "dispose", handled)]
    said = case.chance.choice(("满意", "满意", "基本满意", "未回访"))
    return [*steps, (on, "visit", {"satisfaction": said}), (on, "close", {"closed_at": done})]


def _petition(case: Case, complaint: Sample, until: date) -> Sample:
    """Made by the system with the complaint; told within 15 days, answered within 60, one with an extension."""
    told = case.day(6)
    steps: Steps = [(told, "accept", {"accepted_on": told, "notice_no": f"演示告知{case.number:03d}"})]
    if case.number % 10 == 4:
        limit = told + timedelta(days=80)
        steps.append((case.day(20), "extend", {"limit_on": limit, "approved_by": "街道主要领导"}))
        steps.append((case.day(36), "conclude", {}))
    else:
        steps.append((case.day(22), "conclude", {}))
    kept = tuple(s for s in steps if s[0] <= until)
    return Sample(Petition, case.on, case.home.id, {"complaint_id": complaint}, kept, made=False)


def _consultation(world: World, case: Case, complaint: Sample) -> Sample:
    on = case.day(3)
    offices = [world.departments[n] for n in ("城管办", "司法所", "派出所") if n in world.departments]
    values = {
        "complaint_id": complaint,
        "held_at": datetime.combine(on, time(9, 0), TZ),
        "body": "街道",
        "host": "综治办负责人",
        "departments": offices[: case.chance.randint(1, 3)],
        "conclusion": "明确责任单位和整改措施，限期答复（演示）",
        "duties": "城管办督促企业整改，社区跟进回访",
        "limit_on": on + timedelta(days=45 if case.statutory else 12),
    }
    return Sample(Consultation, on, case.home.id, values, _checked(world, on))


def _sync(case: Case, complaint: Sample, hard: bool) -> Sample:
    on = case.day(1)
    values = {
        "complaint_id": complaint,
        "external_no": f"WG{case.number:06d}",
        "direction": "推送",
        "synced_at": datetime.combine(on, time(9, 30), TZ),
        "external_state": "办理中" if hard else "已办结",
    }
    return Sample(GridSync, on, case.home.id, values)


def _checked(world: World, on: date) -> tuple[tuple[date, str, dict[str, Any]], ...]:
    after = on + timedelta(days=2)
    return ((after, "check", {}),) if after <= world.until else ()


def _baselines(world: World) -> Iterator[Sample]:
    """By community in proportion to its complexes; the plan's numbers in the whole world of 72."""
    have = len(world.complexes)
    spans = (
        (date(2023, 11, 8), date(2023, 11, 30), BASE_NOVEMBER),
        (date(2023, 12, 1), date(2023, 12, 31), BASE_DECEMBER),
    )
    for first, last, total in spans:
        yield from _base(world, SPAN, first, last, world.scaled(total, WHOLE, have), world.start)
    for month in range(1, 11):
        total = BASE_MEAN + (month % 5 - 2) * 6  # the ten months average BASE_MEAN
        yield from _base(
            world, MONTH, date(2024, month, 1), _last(month), world.scaled(total, WHOLE, have), world.start
        )
    november = date(2024, 12, 2)
    if november <= world.until:
        yield from _base(world, MONTH, date(2024, 11, 1), _last(11), world.scaled(BASE_LAST, WHOLE, have), november)


def _last(month: int) -> date:
    return date(2024, month + 1, 1) - timedelta(days=1)


def _base(world: World, kind: str, first: date, last: date, total: int, on: date) -> Iterator[Sample]:
    size = {key: sum(1 for c in world.complexes if c.community_id == key) for key, _ in world.communities}
    whole, given, seen = len(world.complexes), 0, 0
    for key, _ in world.communities:
        seen += size[key]
        share = total * seen // max(whole, 1) - given
        given += share
        values = {
            "kind": kind,
            "from_on": first,
            "to_on": last,
            "number": share,
            "source": "演示数据：信访平台、12345及街道登记簿汇总",
            "signed_by": "综治办",
        }
        yield Sample(Baseline, on, key, values, _checked(world, on))


def _groups(world: World) -> Iterator[Sample]:
    for place, (key, name) in enumerate(world.communities):
        on = world.start + timedelta(days=1 + place % 6 if place != 9 else 12)
        if on <= world.until:
            values = {
                "founded_on": on,
                "head": "社区书记",
                "officer": f"{name}专人",
                "phone": f"000-{place:07d}",
                "members": 5,
            }
            yield Sample(CommunityGroup, on, key, values, _checked(world, on))
    on = world.start + timedelta(days=3)
    if on <= world.until:
        values = {"founded_on": on, "head": "街道分管领导", "officer": "街道专人", "phone": "000-0000100", "members": 9}
        yield Sample(StreetGroup, on, STREET, values, _checked(world, on))


def _meetings(world: World) -> Iterator[Sample]:
    for first, last in world.months():
        for place, (key, _) in enumerate(world.communities):
            on = first + timedelta(days=world.chance("meeting", key, first).randint(5, 20))
            if on <= last and not (first.month == 12 and place == 4):  # one community owes December's
                yield Sample(CommunityMeeting, on, key, _meeting(on, "社区书记"), _checked(world, on))
        on = first + timedelta(days=12)
        if on <= last:
            values = _meeting(on, "街道分管领导")
            if "城管办" in world.departments:
                values["owner"] = world.departments["城管办"]
            yield Sample(StreetMeeting, on, STREET, values, _checked(world, on))


def _meeting(on: date, convener: str) -> dict[str, Any]:
    return {
        "held_at": datetime.combine(on, time(9, 0), TZ),
        "place": "社区会议室",
        "convener": convener,
        "parties": ["小区党支部", "物业企业", "业委会或业主代表", "网格员"],
        "topics": "投诉集中的停车、收费和公共收益公示",
        "decisions": "一、物业企业十日内公示公共收益；二、社区跟进重复投诉小区（演示）",
        "limit_on": on + timedelta(days=15),
        "settled": False,
    }


def _mediations(world: World) -> Iterator[Sample]:
    for number in range(world.scaled(24, WHOLE, len(world.complexes))):
        chance = world.chance("mediation", number)
        on = world.start + timedelta(days=number * 2 % 46)
        ended = on + timedelta(days=chance.randint(2, 5))
        money = chance.random() < 0.5
        offices = [world.departments[n] for n in ("城管办", "司法所", "派出所") if n in world.departments]
        values: dict[str, Any] = {
            "found_on": on,
            "kind": chance.choice(KINDS),
            "parties": f"示例居民{number:03d}、示例物业",
            "has_money": money,
            "amount": chance.randint(3, 90) * 100 if money else None,
            "responsible_id": offices[number % len(offices)],
            "ways": [chance.choice(WAYS)],
            "judicial": money,
            "case_story": number % 6 == 0,
        }
        if number % 8 != 7:  # the others are still going on: what ended is entered with the end
            result = {3: FAILED, 5: SUED}.get(number % 8, SETTLED)
            values |= {"result": result, "ended_on": ended}
            if result == SETTLED:
                values["agreement"] = [world.photo]
        reported = max(on, values.get("ended_on", on))
        if reported <= world.until:
            yield Sample(Mediation, reported, world.complexes[chance.randrange(len(world.complexes))].id, values)


def _promotions(world: World) -> Iterator[Sample]:
    """64 of 72 by the end of December, a good half of them in November."""
    order = world.rank(list(world.complexes), "promotion")
    for place, one in enumerate(order[: world.scaled(64, WHOLE, len(order))]):
        on = world.start + timedelta(days=3 + place * 46 // max(len(order), 1))
        if on <= world.until:
            values = {"held_on": on, "ways": ["现场扫码", "业主群推送"], "users": 10 + place, "pictures": [world.photo]}
            yield Sample(Promotion, on, one.id, values, _checked(world, on))
