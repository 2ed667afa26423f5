"""The standard part of every action's section: figures against target and pace, duties, who is late. Pure: facts to blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.base.blocks import (
    Block,
    Column,
    Day,
    Heading,
    Notice,
    Number,
    Paragraph,
    Ratio,
    Ref,
    Table,
    Text,
    percent,
)
from core.base.describe import Shape
from core.base.facts import DeadlineFacts, Facts, IndicatorFacts
from core.base.shown import figure_cell, lamp, target_text
from core.base.window import day_of, spoken

NAMED = 12  # units named in one line; the number opens all of them


def section(facts: Facts) -> Iterator[Block]:
    yield Heading("目标与进度", level=3)
    yield from goal(facts)
    if facts.indicators:
        yield indicator_table(facts.indicators, facts.as_of)
    yield from (Notice(f"{i.indicator.label}：{i.fault}", tone="fault") for i in facts.indicators if i.fault)
    if facts.deadlines:
        yield Heading("时限要求落实情况", level=3)
        yield deadline_table(facts.deadlines, facts.as_of)
        yield from (Notice(f"{d.deadline.label}：{d.fault}", tone="fault") for d in facts.deadlines if d.fault)
        late = late_table(facts.deadlines, facts.as_of)
        if late.rows:
            yield late


def goal(facts: Facts) -> Iterator[Block]:
    action = facts.action
    if action.goal:
        yield Paragraph(f"工作目标：{action.goal}")
    people = []
    if action.leaders:
        people.append("牵头领导：" + "、".join(action.leaders))
    if action.lead_departments:
        people.append("牵头部门：" + "、".join(action.lead_departments))
    if people:
        yield Paragraph("；".join(people) + "。")


def indicator_table(figures: tuple[IndicatorFacts, ...], as_of: date) -> Table:
    rows = []
    for one in figures:
        by = one.target.by if one.target else None
        expected = (
            percent(one.pace.expected) if one.pace.expected is not None and one.indicator.shape is Shape.RATIO else "—"
        )
        rows.append(
            (
                Text(one.indicator.label),
                Text(target_text(one)),
                Day(by),
                figure_cell(one, as_of),
                Text(expected),
                lamp(one),
            )
        )
    return Table(
        title="指标完成情况",
        columns=(
            Column(label="指标", width=14),
            Column(label="目标", width=5, align="right"),
            Column(label="期限", width=8),
            Column(label="完成情况", width=11, align="right"),
            Column(label="今日应达", width=6, align="right"),
            Column(label="评价", width=6),
        ),
        rows=tuple(rows),
    )


def deadline_table(duties: tuple[DeadlineFacts, ...], as_of: date) -> Table:
    rows = tuple(
        (
            Text(d.deadline.label, ref=Ref(kind="deadline", key=d.deadline.key, as_of=as_of, query=d.within)),
            Day(d.due_at.date() if d.due_at else None),
            Number(d.owed),
            Number(d.met),
            Number(d.met_late),
            Number(d.open),
            Number(d.overdue),
            Text(str(spoken(d.ended)) or "累计") if d.on_time[1] else Text("—"),
            Ratio(
                *d.on_time,
                ref=Ref(kind="deadline", key=d.deadline.key, as_of=as_of, period=d.ended, query=d.within),
            ),
        )
        for d in duties
    )
    return Table(
        title="时限要求",
        columns=(
            Column(label="事项", width=12),
            Column(label="本期期限", width=8),
            Column(label="应办", width=4, align="right"),
            Column(label="按期", width=4, align="right"),
            Column(label="逾期完成", width=5, align="right"),
            Column(label="未到期", width=4, align="right"),
            Column(label="逾期未办", width=5, align="right"),
            Column(label="计率期", width=7),
            Column(label="按期率", width=9, align="right"),
        ),
        rows=rows,
        note="应办至逾期未办各列是本期的数，逾期未办含以前各期；按期率是“计率期”即最近一个已到期统计期的，＝按期÷应办；累计的，＝按期÷（已办结＋逾期未办）。",
    )


def late_table(duties: tuple[DeadlineFacts, ...], as_of: date) -> Table:
    """One line a rule: how many are past due, since when the oldest, who. The number opens every one."""
    rows = []
    for one in sorted((d for d in duties if d.overdue), key=lambda d: -d.overdue):
        names = list(dict.fromkeys(late.unit for late in one.late))
        more = f"等{one.overdue}件" if one.overdue > len(names[:NAMED]) else ""
        oldest = min((late.due_at for late in one.late), default=one.due_at)
        ref = Ref(kind="deadline", key=one.deadline.key, as_of=as_of, query=(*one.within, ("status", "overdue")))
        rows.append(
            (
                Text(one.deadline.label),
                Number(one.overdue, "件", ref=ref),
                Day(day_of(oldest) if oldest else None),
                Text("、".join(names[:NAMED]) + more or "—"),
            )
        )
    return Table(
        title="逾期未办事项",
        columns=(
            Column(label="事项", width=12),
            Column(label="逾期", width=5, align="right"),
            Column(label="最早期限", width=8),
            Column(label="责任对象", width=26),
        ),
        rows=tuple(rows),
        empty="没有逾期未办事项。",
    )
