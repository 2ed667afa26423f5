"""Who may stand (plan 1.4, F2.4): the pool, the candidates and the opinion of each reviewer. Names and opinions are sealed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    DEPARTMENT,
    LEAD,
    Department,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    integer,
    link,
    origin,
    personal,
    secret,
)
from plugins.self_governance.workflows import ANSWERING, NOTED, joint_review

COMMUNITY_ITSELF = "社区"
REVIEWERS = (COMMUNITY_ITSELF, "派出所", "信访办", "党建办", "司法所", "综治办", "市场监管所", "执法中队", "人大办")
BODIES = ("业委会", "临时物管会")
POSTS = ("主任", "副主任", "委员", "候补")
POLITICS = ("中共党员", "预备党员", "民主党派", "群众")
SOURCES = (
    "退二线(退休)领导干部",
    "机关企事业单位在职干部职工",
    "两代表一委员",
    "小区(网格)党支部成员",
    "好党员",
    "好青年",
    "劳动模范",
    "知名乡贤",
    "其他",
)
CONCLUSIONS = ("联审中", "同意", "不同意", "待补充")


class PoolEntry(Record):
    """F2.4 候选人库: who said in the party census that they would serve (plan 1.6: A1 名册 to A2), or was recommended."""

    __tablename__ = "self_governance_pool_entry"
    unit, label, code = COMPLEX, "候选人库", "F2.4"
    workflow = NOTED
    help = "党员摸底中愿意进入业委会的人员由系统自动加入，也可以由社区推荐。"
    added_on: Mapped[date] = day("入库日期", happened=True)
    name: Mapped[str] = personal("姓名", required=True)
    politics: Mapped[str] = choice("政治面貌", POLITICS, required=True)
    source: Mapped[str | None] = choice("人选来源", SOURCES)
    origin: Mapped[str | None] = origin("来自")


def complete(candidate: "Candidate", look: Look) -> Iterator[Problem]:
    """Everybody who must has agreed; else who is missing and who is against (story 5)."""
    yield from unreviewed(look, candidate.id, candidate.round, candidate.screened_on)


def unreviewed(look: Look, candidate_id: int, number: int | None, screened_on: date | None) -> Iterator[Problem]:
    missing, against, _ = _standing(look, candidate_id, number, screened_on)
    if missing:
        yield Problem("", Say("联审未完成，不能列入候选或任职，尚缺：{n}", n="、".join(missing)))
    if against:
        yield Problem("", Say("联审不同意：{n}；请更换人选", n="、".join(against)))


def _standing(
    look: Look, candidate_id: int | None, number: int | None, screened_on: date | None
) -> tuple[list[str], list[str], date | None]:
    """Whose answer is missing, who is against, and the day of the last answer. Whoever was asked besides must answer too."""
    rows = (
        select(Department.name, Opinion.state, Opinion.answered_on)
        .join(Department, Department.id == Opinion.department_id)
        .where(Opinion.candidate_id == candidate_id, Opinion.round == number)
        .order_by(Opinion.id)
    )
    answers = {name: (state, on) for name, state, on in look.read(rows)} if candidate_id is not None else {}
    needed = [n for n in look.setting("self_governance.reviewers") if n != COMMUNITY_ITSELF]
    asked = [*needed, *(n for n in answers if n not in needed)]
    missing = [n for n in asked if answers.get(n, ("asked", None))[0] in ("asked", "more")]
    if screened_on is None:  # the community's word comes first, whatever the setting
        missing.insert(0, COMMUNITY_ITSELF)
    against = [n for n, (state, _) in answers.items() if state == "disagreed"]
    days = [on for _, on in answers.values() if on is not None]
    return missing, against, max([*days, *([screened_on] if screened_on else [])], default=None)


class Candidate(Record):
    """F2.4 人选联审: one person for one post. Another post is another review (``round``)."""

    __tablename__ = "self_governance_candidate"
    unit, label, code = COMPLEX, "人选联审", "F2.4"
    help = "先由社区、网格初审，再由公安、信访等部门并行审查；全部同意后才能列入候选。变更拟任职务须重新联审。"
    workflow = joint_review(complete)
    named_by: ClassVar[tuple[str, ...]] = ("post", "nominated_on")
    nominated_on: Mapped[date] = day("提名日期", happened=True)
    pool_id: Mapped[int | None] = link("候选人库", PoolEntry, listed=False)
    name: Mapped[str] = personal("姓名", required=True)
    body: Mapped[str] = choice("机构", BODIES, required=True, given=lambda today: BODIES[0])
    post: Mapped[str] = choice("拟任职务", POSTS, required=True)
    politics: Mapped[str] = choice("政治面貌", POLITICS, required=True)
    source: Mapped[str | None] = choice("人选来源", SOURCES)
    community_opinion: Mapped[str | None] = secret("社区、网格意见", filed=False)
    screened_by: Mapped[str | None] = personal("初审人", filed=False, listed=False)
    screened_on: Mapped[date | None] = day("初审日期", filed=False)
    listed_on: Mapped[date | None] = day("列入候选日期", filed=False)
    round: Mapped[int | None] = integer("联审轮次", derived=True, listed=False)
    reviewed_on: Mapped[date | None] = day("联审完成日期", derived=True)
    conclusion: Mapped[str | None] = choice("综合结论", CONCLUSIONS, derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """``round`` goes on when the post changes after a first screening; the rest follows from the answers."""
        rows = select(Candidate.post, Candidate.round, Candidate.screened_on).where(Candidate.id == self.id)
        number = 1
        for post, before, screened in look.read(rows) if self.id is not None else ():
            number = (before or 1) + (1 if post != self.post and screened is not None else 0)
        missing, against, last = _standing(look, self.id, number, self.screened_on)
        done = self.state == "rejected" or not missing
        word = "不同意" if against or self.state == "rejected" else "同意" if done else "联审中"
        if self.state == "supplementing":
            word = "待补充"
        return {"round": number, "reviewed_on": last if done else None, "conclusion": word}


class Opinion(Record):
    """F2.4 one department's opinion. Communities and linked leaders never see it; its text is shown to nobody but in its
    own form."""

    __tablename__ = "self_governance_opinion"
    unit, label, code = DEPARTMENT, "联审意见", "F2.4"
    help = "由系统在社区初审后自动发给各审查部门；牵头部门可另请其他部门审查。意见内容保密。"
    workflow, confidential = ANSWERING, True
    by = (LEAD,)
    named_by: ClassVar[tuple[str, ...]] = ("asked_on",)
    once_per: ClassVar[tuple[str, ...]] = ("candidate_id", "department_id", "round")
    candidate_id: Mapped[int] = link("人选", Candidate, required=True)
    asked_on: Mapped[date] = day("送审日期", happened=True)
    round: Mapped[int | None] = integer("联审轮次", derived=True, listed=False)
    opinion: Mapped[str | None] = secret("意见", filed=False)
    reviewer: Mapped[str | None] = personal("审核人", filed=False)
    answered_on: Mapped[date | None] = day("答复日期", filed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """The round in which it was asked stays its round."""
        rows = select(Candidate.round).where(Candidate.id == self.candidate_id)
        return {"round": self.round or next((n for (n,) in look.read(rows)), 1) or 1}
