"""Its section of the combined report: satisfaction, who has not reported, meetings and decisions, papers, the fund."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, func, select

from core.api import (
    ActionUnit,
    Block,
    Column,
    Day,
    Facts,
    Heading,
    Notice,
    Number,
    Paragraph,
    Ref,
    Table,
    Text,
    contradictions,
    counts,
)
from plugins.safeguards.documents_weekly import week_of
from plugins.safeguards.records_fund import DONORS, Donation, Grant, Spending
from plugins.safeguards.records_meetings import (
    CommunityDecision,
    Coordination,
    Decision,
    Dispatch,
    Exemplar,
    Hearing,
    LinkedMeeting,
    WeeklyInfo,
)
from plugins.safeguards.records_supervision import Rectification, Reminder, Talk
from plugins.safeguards.records_texts import ActionText

FRESH = timedelta(days=30)  # a text older than this is said to be old


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield meetings(facts)
    yield missing_info(facts)
    yield missing_texts(facts)
    yield papers(facts)
    yield exemplars(facts)
    yield fund(facts)
    yield donors(facts)


def meetings(facts: Facts) -> Paragraph:
    said: list[Any] = ["专项行动以来召开"]
    for label, model in (
        ("调度会", Dispatch),
        ("专项协调会", Coordination),
        ("挂钩小区协调会", LinkedMeeting),
        ("工作汇报会", Hearing),
    ):
        held = and_(model.held_on.between(facts.since, facts.as_of), counts(model))
        ((many,),) = facts.read(select(func.count()).where(held))
        said += [label, Number(many, "次"), "、"]
    given = closed = 0
    for decided in (Decision, CommunityDecision):
        mine = and_(decided.decided_on <= facts.as_of, counts(decided))
        done = func.coalesce(func.sum(case((decided.closed_on <= facts.as_of, 1), else_=0)), 0)
        ((many, ended),) = facts.read(select(func.count(), done).where(mine))
        given, closed = given + many, closed + int(ended)
    return Paragraph(*said[:-1], "；议定事项", Number(given, "项"), "，已销号", Number(closed, "项"), "。")


def missing_info(facts: Facts) -> Paragraph:
    """Story 21: the groups without this week's information are named."""
    monday = facts.as_of - timedelta(days=facts.as_of.weekday())
    sent = select(WeeklyInfo.action_id).where(WeeklyInfo.sent_on.between(monday, facts.as_of), counts(WeeklyInfo))
    rows = facts.read(select(ActionUnit.name).where(ActionUnit.id.not_in(sent)).order_by(ActionUnit.number))
    names = "、".join(name for (name,) in rows)
    text = f"尚未报送工作信息的专项组：{names}。" if rows else "各专项组均已报送工作信息。"
    return Paragraph(f"{week_of(facts.as_of)}，{text}")


def remarks(facts: Facts) -> Iterator[Block]:
    """At the end of every action's section: the newest text its department has reported by the day, and where its numbers
    and the data of the day don't agree."""
    rows = facts.read(
        select(ActionText.id, ActionText.written_on, ActionText.practice, ActionText.problems, ActionText.plans)
        .join(ActionUnit, ActionUnit.id == ActionText.action_id)
        .where(ActionUnit.code == facts.action.slug, ActionText.written_on <= facts.as_of, counts(ActionText))
        .order_by(ActionText.written_on.desc(), ActionText.id.desc())
        .limit(1)
    )
    if not rows:
        yield Paragraph("主要做法及成效、存在问题、下一步打算：牵头部门尚未报送。", tone="muted")
        return
    ((number, on, *texts),) = rows
    for label, text in zip(("主要做法及成效", "存在问题", "下一步打算"), texts, strict=True):
        yield Heading(label, level=3)
        yield from (Paragraph(line) for line in text.splitlines() if line.strip())
    who = "、".join(facts.action.lead_departments) or "综合协调组"
    ref = Ref(kind="record", key=f"safeguards.action_text/{number}")
    yield Paragraph("（", Text(f"{who}{on.year}年{on.month}月{on.day}日报送", ref=ref), "）", tone="muted")
    if (facts.as_of - on) > FRESH:
        yield Notice(f"以上文字报送已{(facts.as_of - on).days}天，可能已不反映现状，请牵头部门更新。", tone="warn")
    told = "；".join(str(said) for text in texts for said in contradictions(text, facts))
    if told:
        yield Notice(
            f"文字与{facts.as_of.year}年{facts.as_of.month}月{facts.as_of.day}日的数据不一致：{told}。", tone="warn"
        )


