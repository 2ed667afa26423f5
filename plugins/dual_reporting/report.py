"""Its section of the combined report: lists and activities by organ, needs by how far they got, those nobody took up."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select, union_all

from core.api import (
    Block,
    Column,
    Community,
    Complex,
    Day,
    Facts,
    Number,
    Paragraph,
    Ref,
    Rows,
    Table,
    Text,
    counts,
)
from plugins.dual_reporting.records_homes import CommunityNeed, ComplexNeed, Opinion
from plugins.dual_reporting.records_organs import Activity

OLDEST = 15


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield activities(facts)
    yield progress(facts)
    yield unclaimed(facts)
    yield opinions(facts)


def activities(facts: Facts) -> Paragraph:
    held = Activity.held_on.between(facts.since, facts.as_of) & counts(Activity)
    ((times, people),) = facts.read(select(func.count(), func.coalesce(func.sum(Activity.people), 0)).where(held))
    return Paragraph("市直单位进小区开展集中活动", Number(times, "场"), "，参加", Number(int(people), "人次"), "。")


def needs(until: date) -> Any:
    """Every need published by the day: of a community and of a complex alike."""
    parts = [
        select(
            literal(kind).label("kind"),
            model.id.label("id"),
            home.name.label("home"),
            model.content.label("content"),
            model.published_on.label("published_on"),
            model.claimed_on.label("claimed_on"),
            model.done_on.label("done_on"),
        )
        .join(home, home.id == unit)
        .where(model.published_on <= until, counts(model))
        for kind, model, home, unit in (
            ("community_need", CommunityNeed, Community, CommunityNeed.community_id),
            ("complex_need", ComplexNeed, Complex, ComplexNeed.complex_id),
        )
    ]
    return union_all(*parts).subquery("needs")


def progress(facts: Facts) -> Paragraph:
    all_of_them = needs(facts.as_of)
    claimed = func.coalesce(func.sum(_by(all_of_them.c.claimed_on, facts.as_of)), 0)
    done = func.coalesce(func.sum(_by(all_of_them.c.done_on, facts.as_of)), 0)
    ((many, taken, finished),) = facts.read(select(func.count(), claimed, done).select_from(all_of_them))
    return Paragraph(
        "累计公开需求",
        Number(many, "项"),
        "，已认领",
        Number(int(taken), "项"),
        "，已完成",
        Number(int(finished), "项"),
        "。",
    )


def _by(column: Any, day: date) -> Any:
    return case((column <= day, 1), else_=0)


def oldest(until: date) -> Rows:
    found = needs(until)
    open_ones = (found.c.claimed_on.is_(None)) | (found.c.claimed_on > until)
    return select(found).where(open_ones).order_by(found.c.published_on, found.c.id).limit(OLDEST)


def unclaimed(facts: Facts) -> Table:
    rows = facts.read(oldest(facts.as_of))
    return Table(
        title="尚未认领的需求（按公开时间）",
        columns=(
            Column(label="社区或小区", width=12),
            Column(label="需求", width=22),
            Column(label="公开日期", width=9),
            Column(label="已等", width=5, align="right"),
        ),
        rows=tuple(
            (
                Text(row.home, ref=Ref(kind="record", key=f"dual_reporting.{row.kind}/{row.id}")),
                Text(row.content),
                Day(row.published_on),
                Number((facts.as_of - row.published_on).days, "天"),
            )
            for row in rows
        ),
        empty="已公开的需求均有单位认领。",
    )


def opinions(facts: Facts) -> Paragraph:
    month = facts.as_of.replace(day=1)
    mine = (Opinion.month == month) & counts(Opinion)
    ((many, homes, low),) = facts.read(
        select(func.count(), func.count(Opinion.complex_id.distinct()), func.count().filter(Opinion.mean < 3)).where(
            mine
        )
    )
    return Paragraph(
        f"{month.month}月物业服务监督员提交评价",
        Number(many, "份"),
        "，涉及",
        Number(homes, "个小区"),
        "，其中平均低于3分的",
        Number(low, "份"),
        "，已列入月度考评。",
    )
