"""Documents of a week: the pack for the dispatch meeting (D29) and the work informations put together (D34). Pure: facts to blocks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from core.api import (
    ActionUnit,
    Attachment,
    Block,
    Bullets,
    Column,
    Community,
    Day,
    DeadlineFacts,
    Department,
    Document,
    Facts,
    Heading,
    Lamp,
    Light,
    Number,
    Paragraph,
    Ref,
    Table,
    Text,
    Window,
    counts,
    day_of,
    figure_cell,
    gap,
    target_text,
)
from plugins.safeguards.documents import ISSUER
from plugins.safeguards.records_meetings import CommunityDecision, Decision, Dispatch, WeeklyInfo
from plugins.safeguards.records_texts import ActionText
from plugins.safeguards.workflows import HANDLING

AHEAD = timedelta(days=7)
NAMED = 3  # units named in a line


def week_of(day: date) -> str:
    """The week by its days: the ISO week of 31 December is the next year's first, which nobody expects on paper."""
    first = day - timedelta(days=day.weekday())
    last = first + AHEAD - timedelta(days=1)
    month = "" if last.month == first.month else f"{last.month}月"
    return f"{first.year}年{first.month}月{first.day}日—{month}{last.day}日"


def _document(facts: Facts, title: str, blocks: Iterator[Block]) -> Document:
    return Document(
        title=f"{title}（{week_of(facts.as_of)}）",
        blocks=tuple(blocks),
        signature=(ISSUER,),
        signed_on=facts.as_of,
        as_of=facts.as_of,
    )


def pack(facts: Facts, campaign: Sequence[Facts], window: Window) -> Document:
    """调度会材料: what the last meeting decided, what is red, what falls due, where help is wanted."""

    def body() -> Iterator[Block]:
        yield Heading("议定事项落实情况")
        yield from decided(facts)
        yield Heading("红灯指标")
        yield red(campaign, facts.as_of)
        yield Heading("逾期未办事项")
        yield late(campaign, facts.as_of)
        yield Heading("七天内到期事项")
        yield due(campaign, facts.as_of)
        yield Heading("需要协调解决的问题")
        yield from asked(facts, window)

    annex = Attachment(title="请到会回答的单位", blocks=(answerable(campaign),))
    return replace(_document(facts, "调度会材料", body()), attachments=(annex,))


def decided(facts: Facts) -> Iterator[Block]:
    """What the last meeting decided, struck off or not; and what earlier ones decided and is not struck off yet."""
    held = select(Dispatch.held_on).where(Dispatch.held_on <= facts.as_of, counts(Dispatch))
    last = facts.read(held.order_by(Dispatch.held_on.desc()).limit(1))
    since = last[0][0] if last else facts.since
    yield Paragraph("上次调度会：", Day(last[0][0]), "。") if last else Paragraph("还没有召开过调度会。")
    rows: list[tuple[Any, ...]] = []
    for key, model, unit in (("decision", Decision, Department), ("community_decision", CommunityDecision, Community)):
        found = (
            select(model.id, unit.name, model.task, model.limit_on, model.state, model.closed_on, model.decided_on)
            .join(unit, unit.id == getattr(model, model.unit.column))
            .where(
                model.decided_on <= facts.as_of,
                counts(model),
                or_(model.closed_on.is_(None), model.closed_on > facts.as_of, model.decided_on >= since),
            )
        )
        rows += [(key, *row) for row in facts.read(found)]
    rows.sort(key=lambda row: (row[4], row[1]))
    yield _decisions("上次会议议定事项", [r for r in rows if r[-1] >= since], facts.as_of)
    if before := [r for r in rows if r[-1] < since]:
        yield _decisions("以前会议尚未销号的议定事项", before, facts.as_of)


def _decisions(title: str, rows: Sequence[tuple[Any, ...]], as_of: date) -> Table:
    return Table(
        title=title,
        columns=(
            Column(label="议定事项", width=20),
            Column(label="承办", width=8),
            Column(label="期限", width=8),
            Column(label="进展", width=8),
        ),
        rows=tuple(
            (
                Text(task, ref=Ref(kind="record", key=f"safeguards.{key}/{number}")),
                Text(name),
                Day(limit),
                Text(_progress(state, limit, closed, as_of)),
            )
            for key, number, name, task, limit, state, closed, _ in rows
        ),
        empty="没有议定事项。",
    )


def _progress(state: str, limit: date, closed: date | None, as_of: date) -> str:
    if closed is not None and closed <= as_of:
        return HANDLING.state("closed").label
    word = HANDLING.state("verified" if state == "closed" else state).label  # struck off after the day looked at
    return f"{word}，逾期{(as_of - limit).days}天" if limit < as_of else word


def red(campaign: Sequence[Facts], as_of: date) -> Table:
    rows = tuple(
        (
            Text(one.indicator.label),
            Text(target_text(one)),
            figure_cell(one, as_of),
            Text(gap(one)),
            Text("、".join(facts.action.lead_departments) or ISSUER),
            Lamp(one.light),
        )
        for facts in campaign
        for one in facts.indicators
        if one.light is Light.RED and one.target is not None
    )
    return Table(
        title="未达标的指标",
        columns=(
            Column(label="指标", width=13),
            Column(label="目标", width=5, align="right"),
            Column(label="完成情况", width=11, align="right"),
            Column(label="差距", width=7),
            Column(label="牵头部门", width=9),
            Column(label="评价", width=6),
        ),
        rows=rows,
        empty="没有红灯指标。",
    )


