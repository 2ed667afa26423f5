"""Believable synthetic history (plan section 4): satisfaction 78.4 % and 84.1 %, the fund's 86.00 + 30.00 - 52.30 = 63.70 万元,
eight of ten work informations in 2024-W46. People by role only."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.api import DemoComplex, Record, Sample, World
from plugins.safeguards.records_bodies import Alliance, Association, IntegrityItem, Summary, SurveyWave, YearTask
from plugins.safeguards.records_fund import DONORS, Donation, Grant, Spending
from plugins.safeguards.records_meetings import (
    NEGATIVE,
    POSITIVE,
    CommunityDecision,
    Coordination,
    Decision,
    Dispatch,
    Exemplar,
    Hearing,
    LinkedMeeting,
    WeeklyInfo,
)
from plugins.safeguards.records_notices import CommunityNotice, DepartmentNotice
from plugins.safeguards.records_people import ITEMS, AttackPlan, CommunityScore, CommunityTeam, Liaison
from plugins.safeguards.records_supervision import (
    Inspection,
    Issue,
    Publication,
    Rectification,
    Reminder,
    Talk,
)
from plugins.safeguards.records_texts import ActionText

WEEKLY_FROM = date(2024, 11, 11)
MEMBERS = (
    "党建办",
    "城管办",
    "综治办",
    "执法中队",
    "派出所",
    "环卫办",
    "安办",
    "信访办",
    "青阳法庭",
    "司法所",
    "市场监管所",
    "消防队",
    "社会事务办",
    "社区服务中心",
    "人大办",
)
GIVEN = (200_000, 150_000, 120_000, 100_000, 90_000, 80_000, 70_000, 50_000)  # 86.00 万元 by eight donors
GRANTED, SPENT = 300_000, (180_000, 143_000, 120_000, 80_000)  # 30.00 and 52.30 万元
Steps = tuple[tuple[date, str, dict[str, Any]], ...]
TEXT = "本周围绕专项行动任务，组织现场走访和集中整治，推动问题整改。（演示数据，仅作格式示例。）" * 4


def samples(world: World) -> Iterator[Sample]:
    for one in _all(world):
        if one.on <= world.until:
            yield one


def _all(world: World) -> Iterator[Sample]:
    yield from _people(world)
    yield from _weeks(world)
    yield from _texts(world)
    yield from _decisions(world)
    for one in world.complexes:
        yield from _checks(world, one)
        yield from _plans(world, one)
    yield from _papers(world)
    yield from _sheets(world)
    yield from _fund(world)
    yield from _others(world)


def _people(world: World) -> Iterator[Sample]:
    for place, name in enumerate(MEMBERS):
        if name in world.departments and place != 13:  # one has not named its liaison
            on = world.start + timedelta(days=1 + place % 7 if place != 12 else 11)
            yield Sample(Liaison, on, world.departments[name], {"since": on, "name": f"{name}联络员"})
    for place, (key, name) in enumerate(world.communities):
        on = world.start + timedelta(days=5 + place * 2)
        values = {
            "formed_on": on,
            "institution": f"{name}物业管理服务站",
            "members": f"{name}专班成员",
            "person": f"{name}专人",
        }
        yield Sample(CommunityTeam, on, key, values)
        for item in ITEMS[2:]:
            end = date(2024, 12, 28)
            score = world.chance("score", place, item).randint(76, 96)
            scored = {"scored_on": end, "year": 2024, "target": "社区", "item": item, "score": score}
            yield Sample(CommunityScore, end, key, scored)


def _weeks(world: World) -> Iterator[Sample]:
    monday, number = WEEKLY_FROM, 0
    while monday <= world.until:
        yield _meeting(world, Dispatch, world.street, monday, "专班组长", "调度各专项行动进度", number)
        heard = {"reporters": ["社区"], "progress": "各社区汇报业委会组建进展（演示）"}
        yield _meeting(
            world, Hearing, world.street, monday + timedelta(days=2), "专班组长", "业委会组建", number, heard
        )
        for place, (slug, key) in enumerate(sorted(world.actions.items())):
            chance = world.chance("week", slug, monday)
            if chance.random() < 0.9:
                on = monday + timedelta(days=chance.randint(0, 4))
                yield _meeting(
                    world, Coordination, key, on, "专项组长", "协调本专项难点", number, {"parties": ["社区", "部门"]}
                )
            late = number == 0 and place in (3, 7)  # W46: eight of ten
            if not late and (number == 0 or chance.random() < 0.93):
                sent = monday + timedelta(days=3 + chance.randint(0, 1))
                values = {
                    "sent_on": sent,
                    "title": f"本周工作进展（演示第{number + 1}期）",
                    "body": TEXT,
                    "channels": ["街道"],
                }
                yield Sample(WeeklyInfo, sent, key, values)
        for one in world.complexes:
            if world.chance("linked", one.ordinal, monday).random() < 0.35:
                on = monday + timedelta(days=world.chance("day", one.ordinal, monday).randint(0, 4))
                yield _meeting(
                    world,
                    LinkedMeeting,
                    one.id,
                    on,
                    "挂钩领导",
                    "小区事项",
                    number,
                    {"parties": ["业委会", "物业企业"]},
                )
        monday, number = monday + timedelta(days=7), number + 1


def _meeting(
    world: World,
    model: Any,
    unit: int,
    on: date,
    host: str,
    agenda: str,
    number: int,
    more: dict[str, Any] | None = None,
) -> Sample:
    values = {"held_on": on, "host": host, "agenda": agenda, "minutes": f"第{number + 1}次会议要点（演示数据）"}
    return Sample(model, on, unit, values | (more or {}))


def _texts(world: World) -> Iterator[Sample]:
    """Each month's text of each group; one group a month sends none, one is asked to write anew."""
    first, number = world.start.replace(day=1), 0
    while first <= world.until:
        following = (first + timedelta(days=32)).replace(day=1)
        for place, (slug, key) in enumerate(sorted(world.actions.items())):
            if place == (5 + number) % len(world.actions):
                continue
            on = following - timedelta(days=6 - world.chance("text", slug, first).randint(0, 2))
            values = {
                "written_on": on,
                "practice": "牵头部门会同社区、物业企业现场推进，按小区建立台账，逐项销号。（演示文字）",
                "problems": "部分小区问题整改进度偏慢，社区与企业衔接不够紧密。（演示文字）",
                "plans": "对未完成的小区挂账督办，逐周调度，确保按期完成。（演示文字）",
            }
            steps: Steps = ((on, "submit", {}), (on + timedelta(days=1), "accept", {}))
            if place == (2 + number) % len(world.actions):
                steps = (steps[0], (on + timedelta(days=1), "return", {}))
            yield Sample(ActionText, on, key, values, steps)
        first, number = following, number + 1


