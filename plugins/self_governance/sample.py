"""Believable synthetic history (plan section 4): committees 31, then 39, then 46 of 72; temporary ones 24 at the end; one gap
each in communities E and I; 15 new committees of 95 members, 48 of them in the Party. Deterministic by the world's seed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.api import DemoComplex, Sample, World
from plugins.self_governance.records import (
    Attendance,
    Award,
    Candidate,
    Committee,
    Evaluation,
    Formation,
    Member,
    Opinion,
    Progress,
    Recommendation,
    Rule,
    TemporaryCommittee,
    TemporaryMember,
    Training,
)
from plugins.self_governance.records_candidate import SOURCES
from plugins.self_governance.records_committee import years_on
from plugins.self_governance.records_conduct import RULES

STREET: Any = "梅岭街道"  # the door reads a unit's name as well as its id
# Section 4's table: (complexes, committees and temporary committees at 2024-12-31) of each community.
TABLE = {
    "A": (5, 3, 2),
    "B": (7, 4, 3),
    "C": (4, 2, 2),
    "D": (8, 5, 3),
    "E": (6, 3, 2),
    "F": (9, 7, 2),
    "G": (8, 5, 3),
    "H": (9, 7, 2),
    "I": (6, 4, 1),
    "J": (5, 3, 2),
    "K": (5, 3, 2),
}
# (members, party members) of the 15 new committees: 95 and 48; the last four are below half.
NEW = ((5, 3),) * 5 + ((7, 4),) * 4 + ((9, 5),) * 2 + ((5, 2),) * 2 + ((7, 2), (7, 1))
# of the 31 that were there: 11 with three party members or more, the first of the others with exactly two
OLD = ((7, 3), (7, 4), (5, 3), (5, 3), (7, 5), (5, 3), (7, 3), (5, 4), (5, 3), (7, 4), (5, 3))
OLD_FEW = ((5, 2), (7, 2), (5, 1), (5, 2), (7, 1), (5, 2), (5, 0), (7, 2), (5, 1), (5, 2))
GIVEN = 12  # days from nomination to filing
Steps = tuple[tuple[date, str, dict[str, Any]], ...]


@dataclass
class Cast:
    """Who plays what: complexes by how they are governed."""

    old: list[DemoComplex] = field(default_factory=list)
    new: list[DemoComplex] = field(default_factory=list)
    temporary: list[DemoComplex] = field(default_factory=list)
    gaps: list[DemoComplex] = field(default_factory=list)
    members: dict[int, list[Sample]] = field(default_factory=dict)  # by complex
    committees: dict[int, Sample] = field(default_factory=dict)


def samples(world: World) -> Iterator[Sample]:
    yield from (one for one in _all(world) if one.on <= world.until)


def _taken(world: World, steps: Iterable[tuple[date, str, dict[str, Any]]]) -> Steps:
    """The steps that lie within the world's days."""
    return tuple(s for s in steps if s[0] <= world.until)


def _checked(world: World, on: date) -> Steps:
    """The lead department looks at it some days later."""
    day = max(on, world.start) + timedelta(days=3)
    return _taken(world, [(day, "check", {})])


def _all(world: World) -> Iterator[Sample]:
    cast = _cast(world)
    yield from _standing(world, cast)
    yield from _elected(world, cast)
    yield from _temporary(world, cast)
    yield from _gaps(world, cast)
    yield from _conduct(world, cast)


def _cast(world: World) -> Cast:
    """Each community's share of the table; of all committees 15 in 46 are new."""
    cast, governed = Cast(), []
    for community in dict.fromkeys(c.community for c in world.complexes):
        mine = world.rank([c for c in world.complexes if c.community == community], "body")
        whole, committees, temporary = TABLE[community[0]]
        first = min(world.scaled(committees, whole, len(mine)), len(mine))
        second = min(world.scaled(temporary, whole, len(mine)), len(mine) - first)
        governed += mine[:first]
        cast.temporary += mine[first : first + second]
        cast.gaps += mine[first + second :]
    governed = world.rank(governed, "new")
    fresh = world.scaled(15, 46, len(governed))
    cast.new, cast.old = governed[:fresh], governed[fresh:]
    return cast


