"""Its section of the combined report: figures, the complaints against every baseline, by community, what keeps coming back,
and what was mediated."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, or_, select

from core.api import (
    Block,
    Column,
    Community,
    Complex,
    Facts,
    Notice,
    Number,
    Paragraph,
    Ref,
    Table,
    Text,
    counts,
    local_day,
    plus_days,
)
from plugins.disputes.records_baseline import BASELINES, reduction, same_period
from plugins.disputes.records_complaint import REPEAT_DAYS, Complaint
from plugins.disputes.records_mediation import RESULTS, SETTLED, Mediation
from plugins.disputes.workflows import COMPLICATED, SIMPLE

MOST = 15  # clusters listed


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield from baselines(facts)
    yield communities(facts)
    yield clusters(facts)
    yield mediations(facts)


def _binds(facts: Facts) -> tuple[object, object, object]:
    days = max((facts.as_of - facts.since).days + 1, 0)
    return literal(facts.since, Date), literal(facts.as_of, Date), literal(days)


def baselines(facts: Facts) -> Iterator[Block]:
    """Q7: the report always prints the base; the one the figure above stands on is marked."""
    judged = facts.indicator("disputes.complaints_reduced")
    rows, chosen = [], ""
    for name in BASELINES:
        n, d = reduction(name, *_binds(facts))
        ((now, base),) = facts.read(select(n.label("n"), d.label("d")))
        now, base = int(now or 0), int(base or 0)
        mine = base > 0 and (now, base) == (judged.n, judged.d)
        chosen = chosen or (name if mine else "")
        share = Text(f"{100 * (base - now) / base:.1f}%") if base else Text("未设基数")
        cells = Number(now if base else None), Number(base if base else None), share
        rows.append((Text(name), *cells, Text("考核口径" if mine and name == chosen else "对照")))
    if judged.d == 0 and not judged.fault:
        yield Notice(
            "投诉量下降率未设基数：请牵头部门在“投诉基数”中登记各社区基数及来源，登记前不显示百分比。", tone="warn"
        )
    yield Table(
        title="投诉量与基数对照（物业管理类，件次）",
        columns=(
            Column(label="基数口径", width=12),
            Column(label="本期", align="right"),
            Column(label="基数", align="right"),
            Column(label="下降率", align="right"),
            Column(label="用途", width=6),
        ),
        rows=tuple(rows),
        note="同期：本行动开始以来与上年相同日期比；月均、上月：本月与基数比，月份未满的按天数折算。只比较已登记基数的社区。",
    )


def communities(facts: Facts) -> Table:
    """By community: received and merged, closed, overdue, and the same days of last year."""
    base = dict(facts.read(same_period(*_binds(facts))))
    closed = case((local_day(Complaint.closed_at) <= facts.as_of, 1), else_=0)
    merged = case((local_day(Complaint.merged_at) <= facts.as_of, 1), else_=0)
    still = or_(Complaint.ended_at.is_(None), local_day(Complaint.ended_at) > facts.as_of)
    late = case((and_(still, Complaint.due_on < facts.as_of), 1), else_=0)
    again = case((Complaint.redone > 0, 1), else_=0)
    rows = facts.read(
        select(
            Community.id,
            Community.name,
            func.count(),
            *(func.sum(one) for one in (merged, closed, late, again)),
        )
        .select_from(Complaint)
        .join(Complex, Complex.id == Complaint.complex_id)
        .join(Community, Community.id == Complex.community_id)
        .where(counts(Complaint), *_in_campaign(facts), Complaint.is_property)
        .group_by(Community.id, Community.name)
        .order_by(func.count().desc(), Community.name)
    )
    return Table(
        title="各社区投诉情况（物业管理类）",
        columns=(
            Column(label="社区", width=12),
            *(Column(label=one, align="right") for one in ("件次", "去重件", "已办结", "超期未办", "重办", "上年同期")),
        ),
        rows=tuple(
            (
                Text(name, ref=Ref(kind="community", key=str(key), as_of=facts.as_of)),
                Number(many),
                Number(many - int(joined)),
                Number(int(done)),
                Number(int(overdue)),
                Number(int(redone)),
                Number(int(base[key]) if key in base else None),
            )
            for key, name, many, joined, done, overdue, redone in rows
        ),
        empty="本行动开始以来没有物业管理类投诉。",
        note="已转出且对方受理的不计；并案的计件次，不计去重件。上年同期为“—”的社区尚未登记覆盖全部日期的基数。",
    )


def _in_campaign(facts: Facts) -> tuple[ColumnElement[bool], ...]:
    gone = local_day(Complaint.transferred_at) <= facts.as_of
    return (
        local_day(Complaint.received_at).between(facts.since, facts.as_of),
        or_(Complaint.transferred_at.is_(None), ~gone),
    )


def clusters(facts: Facts) -> Table:
    """The same kind from the same complex, twice or more in 90 days."""
    day = local_day(Complaint.received_at)
    since = plus_days(literal(facts.as_of, Date), -REPEAT_DAYS)
    rows = facts.read(
        select(Complex.id, Complex.name, Complaint.category, func.count(), func.max(day))
        .join(Complaint, Complaint.complex_id == Complex.id)
        .where(counts(Complaint), day > since, day <= facts.as_of)
        .group_by(Complex.id, Complex.name, Complaint.category)
        .having(func.count() > 1)
        .order_by(func.count().desc(), Complex.name, Complaint.category)
    )
    return Table(
        title=f"{REPEAT_DAYS}天内重复投诉",
        columns=(
            Column(label="小区", width=12),
            Column(label="类别", width=8),
            Column(label="件次", align="right"),
            Column(label="最近一次", width=10),
        ),
        rows=tuple(
            (
                Text(name, ref=Ref(kind="complex", key=str(key), as_of=facts.as_of)),
                Text(category),
                Number(many),
                Text(f"{last.month}月{last.day}日"),
            )
            for key, name, category, many, last in rows[:MOST]
        ),
        empty="没有重复投诉。",
        note=f"共{len(rows)}组，列出件次最多的{MOST}组。" if len(rows) > MOST else "",
    )


def mediations(facts: Facts) -> Paragraph:
    """Simple and complicated ones, and disputes mediated with their ends and the money in them."""
    kinds: dict[str, int] = defaultdict(int)
    many = select(Complaint.complexity, func.count()).where(counts(Complaint), *_in_campaign(facts))
    kinds.update(dict(facts.read(many.group_by(Complaint.complexity))))
    ended = case((Mediation.ended_on <= facts.as_of, Mediation.result))
    rows = facts.read(
        select(ended, func.count(), func.coalesce(func.sum(Mediation.amount), 0))
        .where(counts(Mediation), Mediation.found_on.between(facts.since, facts.as_of))
        .group_by(ended)
    )
    by_end = {end: n for end, n, _ in rows}
    return Paragraph(
        "收件中简单件",
        Number(kinds[SIMPLE], "件"),
        "、复杂件",
        Number(kinds[COMPLICATED], "件"),
        "；受理矛盾纠纷调解",
        Number(sum(by_end.values()), "件"),
        "，其中调解成功",
        Number(by_end.get(SETTLED, 0), "件"),
        *(run for end in RESULTS[1:] for run in (f"、{end}", Number(by_end.get(end, 0), "件"))),
        "，涉及资金",
        Number(float(sum(amount or 0 for *_, amount in rows)), "元", digits=2),
        "。",
    )