def _decisions(world: World) -> Iterator[Sample]:
    offices = [key for name, key in sorted(world.departments.items()) if name in MEMBERS]
    for number in range(24):
        on = WEEKLY_FROM + timedelta(days=number * 2)
        yield _handled(world, Decision, offices[number % len(offices)], on, "decision", number)
    for number, (key, _name) in enumerate(world.communities):
        on = WEEKLY_FROM + timedelta(days=number * 4)
        yield _handled(world, CommunityDecision, key, on, "community", number)


def _handled(world: World, model: Any, unit: int, on: date, kind: str, number: int) -> Sample:
    values = {"decided_on": on, "task": f"会议议定事项{number + 1:02d}（演示）", "limit_on": on + timedelta(days=10)}
    return Sample(model, on, unit, values, _steps(world, on, kind, number))


def _steps(world: World, on: date, kind: str, number: int) -> Steps:
    """Assigned, answered, verified, struck off; one in nine waits."""
    chance = world.chance(kind, number)
    answered = on + timedelta(days=chance.randint(3, 11))
    verified = answered + timedelta(days=chance.randint(1, 3))
    out: list[tuple[date, str, dict[str, Any]]] = []
    if number % 9 != 4 and answered <= world.until:
        out.append((answered, "answer", {"answer": "已办理（演示数据）"}))
        if verified <= world.until:
            out += [(verified, "verify", {}), (verified, "close", {})]
    return tuple(out)