def _standing(world: World, cast: Cast) -> Iterator[Sample]:
    """Committees that were there before the campaign; the reaction writes their cards."""
    strong = world.scaled(11, 31, len(cast.old))
    for place, one in enumerate(cast.old):
        few = place - strong
        seats, party = OLD[place % len(OLD)] if few < 0 else OLD_FEW[few % len(OLD_FEW)]
        chance = world.chance("term", one.ordinal)
        started = date(2020, 3, 1) + timedelta(days=chance.randint(0, 1600))
        committee = _committee(world, one, started, started + timedelta(days=21), seats, nature="存续", term=1)
        yield committee
        cast.committees[one.id] = committee
        cast.members[one.id] = [_member(world, one, committee, n, party, started) for n in range(seats)]
        yield from cast.members[one.id]


def _committee(
    world: World, one: DemoComplex, started: date, filed: date, seats: int, *, nature: str, term: int
) -> Sample:
    values = {
        "term": term,
        "nature": nature,
        "started_on": started,
        "ends_on": years_on(started, 5) - timedelta(days=1),
        "seats": seats,
        "first_met_on": started + timedelta(days=1),
        "filed_on": filed,
        "filing_no": f"演示备{one.ordinal:03d}-{term}",
    }
    return Sample(Committee, filed, one.id, values, _checked(world, filed))


def _post(number: int) -> str:
    return ("主任", "副主任")[number] if number < 2 else "委员"


def _person(one: DemoComplex, number: int) -> str:
    """By role, never a name."""
    return f"{one.name}业委会{_post(number)}" + (f"{number - 1}" if number > 1 else "")


def _politics(one: DemoComplex, number: int, party: int) -> str:
    if number < party:
        return "预备党员" if number == party - 1 and party > 2 and one.ordinal % 4 == 0 else "中共党员"
    return "民主党派" if (one.ordinal + number) % 11 == 0 else "群众"


def _member(world: World, one: DemoComplex, committee: Sample, number: int, party: int, started: date) -> Sample:
    values = {
        "committee_id": committee,
        "name": _person(one, number),
        "politics": _politics(one, number, party),
        "post": _post(number),
        "source": world.chance("source", one.ordinal, number).choice(SOURCES),
        "phone": f"000-{one.ordinal * 100 + number:07d}",
        "from_on": started,
    }
    return Sample(Member, committee.on, one.id, values)


