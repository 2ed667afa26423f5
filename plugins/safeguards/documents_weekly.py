"""Documents of a week: the pack for the dispatch meeting (D29) and the work informations put together (D34). Pure: facts to blocks."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from core.api import (
    ActionUnit,
    Block,
    Bullets,
    Column,
    Community,
    Compilation,
    Day,
    Department,
    Document,
    Facts,
    Heading,
    Lamp,
    Light,
    Number,
    Paragraph,
    Period,
    Readers,
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


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}年第{week}周"


def _document(facts: Facts, title: str, blocks: Iterator[Block]) -> Document:
    return Document(
        title=f"{title}（{_week(facts.as_of)}）",
        blocks=tuple(blocks),
        signature=(ISSUER,),
        signed_on=facts.as_of,
        as_of=facts.as_of,
    )


def pack(facts: Facts, campaign: Sequence[Facts], window: Window) -> Document:
    """调度会材料: what the last meeting decided, what is red, what falls due, where help is wanted."""

    def body() -> Iterator[Block]:
        yield Heading("上次会议议定事项落实情况")
        yield from decided(facts)
        yield Heading("红灯指标")
        yield red(campaign, facts.as_of)
        yield Heading("逾期未办事项")
        yield late(campaign, facts.as_of)
        yield Heading("七天内到期事项")
        yield due(campaign, facts.as_of)
        yield Heading("需要协调解决的问题")
        yield from asked(facts, window)

    return _document(facts, "调度会材料", body())


def decided(facts: Facts) -> Iterator[Block]:
    """What is not struck off yet, and what was since the last meeting."""
    held = select(Dispatch.held_on).where(Dispatch.held_on <= facts.as_of, counts(Dispatch))
    last = facts.read(held.order_by(Dispatch.held_on.desc()).limit(1))
    since = last[0][0] if last else facts.since
    yield Paragraph("上次调度会：", Day(last[0][0]), "。") if last else Paragraph("还没有召开过调度会。")
    rows: list[tuple[Any, ...]] = []
    for key, model, unit in (("decision", Decision, Department), ("community_decision", CommunityDecision, Community)):
        found = (
            select(model.id, unit.name, model.task, model.limit_on, model.state, model.closed_on)
            .join(unit, unit.id == getattr(model, model.unit.column))
            .where(
                model.decided_on <= facts.as_of,
                counts(model),
                or_(model.closed_on.is_(None), model.closed_on > facts.as_of, model.closed_on >= since),
            )
        )
        rows += [(key, *row) for row in facts.read(found)]
    rows.sort(key=lambda row: (row[4], row[1]))
    yield Table(
        title="议定事项",
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
                Text(_progress(state, limit, closed, facts.as_of)),
            )
            for key, number, name, task, limit, state, closed in rows
        ),
        empty="没有未销号的议定事项。",
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
            Column(label="逾期", width=6, align="right"),
            Column(label="最早期限", width=9),
        ),
        rows=tuple(
            (
                Text(d.deadline.label),
                Text(facts.action.label),
                Number(d.overdue, "件", ref=_open(d.deadline.key, as_of, "overdue")),
                Day(min((day_of(x.due_at) for x in d.late), default=None)),
            )
            for facts, d in sorted(found, key=lambda pair: -pair[1].overdue)
        ),
        empty="没有逾期未办事项。",
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


COMPILATIONS = (  # who sits in the meeting; what is circulated
    Compilation(
        key="safeguards.meeting_pack",
        label="调度会材料",
        every=Period.WEEK,
        build=pack,
        readers=Readers.DEPARTMENTS,
    ),
    Compilation(
        key="safeguards.informations",
        label="工作信息汇编",
        every=Period.WEEK,
        build=informations,
        readers=Readers.EVERYBODY,
    ),
)