def _checks(world: World, one: DemoComplex) -> Iterator[Sample]:
    chance = world.chance("check", one.ordinal)
    on = world.start + timedelta(days=chance.randint(3, 40))
    check = Sample(Inspection, on, one.id, {"checked_on": on, "items": "物业服务、环境、公示", "photos": [world.photo]})
    yield check
    if chance.random() < 0.5:
        values = {
            "found_on": on,
            "inspection_id": check,
            "problem": "公示栏内容未更新（演示）",
            "limit_on": on + timedelta(days=10),
        }
        yield Sample(Issue, on, one.id, values, _steps(world, on, "issue", one.ordinal))


def _plans(world: World, one: DemoComplex) -> Iterator[Sample]:
    office = world.departments.get("城管办")
    if one.ordinal % 2 or office is None:
        return
    on = world.start + timedelta(days=8 + one.ordinal % 10)
    values = {
        "planned_on": on,
        "problem": "物业服务不规范（演示）",
        "task": f"{one.type}小区攻坚",
        "measures": "一小区一方案推进（演示数据）",
        "office": office,
        "limit_on": on + timedelta(days=30),
    }
    yield Sample(AttackPlan, on, one.id, values, _steps(world, on, "plan", one.ordinal))


def _papers(world: World) -> Iterator[Sample]:
    """Letters to slow companies: reminders, then notices, then talks."""
    for month, day in ((11, 28), (12, 27)):
        on = date(2024, month, day)
        yield Sample(Publication, on, world.street, {"published_on": on, "month": on, "place": "街道公众号（演示）"})
    before: Any = None
    for number, (model, link, on) in enumerate(
        (
            (Reminder, "", date(2024, 11, 20)),
            (Reminder, "", date(2024, 11, 25)),
            (Rectification, "reminder_id", date(2024, 12, 3)),
            (Talk, "rectification_id", date(2024, 12, 12)),
        )
    ):
        company = (
            world.companies[number % 2 if model is not Reminder else number][0] if len(world.companies) > 1 else None
        )
        if company is None:
            return
        before = yield from _paper(world, model, link, on, company, before)


def _paper(world: World, model: Any, link: str, on: date, company: int, before: Any) -> Any:
    values: dict[str, Any] = {
        "drafted_on": on,
        "matter": "物业服务整改迟缓",
        "facts": "经检查发现公示、保洁问题未按期整改（演示数据）。",
        "demand": "请于期限内整改并书面回复。",
        "limit_on": on + timedelta(days=10),
    }
    if link and before is not None:
        values[link] = before
    if model is Talk:
        values |= {"talk_at": f"{on + timedelta(days=3)} 15:00", "place": "街道会议室", "interviewer": "城管办负责人"}
    number = {"number": "（演示，文号由文书编制）"}
    steps: list[tuple[date, str, dict[str, Any]]] = [(on, "review", {}), (on, "sign", {}), (on, "issue", number)]
    replied = on + timedelta(days=8)
    if replied <= world.until:
        steps += [(replied, "reply", {"reply": "已整改并书面回复（演示）"})]
    paper = Sample(model, on, company, values, tuple(steps))
    yield paper
    return paper


