"""Believable synthetic history (plan section 4): 28 companies, 17 with an organisation, 8 with an instructor or a linked
committee member, 3 with none; censuses closed by 11-15 but for a few; 860 members registered (a third of the plan's volume for
scale tests, so that a demo builds quickly). Persons by role only. Deterministic by the world's seed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from core.api import TZ, DemoComplex, Sample, World
from plugins.party_coverage.records import (
    CensusEntry,
    CommunityDecision,
    CommunityMeeting,
    CommunitySystem,
    CompanyCensus,
    CompanyCensusEntry,
    ComplexCensus,
    ComplexDecision,
    ComplexMeeting,
    ComplexSystem,
    Coverage,
    Eligibility,
    Organisation,
)
from plugins.party_coverage.records_company import GROWTH
from plugins.party_coverage.records_complex import FULL, FUNCTIONAL, GROUPS, PROBATIONARY, REGULAR, RETIRED, WILLING
from plugins.party_coverage.records_meetings import PARTIES, SYSTEMS

DUE = date(2024, 11, 15)
FEW, MANY = 24, 48  # complexes with at most two members registered, and the others
WHOLE = 860
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


def samples(world: World) -> Iterator[Sample]:
    yield from (one for one in _all(world) if one.on <= world.until)


def _all(world: World) -> Iterator[Sample]:
    order = world.rank(list(world.complexes), "census")
    yield from _census(world, order)
    yield from _organisations(world, order)
    yield from _companies(world)
    yield from _communities(world)
    for one in world.complexes:
        yield from _systems(world, one)


def _checked(world: World, on: date) -> Steps:
    """The lead department looks at it some days later."""
    day = max(on, world.start) + timedelta(days=4)
    return ((day, "check", {}),) if day <= world.until else ()


def _at(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), TZ)


def _numbers(world: World, count: int) -> list[int]:
    """How many members each complex has: a third hardly any, the others 17 on average, 860 in all."""
    few = world.scaled(FEW, FEW + MANY, count)
    small = [place % 3 for place in range(few)]
    many, left = count - few, world.scaled(WHOLE, FEW + MANY, count) - sum(small)
    if not many:
        return small
    large = [8 + world.chance("members", place).randint(0, 12) for place in range(many)]
    for step in range(abs(left - sum(large))):
        large[step % many] += 1 if left > sum(large) else -1
    return small + large


def _census(world: World, order: Sequence[DemoComplex]) -> Iterator[Sample]:
    """All but four closed in time, three a few days late, the last still open."""
    late = world.scaled(4, 72, len(order))
    for place, (one, many) in enumerate(zip(order, _numbers(world, len(order)), strict=True)):
        chance = world.chance("census", one.ordinal)
        behind = place - (len(order) - late)
        closed = world.start + timedelta(days=2 + chance.randint(0, (DUE - world.start).days - 2))
        if behind >= 0:
            closed = DUE + timedelta(days=2 + 2 * behind)
        for number in range(many):
            yield _entry(world, one, number, closed - timedelta(days=chance.randint(0, 2)))
        if not (late and behind == late - 1):
            yield Sample(
                ComplexCensus, closed, one.id, {"closed_at": _at(closed, 9, place % 60)}, _checked(world, closed)
            )


def _entry(world: World, one: DemoComplex, number: int, on: date) -> Sample:
    chance = world.chance("entry", one.ordinal, number)
    surveyed = max(on, world.start)
    values = {
        "surveyed_on": surveyed,
        "name": f"{one.name}党员{number + 1:02d}",
        "sex": chance.choice(("男", "女")),
        "category": PROBATIONARY if number > 2 and chance.random() < 0.08 else FULL,
        "groups": [chance.choices(GROUPS, (2, 3, 3, 4))[0]],
        "willing": [chance.choice(WILLING)] if chance.random() < 0.15 else [],
        "reported": chance.random() < 0.5,
        "phone": f"000-{one.ordinal * 100 + number:07d}",
        "surveyor": f"示例社区{one.community}网格员",
    }
    return Sample(CensusEntry, surveyed, one.id, values)


def _organisations(world: World, order: Sequence[DemoComplex]) -> Iterator[Sample]:
    """Of the 48 with members 20 are judged not to meet the conditions (their membership lies elsewhere); 22 of the other
    28 have a regular organisation; functional ones in 26 of the others."""
    few = world.scaled(FEW, FEW + MANY, len(order))
    large = list(order[few:])
    exempt = large[: world.scaled(20, MANY, len(large))]
    meeting = large[len(exempt) :]
    for one in exempt:
        reason = "演示：党员组织关系均在工作单位，暂不具备组建条件"
        on = date(2024, 11, 18) + timedelta(days=one.ordinal % 9)
        yield Sample(Eligibility, on, one.id, {"judged_on": on, "meets": False, "reason": reason}, _checked(world, on))
    regular = meeting[: world.scaled(22, 28, len(meeting))]
    others = [*exempt, *order[:few]]
    functional = others[: world.scaled(26, FEW + 20, len(others))]
    for place, one in enumerate([*regular, *functional]):
        form = REGULAR if place < len(regular) else FUNCTIONAL
        yield _organisation(world, one, form, place)


def _organisation(world: World, one: DemoComplex, form: str, place: int) -> Sample:
    """Half were there; the others are founded during the campaign. Some secretaries head the committee of owners too: the
    same label of role stands for the same person."""
    chance = world.chance("organisation", one.ordinal)
    founded = date(2021, 7, 1) + timedelta(days=chance.randint(0, 1000))
    if place % 2:
        founded = world.start + timedelta(days=chance.randint(6, 50))
    retired = chance.random() < 0.4
    values = {
        "founded_on": founded,
        "form": form,
        "name": f"{one.name}{'' if form == REGULAR else '功能型'}党支部（演示）",
        "superior": f"示例社区{one.community}党委",
        "secretary": f"{one.name}业委会主任" if place % 4 == 0 else f"{one.name}党支部书记",
        "secretary_kind": RETIRED if retired else "其他",
        "treated": retired and chance.random() < 0.5,
        "committee": f"{one.name}业委会副主任、{one.name}党支部委员" if place % 3 == 0 else f"{one.name}党支部委员",
        "members": chance.randint(4, 18),
    }
    return Sample(Organisation, founded, one.id, values, _checked(world, founded))


def _companies(world: World) -> Iterator[Sample]:
    """17 organised (10 alone, 7 jointly), 8 by an instructor or a linked member, 2 marked 未覆盖, 1 not said."""
    count = len(world.companies)
    alone, together = world.scaled(10, 28, count), world.scaled(17, 28, count)
    covered, late = world.scaled(25, 28, count), world.scaled(2, 28, count)
    order = sorted(world.companies, key=lambda c: world.chance("company", c[1]).random())
    for place, (number, name) in enumerate(order):
        chance = world.chance("company census", name)
        closed = world.start + timedelta(days=1 + chance.randint(0, (DUE - world.start).days - 1))
        if place >= count - late:
            closed = DUE + timedelta(days=3 + place % 3)
        for n in range(chance.randint(1, 6)):
            entry = {
                "surveyed_on": closed,
                "name": f"{name}党员{n + 1:02d}",
                "category": FULL,
                "job": chance.choice(("项目经理", "客服", "工程", "秩序维护")),
                "belongs": chance.random() < 0.5,
                "growth": chance.choices(GROWTH, (2, 2, 1, 5))[0],
            }
            yield Sample(CompanyCensusEntry, closed, number, entry)
        yield Sample(CompanyCensus, closed, number, {"closed_at": _at(closed, 9, 30)}, _checked(world, closed))
        since = date(2023, 5, 1) if place % 3 else world.start + timedelta(days=chance.randint(8, 48))
        if place < covered:
            way = "单独组建" if place < alone else "联合组建" if place < together else ""
            way = way or ("选派党建指导员" if place % 8 < 5 else "物业行业党委委员挂钩")
            person = None if place < together else f"{name}党建指导员（演示）"
            yield Sample(
                Coverage, since, number, {"since_on": since, "way": way, "person": person}, _checked(world, since)
            )
        elif place < count - 1:
            on = date(2024, 11, 20)
            yield Sample(Coverage, on, number, {"since_on": on, "way": "未覆盖"})


def _communities(world: World) -> Iterator[Sample]:
    """Every community has its systems but one; meetings each month, one missed in December."""
    for place, (number, name) in enumerate(world.communities):
        on = world.start + timedelta(days=4 + place % 14)
        kept = list(SYSTEMS) if place != len(world.communities) - 1 else [SYSTEMS[0]]
        yield Sample(CommunitySystem, on, number, {"adopted_on": on, "systems": kept, "files": [world.photo]})
        for month, (_, last) in enumerate(world.months()):
            held = last - timedelta(days=1 + place % 8)
            if month and place == 3:
                continue
            meeting = Sample(
                CommunityMeeting,
                held,
                number,
                {
                    "held_at": _at(held, 9),
                    "place": f"{name}会议室",
                    "convener": f"{name}党组织书记",
                    "parties": list(PARTIES[:4]),
                    "topics": "演示：物业服务、停车秩序和小区环境整治",
                    "minutes": "演示：会议议定事项见下。",
                },
            )
            yield meeting
            yield _decision(world, CommunityDecision, meeting, number, place)


def _systems(world: World, one: DemoComplex) -> Iterator[Sample]:
    """Nine in ten complexes have both systems by the end; seven in ten meet in a month."""
    chance = world.chance("systems", one.ordinal)
    on = world.start + timedelta(days=chance.randint(5, 50))
    kept = list(SYSTEMS) if chance.random() < 0.9 else [SYSTEMS[chance.randint(0, 1)]]
    values: dict[str, Any] = {"adopted_on": on, "systems": kept, "files": [world.photo]}
    yield Sample(ComplexSystem, on, one.id, values, _checked(world, on))
    for first, last in world.months():
        held = first + timedelta(days=chance.randint(6, 28))
        if chance.random() > 0.7 or held > last:
            continue
        values = {
            "held_at": _at(held, 9),
            "place": "小区党群活动室",
            "convener": f"{one.name}党支部书记",
            "parties": sorted(chance.sample(PARTIES[:4], 3), key=PARTIES.index),
            "topics": chance.choice(("演示：公共收益公示", "演示：电动车停放", "演示：消防通道", "演示：绿化补植")),
        }
        meeting = Sample(ComplexMeeting, held, one.id, values)
        yield meeting
        if chance.random() < 0.3:
            yield _decision(world, ComplexDecision, meeting, one.id, one.ordinal)


def _decision(world: World, record: Any, meeting: Sample, unit_id: int, place: int) -> Sample:
    """One matter of a meeting: most are handled within a fortnight and struck off some days later."""
    on = meeting.on
    answered, closed = on + timedelta(days=6 + place % 9), on + timedelta(days=9 + place % 9)
    steps: list[tuple[date, str, dict[str, Any]]] = [(on + timedelta(days=2), "start", {})]
    if place % 5:
        steps += [(answered, "answer", {"result": "演示：已按议定事项办理"}), (closed, "close", {})]
    values = {
        "meeting_id": meeting,
        "assigned_on": on,
        "matter": "演示：物业企业限期完成整改并公示",
        "answerable": "物业企业",
        "limit_on": on + timedelta(days=20),
    }
    return Sample(record, on, unit_id, values, tuple(s for s in steps if s[0] <= world.until))