def _nominations(world: World, count: int) -> list[date]:
    """Eight of fifteen are filed in November (nominated 11-08 to 11-18), the others in December (11-22 to 12-16)."""
    early = world.scaled(8, 15, count)
    first = [world.start + timedelta(days=n * 10 // max(early - 1, 1)) for n in range(early)]
    late = count - early
    return first + [date(2024, 11, 22) + timedelta(days=n * 24 // max(late - 1, 1)) for n in range(late)]


def _elected(world: World, cast: Cast) -> Iterator[Sample]:
    """New committees all the way: card, candidates, opinions, election, filing. Three follow an expired one, two a
    temporary one."""
    days = _nominations(world, len(cast.new))
    for place, (one, on) in enumerate(zip(cast.new, days, strict=True)):
        seats, party = NEW[place % len(NEW)]
        renewed, was_temporary = place in (2, 6, 10), place in (4, 12)
        started = on + timedelta(days=9)
        if renewed:
            before = date(2019, 8, 1) + timedelta(days=place * 9)
            yield _committee(world, one, before, before + timedelta(days=20), 5, nature="存续", term=1)
        elif was_temporary:
            yield from _interim(world, one, date(2023, 5, 10), "不具备业主大会条件")
        yield _card(world, one, on, renewed, was_temporary)
        candidates = [_candidate(world, one, n, party, on, seats) for n in range(seats)]
        for candidate in candidates:
            yield candidate
            yield from _opinions(world, candidate, on)
        filed = on + timedelta(days=GIVEN)
        nature = "换届" if renewed else "新组建"
        committee = _committee(world, one, started, filed, seats, nature=nature, term=2 if renewed else 1)
        yield committee
        cast.committees[one.id] = committee
        cast.members[one.id] = []
        for number, candidate in enumerate(candidates):
            member = _member(world, one, committee, number, party, started)
            member.values["candidate_id"] = candidate
            member.values["source"] = candidate.values["source"]
            cast.members[one.id].append(member)
            yield member


def _card(world: World, one: DemoComplex, on: date, renewed: bool, was_temporary: bool) -> Sample:
    """Its stages, a day each; 已组建 is the reaction's."""
    steps: list[tuple[int, str]] = [
        (1, "nominate"),
        (2, "review"),
        (7, "publish"),
        (9, "vote"),
        (10, "meet"),
        (11, "file"),
    ]
    first = "reelect" if renewed else "ripen" if was_temporary else "prepare"
    walk = _taken(world, ((on + timedelta(days=n), key, {}) for n, key in [(0, first), *steps]))
    if renewed:
        return Sample(Formation, world.start, one.id, {}, walk, made=False)
    if was_temporary:
        reason = {"unfit_reason": "演示：入住率不足，尚未达到召开首次业主大会的条件"}
        walk = ((world.start, "unfit", reason), *walk)
    values = {"opened_on": world.start, "person": f"{one.name}组建责任人"}
    return Sample(Formation, world.start, one.id, values, walk)


def _candidate(
    world: World, one: DemoComplex, number: int, party: int, on: date, seats: int, ends: str = "list"
) -> Sample:
    screened = {"community_opinion": "演示：资格、身份符合条件。", "screened_by": f"示例社区{one.community}书记"}
    steps: list[tuple[date, str, dict[str, Any]]] = [(on + timedelta(days=1), "screen", screened)]
    if ends:
        steps.append((on + timedelta(days=6), ends, {}))
    values = {
        "nominated_on": on,
        "name": _person(one, number),
        "body": "业委会",
        "post": _post(number),
        "politics": _politics(one, number, party),
        "source": world.chance("source", one.ordinal, number).choice(SOURCES),
    }
    return Sample(Candidate, on, one.id, values, _taken(world, steps))


def _opinions(
    world: World, candidate: Sample, on: date, answers: Sequence[str] = ("agree", "agree")
) -> Iterator[Sample]:
    """The reaction asks the police and the petitions office on the second day; they answer on the fourth and fifth."""
    for place, (name, answer) in enumerate(zip(("派出所", "信访办"), answers, strict=True)):
        words = {"opinion": "演示：经查询，提出本部门意见。", "reviewer": f"{name}审核人"}
        steps = _taken(world, [(on + timedelta(days=4 + place), answer, words)] if answer else [])
        found = {"candidate_id": candidate, "round": 1}
        yield Sample(Opinion, on + timedelta(days=2), world.departments[name], found, steps, made=False)


def _temporary(world: World, cast: Cast) -> Iterator[Sample]:
    """15 were there, 19 by the end of November, 24 by the end of December."""
    order = world.rank(cast.temporary, "temporary")
    there, later = world.scaled(15, 24, len(order)), world.scaled(19, 24, len(order))
    for place, one in enumerate(order):
        chance = world.chance("founded", one.ordinal)
        founded = date(2022, 6, 1) + timedelta(days=chance.randint(0, 800))
        if place >= there:
            month = (world.start, 20) if place < later else (date(2024, 12, 2), 27)
            founded = month[0] + timedelta(days=1 + chance.randint(0, month[1]))
        why = chance.choice(("不具备业主大会条件", "不具备业主大会条件", "多次组建不成", "业委会停摆"))
        yield _unfit(world, one, why)
        yield from _interim(world, one, founded, why)


def _unfit(world: World, one: DemoComplex, why: str) -> Sample:
    values = {"opened_on": world.start, "person": f"{one.name}组建责任人"}
    return Sample(
        Formation,
        world.start,
        one.id,
        values,
        ((world.start, "unfit", {"unfit_reason": f"演示：{why}，经街道、社区认定"}),),
    )


def _interim(world: World, one: DemoComplex, founded: date, why: str) -> Iterator[Sample]:
    values = {
        "founded_on": founded,
        "reason": why,
        "ends_on": years_on(founded, 3),
        "plan": "演示：条件成熟后一年内转为业委会",
    }
    body = Sample(TemporaryCommittee, founded, one.id, values, _checked(world, founded))
    yield body
    for place, part in enumerate(("街道", "社区", "业主代表")):
        person = {
            "temporary_id": body,
            "name": f"{one.name}临时物管会{part}成员",
            "part": part,
            "politics": "中共党员" if place < 2 else "群众",
            "from_on": founded,
        }
        yield Sample(TemporaryMember, founded, one.id, person)


def _gaps(world: World, cast: Cast) -> Iterator[Sample]:
    """Neither committee nor temporary one: E cannot form one yet, I is held up in the joint review."""
    for one in cast.gaps:
        if one.community[0] != "I":
            yield _unfit(world, one, "不具备业主大会条件")
            continue
        on = date(2024, 12, 9)
        days = ((0, "prepare"), (1, "nominate"), (2, "review"))
        steps = _taken(world, ((on + timedelta(days=n), key, {}) for n, key in days))
        card = Sample(Formation, world.start, one.id, {"opened_on": world.start}, steps)
        yield card
        for number, ends in enumerate(("list", "list", "list", "", "reject")):
            candidate = _candidate(world, one, number, 2, on, 5, ends)
            yield candidate
            yield from _opinions(world, candidate, on, ("agree", {"": "", "reject": "disagree"}.get(ends, "agree")))
        words = {
            "formation_id": card,
            "reported_on": on + timedelta(days=14),
            "this_week": "演示：已推荐人选5名，3名列入候选",
            "difficulty": "演示：1名人选待信访办答复，1名须更换",
            "next_week": "演示：催办联审，补充推荐1名人选",
        }
        yield Sample(Progress, on + timedelta(days=14), one.id, words)


def _conduct(world: World, cast: Cast) -> Iterator[Sample]:
    yield from _trainings(world, cast)
    for place, kind in enumerate(RULES):
        on = date(2024, 12, 18) if place == len(RULES) - 1 else date(2024, 11, 18) + timedelta(days=4 * place)
        yield Sample(Rule, on, STREET, {"issued_on": on, "kind": kind, "edition": "第1版（演示）"})
    order = world.rank([*cast.old, *(c for c in cast.new if cast.committees[c.id].on < date(2024, 12, 1))], "year")
    for place, one in enumerate(order):
        on, committee = date(2024, 12, 16) + timedelta(days=place % 15), cast.committees[one.id]
        if place % 13 == 12:
            continue  # still to be evaluated
        chance = world.chance("year", one.ordinal)
        best = place % 5 == 0
        scores = {
            name: chance.randint(900 if best else 700, 970 if best else 895) / 10 for name in ("satisfaction", "work")
        }
        mean = sum(scores.values()) / 2
        grade = "优秀" if mean >= 90 else "良好" if mean >= 80 else "合格"
        values = {"committee_id": committee, "year": 2024, "evaluated_on": on, "grade": grade}
        values |= {k: f"{v:.1f}" for k, v in scores.items()}
        yield Sample(Evaluation, on, one.id, values, _checked(world, on))
        if best:
            yield from _honours(one, committee, on, place % 10 == 0)


def _honours(one: DemoComplex, committee: Sample, on: date, recommended: bool) -> Iterator[Sample]:
    kept = {"committee_id": committee}
    title = "年度优秀业主委员会（演示）"
    yield Sample(Award, on, one.id, kept | {"awarded_on": on, "honoured": "业委会", "title": title})
    if recommended:
        person = {"person": _person(one, 0), "recommended_on": on, "honour": "其他荣誉"}
        yield Sample(Recommendation, on, one.id, kept | person)


def _trainings(world: World, cast: Cast) -> Iterator[Sample]:
    """One at the end of November, one in December, a part of the committees each."""
    for number, (on, topic) in enumerate(
        ((date(2024, 11, 27), "业委会职责与议事规则"), (date(2024, 12, 19), "公共收益管理与信息公开"))
    ):
        training = Sample(
            Training, on, STREET, {"held_on": on, "topic": f"{topic}（演示）", "teacher": "街道业务科室", "files": []}
        )
        yield training
        order = world.rank([*cast.old, *cast.new], "training", number)
        for one in order[: world.scaled(14, 46, len(order))]:
            if cast.committees[one.id].on >= on:
                continue
            for member in cast.members[one.id][:3]:
                signed = {"member_id": member, "training_id": training, "signed_on": on}
                yield Sample(Attendance, on, one.id, signed)