def _sheets(world: World) -> Iterator[Sample]:
    """Supervision sheets of December: two communities answered, one of them found in order; one department has yet to."""
    on = date(2024, 12, 16)
    office = world.departments.get("环卫办")
    addressees: list[tuple[type[Record], int]] = [(CommunityNotice, key) for key, _ in world.communities[:2]]
    addressees += [(DepartmentNotice, office)] if office is not None else []
    for place, (model, unit) in enumerate(addressees):
        values = {
            "drafted_on": on,
            "colour": "黄",
            "matter": "部分工作进度落后",
            "facts": "1. 每月大扫除：逾期2件（演示数据）。",
            "demand": "请对照目标倒排工期，逐项说明落后原因和赶上进度的措施。",
            "limit_on": on + timedelta(days=5),
        }
        steps: list[tuple[date, str, dict[str, Any]]] = [(on, "issue", {"number": "（演示，文号由文书编制）"})]
        replied = on + timedelta(days=4)
        if model is CommunityNotice and replied <= world.until:
            steps.append((replied, "reply", {"reply": "已补办（演示）"}))
            if place == 0:
                steps.append((replied, "close", {"verdict": "情况属实，予以办结（演示）"}))
        yield Sample(model, on, unit, values, tuple(steps))


def _fund(world: World) -> Iterator[Sample]:
    for place, amount in enumerate(GIVEN):
        on = world.start + timedelta(days=4 + place * 3)
        kind = DONORS[place % len(DONORS)]
        values: dict[str, Any] = {"received_on": on, "donor_kind": kind, "anonymous": place == 6, "amount": amount}
        if place != 6:
            values["donor"] = f"示例{kind}{place + 1:02d}"
        if place == 0:
            values["earmark"] = "电梯更新"
        yield Sample(Donation, on, world.street, values)
    on = world.start + timedelta(days=30)
    granted = {"received_on": on, "project": "示例小区照明提升", "share": 30, "amount": GRANTED}
    yield Sample(Grant, on, world.street, granted)
    for place, amount in enumerate(SPENT):
        on = world.start + timedelta(days=34 + place * 4)
        values = {
            "spent_on": on,
            "home_id": world.complexes[place % len(world.complexes)].id,
            "project": f"示例项目{place + 1:02d}",
            "amount": amount,
            "approved_by": "专班组长",
            "published": True,
        }
        if place == 0:
            values["earmark"] = "电梯更新"
        yield Sample(Spending, on, world.street, values)


def _others(world: World) -> Iterator[Sample]:
    for wave, on, satisfied in ((1, date(2024, 11, 8), 784), (2, date(2024, 11, 29), 841)):
        values = {"held_on": on, "wave": wave, "valid": 1000, "satisfied": satisfied, "method": "网格员入户（演示）"}
        yield Sample(SurveyWave, on, world.street, values)
    for number in range(12):
        on = world.start + timedelta(days=2)
        done = date(2024, 12, 2) + timedelta(days=number * 3)
        values = {
            "listed_on": on,
            "task": f"物业党建联建年度任务{number + 1:02d}（演示）",
            "limit_on": date(2024, 12, 31),
        }
        steps: Steps = (
            ((done, "finish", {"result": "已完成（演示数据）"}),) if number < 9 and done <= world.until else ()
        )
        yield Sample(YearTask, on, world.street, values, steps)
    for number, kind in enumerate((POSITIVE, POSITIVE, NEGATIVE)):
        on = world.start + timedelta(days=25 + number * 8)
        values = {
            "chosen_on": on,
            "kind": kind,
            "subject": f"示例小区{number + 1:02d}",
            "deeds": "做法和成效（演示数据）",
        }
        yield Sample(Exemplar, on, world.street, values, ((on + timedelta(days=2), "check", {}),))
    on = world.start + timedelta(days=15)
    yield Sample(
        IntegrityItem, on, world.street, {"entered_on": on, "matter": "物业合同签订监督（演示）", "state_of": "核查中"}
    )
    for name in ("青阳法庭", "司法所", "派出所"):
        if name in world.departments:
            member = {"joined_on": on, "member": world.departments[name], "part": "调解与指导（演示）"}
            yield Sample(Alliance, on, world.street, member)
    yield Sample(
        Association, on, world.street, {"held_on": on, "kind": "会议", "content": "促进会成立会议（演示数据）"}
    )
    end = date(2024, 12, 31)
    draft = {"finished_on": end, "title": "阶段性小结（演示）", "content": "各专项行动阶段成效与问题（演示数据）"}
    yield Sample(Summary, end, world.street, draft)