def late(campaign: Sequence[Facts], as_of: date) -> Table:
    """Each rule with how many are past due, most first."""
    found = [(facts, d) for facts in campaign for d in facts.deadlines if d.overdue]
    return Table(
        title="逾期未办的件数",
        columns=(
            Column(label="事项", width=16),
            Column(label="专项行动", width=18),
            Column(label="责任单位", width=16),
            Column(label="逾期", width=6, align="right"),
            Column(label="最早期限", width=9),
        ),
        rows=tuple(
            (
                Text(d.deadline.label),
                Text(facts.action.label),
                Text(_owing(facts, d)),
                Number(d.overdue, "件", ref=_open(d.deadline.key, as_of, "overdue")),
                Day(min((day_of(x.due_at) for x in d.late), default=None)),
            )
            for facts, d in sorted(found, key=lambda pair: -pair[1].overdue)
        ),
        empty="没有逾期未办事项。",
    )


def _owing(facts: Facts, found: DeadlineFacts) -> str:
    """Who is late, by community or by its own name, those with the most first; who leads the action sees to it."""
    whose = Counter(one.community or one.unit for one in found.late)
    named = "、".join(name for name, _ in whose.most_common(NAMED)) + (
        f"等{len(whose)}个" if len(whose) > NAMED else ""
    )
    leads = "、".join(facts.action.lead_departments) or ISSUER
    return f"{named}（{leads}督办）" if named else leads


def answerable(campaign: Sequence[Facts]) -> Table:
    """Departments whose figures are red, and communities and departments with something late: what each answers for."""
    red, late = Counter[str](), Counter[str]()
    for facts in campaign:
        leads = facts.action.lead_departments or (ISSUER,)
        many = sum(1 for one in facts.indicators if one.light is Light.RED and one.target is not None)
        red.update({name: many for name in leads if many})
        for one in (one for d in facts.deadlines for one in d.late):
            late[one.community or one.unit] += 1
    names = sorted({*red, *late}, key=lambda name: (-red[name], -late[name], name))
    return Table(
        title="红灯指标和逾期未办事项的责任单位",
        columns=(
            Column(label="单位", width=14),
            Column(label="红灯指标", width=8, align="right"),
            Column(label="逾期未办", width=8, align="right"),
            Column(label="答复人", width=10),
        ),
        rows=tuple((Text(n), Number(red[n], "项"), Number(late[n], "件"), Text("　")) for n in names),
        note="红灯指标由牵头部门答复，逾期未办由责任社区、部门答复；每类逾期事项按最早的三十件统计。",
        empty="没有需要到会回答的单位。",
    )


def due(campaign: Sequence[Facts], as_of: date) -> Table:
    found = [
        (day_of(d.due_at), facts, d)
        for facts in campaign
        for d in facts.deadlines
        if d.open and d.due_at and as_of <= day_of(d.due_at) <= as_of + AHEAD
    ]
    return Table(
        title="到期日和未办件数",
        columns=(
            Column(label="期限", width=9),
            Column(label="事项", width=16),
            Column(label="专项行动", width=18),
            Column(label="未办", width=6, align="right"),
        ),
        rows=tuple(
            (
                Day(day),
                Text(d.deadline.label),
                Text(facts.action.label),
                Number(d.open, "件", ref=_open(d.deadline.key, as_of)),
            )
            for day, facts, d in sorted(found, key=lambda row: (row[0], row[1].action.number))
        ),
        empty="七天内没有到期事项。",
    )


def _open(key: str, as_of: date, status: str = "") -> Ref:
    return Ref(kind="deadline", key=key, as_of=as_of, query=(("status", status),) if status else ())


def asked(facts: Facts, window: Window) -> Iterator[Block]:
    """What the departments name as problems in their newest text of the last thirty days."""
    rows = facts.read(
        select(ActionUnit.name, ActionText.problems)
        .join(ActionText, ActionText.action_id == ActionUnit.id)
        .where(ActionText.written_on.between(window.day - timedelta(days=30), window.day), counts(ActionText))
        .order_by(ActionUnit.number, ActionText.written_on, ActionText.id)
    )
    newest = dict(rows)  # the last of each action
    if newest:
        yield Bullets(
            items=tuple((f"{name}：{' '.join(text.split())}",) for name, text in newest.items()), ordered=True
        )
    else:
        yield Paragraph("各专项组近三十天没有报送需要协调的问题。")


def informations(facts: Facts, campaign: Sequence[Facts], window: Window) -> Document:
    """工作信息汇编: the week's pieces in the notice's order, and who has sent none."""
    rows = facts.read(
        select(ActionUnit.name, WeeklyInfo.id, WeeklyInfo.title, WeeklyInfo.body, WeeklyInfo.sent_on)
        .join(ActionUnit, ActionUnit.id == WeeklyInfo.action_id)
        .where(WeeklyInfo.sent_on.between(window.start, window.day), counts(WeeklyInfo))
        .order_by(ActionUnit.number, WeeklyInfo.sent_on, WeeklyInfo.id)
    )
    sent = {row[0] for row in rows}
    names = facts.read(select(ActionUnit.name).order_by(ActionUnit.number))
    missing = [name for (name,) in names if name not in sent]

    def body() -> Iterator[Block]:
        yield Paragraph("本周收到工作信息", Number(len(rows), "篇"), "。")
        for name, number, title, text, on in rows:
            yield Heading(title)
            ref = Ref(kind="record", key=f"safeguards.weekly_info/{number}")
            yield Paragraph("（", Text(f"{name}，{on.month}月{on.day}日", ref=ref), "）", tone="muted")
            yield from (Paragraph(line) for line in text.splitlines() if line.strip())
        yield Heading("尚未报送的专项组")
        yield Paragraph("、".join(missing) + "。" if missing else "各专项组均已报送。")

    return _document(facts, "工作信息汇编", body())
