"""What the combined report says of problems and next steps: figures behind their target, duties past due by rule with who
owes them, what falls due soon. Pure: facts to blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from core.base.blocks import Block, Column, Light, Number, Paragraph, Ref, Table, Text
from core.base.facts import Facts, IndicatorFacts
from core.base.shown import figure_cell, gap, lamp, quoted, target_text
from core.base.window import day_of

MOST = 4  # figures or duties named in one line
SOON = timedelta(days=14)
Owned = tuple[Facts, IndicatorFacts]


def blocks(sections: tuple[Facts, ...], as_of: date) -> Iterator[Block]:
    behind = [(s, i) for s in sections for i in s.indicators if i.light in (Light.RED, Light.AMBER) and i.target]
    yield behind_table(behind, as_of)
    yield late_by_action(sections, as_of)


def behind_table(behind: list[Owned], as_of: date) -> Table:
    order = {Light.RED: 0, Light.AMBER: 1}
    rows = tuple(
        (
            Text(one.indicator.label),
            Text(target_text(one)),
            figure_cell(one, as_of),
            Text(gap(one)),
            Text("、".join(facts.action.lead_departments) or "综合协调组"),
            lamp(one),
        )
        for facts, one in sorted(behind, key=lambda pair: (order[pair[1].light], pair[0].action.number))
    )
    return Table(
        title="未达标和有风险的指标",
        columns=(
            Column(label="指标", width=13),
            Column(label="目标", width=5, align="right"),
            Column(label="完成情况", width=11, align="right"),
            Column(label="差距", width=8),
            Column(label="牵头部门", width=9),
            Column(label="评价", width=6),
        ),
        rows=rows,
        empty="有目标的指标均已达标或按进度推进。",
    )


def late_by_action(sections: tuple[Facts, ...], as_of: date) -> Table:
    """One line an action: how much is past due and which duties most; each section names who."""
    rows = []
    for facts in sorted(sections, key=lambda s: -sum(d.overdue for d in s.deadlines)):
        late = sorted((d for d in facts.deadlines if d.overdue), key=lambda d: -d.overdue)
        if late:
            ref = Ref(kind="action", key=facts.action.slug, as_of=as_of)
            most = "、".join(f"{d.deadline.label}{d.overdue}件" for d in late[:MOST])
            rows.append((Text(facts.action.label, ref=ref), Number(sum(d.overdue for d in late), "件"), Text(most)))
    return Table(
        title="逾期未办事项",
        columns=(
            Column(label="专项行动", width=16),
            Column(label="逾期", width=6, align="right"),
            Column(label="主要事项", width=28),
        ),
        rows=tuple(rows),
        empty="没有逾期未办事项。",
    )


def next_steps(sections: tuple[Facts, ...], as_of: date) -> Iterator[Block]:
    """By action: the figures to catch up with, and what falls due within two weeks."""
    said = False
    for facts in sections:
        red = [i for i in facts.indicators if i.light is Light.RED and i.target]
        due = [d for d in facts.deadlines if d.open and d.due_at and as_of <= day_of(d.due_at) <= as_of + SOON]
        due.sort(key=lambda d: (d.due_at, -d.open))
        if not red and not due:
            continue
        said = True
        parts = [quoted(i.indicator.label) + (gap(i) if gap(i) != "—" else "未达标") for i in red[:MOST]]
        who = "、".join(facts.action.lead_departments) or "综合协调组"
        text = f"{facts.action.label}（{who}）："
        text += "补齐" + "，".join(parts) + _more(len(red), "项指标") + "。" if parts else ""
        ahead = [f"{_short(d.due_at)}前{quoted(d.deadline.label)}{d.open}件" for d in due[:MOST]]
        text += "两周内到期：" + "，".join(ahead) + _more(len(due), "类事项") + "。" if ahead else ""
        yield Paragraph(text)
    if not said:
        yield Paragraph("各项有数据的指标均未亮红灯，两周内没有到期事项，继续按时限推进。")


def _more(many: int, of: str) -> str:
    """The rest stand in the tables above and on the pages."""
    return f"，等{many}{of}" if many > MOST else ""


def _short(moment: object) -> str:
    day = day_of(moment)  # type: ignore[arg-type]
    return f"{day.month}月{day.day}日"
