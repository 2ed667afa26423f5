"""How far each complex is (plan 1.4, F2.1): one card of stages a complex, and what was reported along the way."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import or_, select
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
    link,
    long_text,
    personal,
)
from plugins.self_governance.records_candidate import Candidate, unreviewed
from plugins.self_governance.records_committee import Committee
from plugins.self_governance.workflows import NOTED, STAGES, formation


def _candidates(card: "Formation", look: Look) -> list[Any]:
    rows = select(Candidate.id, Candidate.round, Candidate.screened_on, Candidate.state).where(
        Candidate.complex_id == card.complex_id, Candidate.body == "业委会", Candidate.state != "rejected"
    )
    return list(look.read(rows))


def nominated(card: "Formation", look: Look) -> Iterator[Problem]:
    if not _candidates(card, look):
        yield Problem("", Say("还没有提名业委会人选，请先填报“人选联审”"))


def reviewed(card: "Formation", look: Look) -> Iterator[Problem]:
    """Who stands must have been listed before the public notice (D4)."""
    found = _candidates(card, look)
    if not any(state == "listed" for *_, state in found):
        yield Problem("", Say("还没有通过联审、列入候选的人选"))
    for number, round_, screened_on, state in found:
        if state != "listed":
            for problem in unreviewed(look, number, round_, screened_on):
                yield Problem("", Say("人选 #{n}：{t}", n=number, t=problem.text))


def elected(card: "Formation", look: Look) -> Iterator[Problem]:
    mine = select(Committee.id).where(Committee.complex_id == card.complex_id, counts(Committee))
    running = mine.where(
        or_(Committee.ended_on.is_(None), Committee.ended_on >= look.today), Committee.ends_on >= look.today
    )
    if not look.read(running):
        yield Problem("", Say("没有在任的业委会，请先填报“业委会登记”"))


def over(card: "Formation", look: Look) -> Iterator[Problem]:
    mine = select(Committee.id).where(Committee.complex_id == card.complex_id, counts(Committee))
    if not look.read(mine.where(Committee.ends_on < look.today)):
        yield Problem("", Say("没有任期已满的业委会"))


class Formation(Record):
    """F2.1 业委会组建推进表: the stage a complex has reached and since when."""

    __tablename__ = "self_governance_formation"
    unit, label, code = COMPLEX, "业委会组建推进表", "F2.1"
    help = "每个小区一张；按阶段推进。登记业委会后由系统自动转为“已组建”。"
    workflow = formation(nominated=nominated, reviewed=reviewed, elected=elected, over=over)
    once_per: ClassVar[tuple[str, ...]] = ("complex_id",)
    named_by: ClassVar[tuple[str, ...]] = ("opened_on",)
    opened_on: Mapped[date] = day("建表日期", happened=True)
    person: Mapped[str | None] = personal("责任人")
    unfit_reason: Mapped[str | None] = long_text("不具备条件的理由", longest=500, filed=False)
    stage_on: Mapped[date | None] = day("进入本阶段日期", filed=False)


class Progress(Record):
    """F2.1 推进记录: what was done in a week, and (by the system) each stage a card enters. It keeps which stage a complex was
    in on any day."""

    __tablename__ = "self_governance_progress"
    unit, label, code = COMPLEX, "组建推进记录", "F2.1"
    workflow = NOTED
    help = "填写本周进展、难点和下周计划；进入新阶段时由系统自动记一条。"
    follows = "formation_id"
    formation_id: Mapped[int] = link("推进表", Formation, required=True)
    reported_on: Mapped[date] = day("日期", happened=True)
    this_week: Mapped[str] = long_text("本周进展", required=True, longest=1000, listed=True)
    difficulty: Mapped[str | None] = long_text("难点", longest=1000)
    next_week: Mapped[str | None] = long_text("下周计划", longest=1000)
    stage: Mapped[str | None] = choice("阶段", tuple(STAGES.values()), derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """The card's stage when it was reported; a later correction leaves it."""
        rows = select(Formation.state).where(Formation.id == self.formation_id)
        return {"stage": self.stage or next((STAGES[state] for (state,) in look.read(rows)), None)}