def missing_texts(facts: Facts) -> Paragraph:
    """Which groups owe the month's text."""
    first = facts.as_of.replace(day=1)
    sent = select(ActionText.action_id).where(ActionText.written_on.between(first, facts.as_of), counts(ActionText))
    rows = facts.read(select(ActionUnit.name).where(ActionUnit.id.not_in(sent)).order_by(ActionUnit.number))
    names = "、".join(name for (name,) in rows)
    text = f"尚未报送综合报告文字的专项组：{names}。" if rows else "各专项组均已报送综合报告文字。"
    return Paragraph(f"{facts.as_of.year}年{facts.as_of.month}月，{text}")


def papers(facts: Facts) -> Paragraph:
    said: list[Any] = ["累计印发"]
    for label, model, unit in (
        ("工作提醒函", Reminder, "份"),
        ("整改通知书", Rectification, "份"),
        ("约谈", Talk, "家次"),
    ):
        issued = and_(model.issued_on <= facts.as_of, counts(model))
        ((many,),) = facts.read(select(func.count()).where(issued))
        said += [label, Number(many, unit), "、"]
    return Paragraph(*said[:-1], "。")


def exemplars(facts: Facts) -> Table:
    """Good examples and exposed bad ones, once they are checked (D37)."""
    rows = facts.read(
        select(Exemplar.id, Exemplar.chosen_on, Exemplar.kind, Exemplar.subject, Exemplar.deeds)
        .where(Exemplar.chosen_on <= facts.as_of, Exemplar.state == "checked")
        .order_by(Exemplar.kind.desc(), Exemplar.chosen_on, Exemplar.id)
    )
    return Table(
        title="典型选树和曝光",
        columns=(
            Column(label="类型", width=4),
            Column(label="对象", width=12),
            Column(label="事迹或问题", width=24),
            Column(label="选定日期", width=9),
        ),
        rows=tuple(
            (
                Text(kind),
                Text(subject, ref=Ref(kind="record", key=f"safeguards.exemplar/{number}")),
                Text(deeds),
                Day(on),
            )
            for number, on, kind, subject, deeds in rows
        ),
        empty="还没有经审核的典型。",
    )


def fund(facts: Facts) -> Paragraph:
    given = _sum(facts, Donation, Donation.received_on)
    granted = _sum(facts, Grant, Grant.received_on)
    spent = _sum(facts, Spending, Spending.spent_on)
    return Paragraph(
        "“美好家园”基金接受捐赠",
        _wan(given),
        "，市级以奖代补",
        _wan(granted),
        "，支出",
        _wan(spent),
        "，余额",
        _wan(given + granted - spent),
        "。",
    )


def _sum(facts: Facts, model: Any, on: Any) -> float:
    ((total,),) = facts.read(select(func.sum(model.amount)).where(on <= facts.as_of, counts(model)))
    return float(total or 0)


def _wan(yuan: float) -> Number:
    return Number(yuan / 10_000, "万元", digits=2)


def donors(facts: Facts) -> Table:
    rows = facts.read(
        select(Donation.donor_kind, func.count(), func.sum(Donation.amount))
        .where(Donation.received_on <= facts.as_of, counts(Donation))
        .group_by(Donation.donor_kind)
    )
    found = {kind: (many, amount) for kind, many, amount in rows}
    return Table(
        title="基金捐赠按捐方类别",
        columns=(
            Column(label="类别", width=12),
            Column(label="笔数", width=6, align="right"),
            Column(label="金额", width=10, align="right"),
        ),
        rows=tuple(
            (Text(kind), Number(found[kind][0], "笔"), _wan(float(found[kind][1] or 0)))
            for kind in DONORS
            if kind in found
        ),
        empty="还没有捐赠。",
    )
