"""Who governs (plan 1.4, F2.2, F2.3, F2.5): committees and temporary committees with their members, from when to when."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    counts,
    day,
    integer,
    link,
    long_text,
    personal,
    text,
    yes_no,
)
from plugins.self_governance.records_candidate import POLITICS, POSTS, SOURCES, Candidate, unreviewed
from plugins.self_governance.workflows import NOTED, REGISTER

NATURES = ("新组建", "换届", "存续")
ELECTED = NATURES[:2]
LEAST, MOST, YEARS = 5, 11, 5  # 业主大会和业主委员会指导规则: 5-11 persons, odd; a term of at most five years
REASONS = ("不具备业主大会条件", "多次组建不成", "届满未换届", "业委会停摆", "其他")
PARTS = ("街道", "社区", "业主代表", "其他")


def years_on(start: date, years: int) -> date:
    """The same day so many years later (29 February: 1 March)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


class Committee(Record):
    """F2.2 业委会: one term of one committee. What counts as in office: indicators.in_office, README."""

    __tablename__ = "self_governance_committee"
    __table_args__ = (Index(None, "ends_on"),)
    unit, label, code = COMPLEX, "业委会登记", "F2.2"
    workflow = REGISTER
    help = "每届一条。登记后，上一届和临时物管会由系统自动记为届终，推进表自动转为“已组建”。"
    named_by: ClassVar[tuple[str, ...]] = ("term", "started_on")
    once_per: ClassVar[tuple[str, ...]] = ("complex_id", "term")
    term: Mapped[int] = integer("届次", required=True, at_least=1, at_most=50)
    nature: Mapped[str] = choice("性质", NATURES, required=True)
    started_on: Mapped[date] = day("任期开始（选举产生）日期", happened=True)
    ends_on: Mapped[date] = day("任期届满日期", required=True, planned=True)
    seats: Mapped[int] = integer("委员人数", required=True, at_least=1, at_most=50, unit="人")
    first_met_on: Mapped[date | None] = day("首次会议日期", listed=False)
    filed_on: Mapped[date | None] = day("备案日期")
    filing_no: Mapped[str | None] = text("备案号", longest=60, listed=False)
    ended_on: Mapped[date | None] = day("届终（卸任）日期")
    ended_why: Mapped[str | None] = text("届终原因", longest=100, listed=False)
    renewal_on: Mapped[date | None] = day("启动换届日期", filed=False, listed=False)
    in_campaign: Mapped[bool | None] = yes_no("专项行动期间产生", derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        since = look.setting("self_governance.counted_from")
        return {"in_campaign": self.nature in ELECTED and self.started_on >= since}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.ends_on <= self.started_on:
            yield Problem("ends_on", Say("任期届满日期应晚于任期开始日期"))
        elif self.ends_on > years_on(self.started_on, YEARS):
            yield Problem("ends_on", Say("任期一般不超过5年（≤5年）；确需如此请说明理由"), warning=True)
        if not LEAST <= self.seats <= MOST or self.seats % 2 == 0:
            yield Problem("seats", Say("委员人数一般为5–11人的单数；确需如此请说明理由"), warning=True)
        same = select(Committee.id).where(
            Committee.complex_id == self.complex_id,
            Committee.started_on == self.started_on,
            counts(Committee),
            Committee.id != (self.id or 0),
        )
        if look.read(same.limit(1)):
            yield Problem("started_on", Say("本小区已有同一天开始的一届，请核对"))
        for name in ("first_met_on", "filed_on", "ended_on"):
            if (value := getattr(self, name)) and value < self.started_on:
                yield Problem(name, Say("{f}不能早于任期开始日期", f=type(self).field(name).label))
        for name in ("filed_on", "ended_on"):
            if (value := getattr(self, name)) and value > look.today:
                yield Problem(name, Say("{f}不能晚于今天", f=type(self).field(name).label))


class Member(Record):
    """F2.3 业委会成员: one person in one post. In a committee elected within the campaign: only who was reviewed for that
    very post (story 5)."""

    __tablename__ = "self_governance_member"
    unit, label, code = COMPLEX, "业委会成员", "F2.3"
    workflow = NOTED
    help = "专项行动期间产生的业委会，成员须先经联审并列入候选；改任其他职务须重新联审。"
    follows = "committee_id"
    named_by: ClassVar[tuple[str, ...]] = ("post", "from_on")
    committee_id: Mapped[int] = link("所属业委会", Committee, required=True)
    candidate_id: Mapped[int | None] = link("联审人选", Candidate)
    name: Mapped[str] = personal("姓名", required=True)
    politics: Mapped[str] = choice("政治面貌", POLITICS, required=True)
    post: Mapped[str] = choice("职务", POSTS, required=True)
    source: Mapped[str | None] = choice("人选来源", SOURCES)
    room: Mapped[str | None] = personal("房号", listed=False)
    phone: Mapped[str | None] = personal("电话", searchable=True, listed=False)
    from_on: Mapped[date] = day("任职日期", happened=True)
    until_on: Mapped[date | None] = day("离任日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until_on and self.until_on < self.from_on:
            yield Problem("until_on", Say("离任日期不能早于任职日期"))
        rows = select(Committee.complex_id, Committee.in_campaign, Committee.started_on)
        for home, in_campaign, started in look.read(rows.where(Committee.id == self.committee_id)):
            if self.from_on < started:
                yield Problem("from_on", Say("任职日期不能早于业委会任期开始日期"))
            if in_campaign and self.candidate_id is None:
                yield Problem("candidate_id", Say("专项行动期间产生的业委会，成员须先经联审，请选择已列入候选的人选"))
            if self.candidate_id is not None:
                yield from _reviewed(self, home, look)


def _reviewed(member: "Member | TemporaryMember", home: int, look: Look) -> Iterator[Problem]:
    """The candidate was listed, is the same person of the same complex, for the same post, and has no other seat."""
    c = Candidate
    rows = select(c.complex_id, c.name, c.post, c.state, c.round, c.screened_on).where(c.id == member.candidate_id)
    for complex_id, name, post, state, number, screened_on in look.read(rows):
        if complex_id != home:
            yield Problem("candidate_id", Say("这位人选不是本小区的"))
        elif state == "rejected":
            yield Problem("candidate_id", Say("这位人选联审不通过，请更换"))
        elif state != "listed":
            found = list(unreviewed(look, member.candidate_id or 0, number, screened_on))
            yield from (Problem("candidate_id", p.text) for p in found)
            if not found:
                yield Problem("candidate_id", Say("人选联审已完成，尚未由牵头部门列入候选"))
        elif name != member.name:
            yield Problem("name", Say("姓名与联审人选不一致"))
        elif isinstance(member, Member) and post != member.post:
            yield Problem("post", Say("联审的拟任职务是“{p}”；改任须先在人选联审中变更职务，重新联审", p=post))
    model = type(member)
    others = select(model.id).where(
        model.candidate_id == member.candidate_id, counts(model), model.id != (member.id or 0)
    )
    if look.read(others.limit(1)):
        yield Problem("candidate_id", Say("这位人选已登记为成员"))


class TemporaryCommittee(Record):
    """F2.5 临时物管会: stands in where no committee can be formed yet."""

    __tablename__ = "self_governance_temporary_committee"
    unit, label, code = COMPLEX, "临时物管会登记", "F2.5"
    workflow = REGISTER
    help = "不具备条件、多次组建不成等小区成立；业委会登记后由系统自动记为届终。组成、任期以省规定为准，超出只提醒。"
    named_by: ClassVar[tuple[str, ...]] = ("founded_on",)
    founded_on: Mapped[date] = day("成立日期", happened=True)
    reason: Mapped[str] = choice("原因", REASONS, required=True)
    ends_on: Mapped[date | None] = day("任期届满日期", planned=True)
    plan: Mapped[str | None] = long_text("转业委会计划", longest=1000)
    ended_on: Mapped[date | None] = day("终止日期")

    def check(self, look: Look) -> Iterator[Problem]:
        for name in ("ends_on", "ended_on"):
            if (value := getattr(self, name)) and value < self.founded_on:
                yield Problem(name, Say("{f}不能早于成立日期", f=type(self).field(name).label))
        if self.ended_on and self.ended_on > look.today:
            yield Problem("ended_on", Say("终止日期不能晚于今天"))


class TemporaryMember(Record):
    """F2.5 组成人员."""

    __tablename__ = "self_governance_temporary_member"
    unit, label, code = COMPLEX, "临时物管会组成人员", "F2.5"
    workflow = NOTED
    follows = "temporary_id"
    named_by: ClassVar[tuple[str, ...]] = ("part", "from_on")
    temporary_id: Mapped[int] = link("所属临时物管会", TemporaryCommittee, required=True)
    candidate_id: Mapped[int | None] = link("联审人选", Candidate)
    name: Mapped[str] = personal("姓名", required=True)
    part: Mapped[str] = choice("类别", PARTS, required=True)
    politics: Mapped[str | None] = choice("政治面貌", POLITICS)
    from_on: Mapped[date] = day("任职日期", happened=True)
    until_on: Mapped[date | None] = day("离任日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until_on and self.until_on < self.from_on:
            yield Problem("until_on", Say("离任日期不能早于任职日期"))
        since = look.setting("self_governance.counted_from")
        if self.part == "业主代表" and self.candidate_id is None and self.from_on >= since:
            yield Problem("candidate_id", Say("业主代表应先经联审；未经联审请说明理由"), warning=True)
        if self.candidate_id is not None:
            rows = select(TemporaryCommittee.complex_id).where(TemporaryCommittee.id == self.temporary_id)
            for (home,) in look.read(rows):
                yield from _reviewed(self, home, look)
