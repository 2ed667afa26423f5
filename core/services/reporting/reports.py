"""The combined report (综合报告): every action in the notice's order, one whose part fails or is not built saying so
plainly. Facts are gathered once in a few statements; each section is a pure function of its own facts (law 6)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from core.base import shown
from core.base.blocks import (
    Attachment,
    Block,
    Column,
    Day,
    Document,
    Heading,
    Lamp,
    Light,
    Notice,
    Number,
    Paragraph,
    Ratio,
    Ref,
    Table,
    Text,
    plain,
)
from core.base.facts import ActionFacts, Facts
from core.base.units import ACTION
from core.base.window import Period, spoken, window
from core.estate.units import ActionUnit, Department, Leader, Responsibility
from core.services.measuring import figures, places
from core.services.measuring.places import Place
from core.services.operations import faults
from core.services.owing import duties
from core.services.personal import masked_read
from core.services.reporting import compared, problems, standard, standing
from core.services.reporting.compared import Before
from core.services.work import Work

MOST_BLOCKS, LARGEST = 2_000, 20_000_000  # of a section; a healthy one has some dozens, and some kilobytes
TITLES = {Period.WEEK: "工作周报", Period.MONTH: "工作月报"}


def combined(
    work: Work,
    as_of: date,
    *,
    period: Period | None = None,
    place: Place | None = None,
    before: Before | None = None,
) -> Document:
    """The whole report as a block tree. ``period`` (week, month): compared with the day before it began; else, campaign to
    date, with ``before``. ``place`` (a community, a street, a county): what is counted there, its part alone. Where it holds
    several streets, each of them stands in an annex."""
    sections = gather(work, as_of, place=place)
    campaign = work.campaign
    if period is not None:
        before = _before(work, as_of, period, place)
    named = "" if place is None else place.name
    report = _Report(sections, as_of, before, named)
    annexes = [Attachment(title="指标一览表", blocks=(overview(sections, as_of),))]
    if streets := places.within(work, place):
        parts = [(street, gather(work, as_of, place=street)) for street in streets]
        annexes.append(
            Attachment(title="各街道情况", blocks=(standing.areas(parts), standing.figures(parts, sections)))
        )
    if place is None:
        annexes.append(Attachment(title="各社区情况", blocks=(standing.communities(work, sections, as_of),)))
    return Document(
        title=named + title_of(campaign.title, _title(period, as_of)),
        blocks=tuple(_body(work, report)),
        issuer=campaign.issuer,
        signature=("综合协调组",),
        signed_on=as_of,
        as_of=as_of,
        demo=campaign.demo,
        attachments=(*annexes, Attachment(title="统计口径", blocks=(standing.meanings(sections),))),
    )


@dataclass(frozen=True)
class _Report:
    """``area``: the community, street or county it is of, "" for the whole campaign."""

    sections: tuple[Facts, ...]
    as_of: date
    before: Before | None
    area: str = ""


def title_of(notice: str, kind: str = "综合报告") -> str:
    """…关于印发某某方案的通知 -> 某某综合报告."""
    found = re.search(r"关于印发(.+?)(?:方案)?的通知", notice)
    return f"{found.group(1) if found else notice}{kind}"


def _title(period: Period | None, as_of: date) -> str:
    year, week, _ = as_of.isocalendar()
    monday = as_of - timedelta(days=as_of.weekday())
    days = spoken(f"{year}-W{week:02d}")  # 31 December lies in the ISO year's first week: the days say which
    span = {Period.WEEK: f"（{monday.year}年{days}）", Period.MONTH: f"（{as_of.year}年{as_of.month}月）"}
    return "综合报告" if period is None else TITLES[period] + span[period]


def _before(work: Work, as_of: date, period: Period, place: Place | None) -> Before | None:
    """The figures of the day before the period began; none for the campaign's first."""
    day = window(period, as_of, campaign_start=work.campaign.starts_on).start - timedelta(days=1)
    if day < work.campaign.starts_on:
        return None
    then = compared.figures_of(gather(work, day, place=place))
    return Before.of(f"{'上周末' if period is Period.WEEK else '上月末'}（{plain(Day(day))}）", then)


def gather(work: Work, as_of: date, only: str | None = None, place: Place | None = None) -> tuple[Facts, ...]:
    """Facts of every action of the campaign (built or not) in the notice's order."""
    measured = _by_slug(
        figures.indicators(work, as_of, _chosen(work.catalog.indicators, only), place), lambda f: f.indicator.key
    )
    owed = _by_slug(
        duties.deadlines(work, as_of, _chosen(work.catalog.deadlines, only), place), lambda f: f.deadline.key
    )

    def read(rows: Any) -> Sequence[Any]:
        return masked_read.read(work.session, rows)

    return tuple(
        Facts(
            action=action,
            as_of=as_of,
            since=work.campaign.starts_on,
            indicators=tuple(measured[action.slug]),
            deadlines=tuple(owed[action.slug]),
            read=read,
            standard=standard.section,
            setting=work.settings.__getitem__,
        )
        for action in actions(work, as_of)
        if only in (None, action.slug)
    )


def actions(work: Work, as_of: date) -> tuple[ActionFacts, ...]:
    """The campaign's actions with who leads them on the day, and any plugin beyond the notice at the end."""
    leads: dict[tuple[str, int], list[str]] = defaultdict(list)
    for model, kind in ((Leader, "leader"), (Department, "department")):
        rows = (
            select(Responsibility.role, Responsibility.unit_id, model.name)
            .join(model, model.id == Responsibility.holder_id)
            .where(
                Responsibility.holder_kind == kind,
                Responsibility.unit_kind == ACTION.name,
                Responsibility.role.in_(("leads", "lead")),
                Responsibility.since <= as_of,
                Responsibility.until >= as_of,
            )
            .order_by(Responsibility.id)
        )
        for role, unit_id, name in work.session.execute(rows):
            leads[role, unit_id].append(name)
    units = work.session.scalars(select(ActionUnit).order_by(ActionUnit.number)).all()
    known = [
        ActionFacts(
            slug=u.code or "",
            number=u.number,
            label=u.name,
            goal=u.goal or "",
            leaders=tuple(leads["leads", u.id]),
            lead_departments=tuple(leads["lead", u.id]),
        )
        for u in units
    ]
    named = {a.slug for a in known}
    further = [
        ActionFacts(slug=p.action.slug, number=p.action.number, label=p.action.label, goal=p.action.goal, beyond=True)
        for p in work.catalog.plugins.values()
        if p.action.slug not in named
    ]
    last = max((a.number for a in known + further), default=0)
    lost = dict.fromkeys(f.plugin for f in work.catalog.faults if f.plugin not in named)
    unnamed = [ActionFacts(slug=s, number=n, label=f"插件 {s}", goal="") for n, s in enumerate(lost, last + 1)]
    return tuple(known + further + unnamed)


def section(work: Work, facts: Facts) -> tuple[Block, ...]:
    """One action's blocks. What its plugin raises is caught here and shown in its place, dated."""
    slug = facts.action.slug
    fault = work.catalog.fault_of(slug)
    plugin = work.catalog.plugins.get(slug)
    if fault is not None:
        return (
            Notice(
                f"本节数据不可用：插件未能加载（{fault.stage}），原因：{fault.what}", tone="fault", detail=fault.mend
            ),
        )
    if plugin is None:
        return (Notice("本节数据不可用：未安装该专项行动的插件。", tone="fault"),)
    if not plugin.records and not plugin.sections:
        return (*standard.goal(facts), Notice("该专项行动的填报内容尚未建设，本期无数据。", tone="info"))
    if not plugin.sections:
        return tuple(standard.section(facts))
    built: tuple[Block, ...] = ()
    with faults.border(work, place := f"section:{slug}", slug) as failed:
        faults.reach(work, place)
        built = blocks_of(plugin.sections[0].build(facts))
    if failed:
        return (Notice(f"本节数据不可用：自{faults.since(work, place)}起，原因：{failed[0].what}", tone="fault"),)
    return built


def remarks(work: Work, facts: Facts) -> Iterator[Block]:
    """What plugins add at the end of an action's section: the departments' own words. Each behind its own border."""
    for slug, plugin in work.catalog.plugins.items():
        if plugin.remarks is None:
            continue
        built: tuple[Block, ...] = ()
        with faults.border(work, place := f"remarks:{slug}", slug) as failed:
            faults.reach(work, place)
            built = blocks_of(plugin.remarks(facts=facts))
        told = f"此部分不可用：自{faults.since(work, place)}起，原因："
        yield from (Notice(told + f.what, tone="fault") for f in failed)
        yield from built


def blocks_of(found: Iterable[Any]) -> tuple[Block, ...]:
    """Found here, or no renderer could print the other sections either."""
    built = tuple(islice(found, MOST_BLOCKS + 1))
    for one in built:
        if not isinstance(one, Block):
            raise TypeError(f"a section yields blocks, not {type(one).__name__}")
    if len(built) > MOST_BLOCKS or len(repr(built)) > LARGEST:
        raise ValueError(f"a section is at most {MOST_BLOCKS} blocks and {LARGEST // 10**6} MB: let the store add up")
    return built


def _body(work: Work, report: _Report) -> Iterator[Block]:
    sections, as_of = report.sections, report.as_of
    yield Heading("总体情况")
    yield from _summary(work, sections, as_of)
    yield Heading("主要成效")
    for facts in sections:
        yield Heading(facts.action.label, level=2, number=facts.action.number, anchor=facts.action.slug)
        yield from compared.lead(facts, report.before)
        if report.area:
            yield from _part(facts, report.area)
        else:
            yield from section(work, facts)
            yield from remarks(work, facts)
    yield Heading("存在问题")
    yield from problems.blocks(sections, as_of)
    yield Heading("下一步打算")
    yield from problems.next_steps(sections, as_of)


def _part(facts: Facts, area: str) -> Iterator[Block]:
    """A place's part of an action: the standard section of what is counted there."""
    if facts.indicators or facts.deadlines:
        yield from standard.section(facts)
    else:
        yield Notice(f"该专项行动没有按小区或社区统计的内容，{area}无单独数据。", tone="info")


def _counted(sections: tuple[Facts, ...]) -> str:
    """Whose indicators are summed up: the notice's actions, its safeguards, and by name any action the notice does not list."""
    beyond = [s.action.label for s in sections if s.action.beyond]
    actions = [label for label in beyond if label.endswith("行动")]
    rest = "、".join(label for label in beyond if label not in actions)
    more = f"，另有方案未列的{'、'.join(actions)}，" if actions else ""
    return f"{len(sections) - len(beyond)}个专项行动" + (f"和{rest}" if rest else "") + more


def _summary(work: Work, sections: tuple[Facts, ...], as_of: date) -> Iterator[Block]:
    lights = [i.light for s in sections for i in s.indicators if i.target is not None]
    late = sum(d.overdue for s in sections for d in s.deadlines)
    met, judged = (sum(d.on_time[k] for s in sections for d in s.deadlines) for k in (0, 1))
    yield Paragraph(
        f"根据{work.campaign.number}部署，截至{as_of.year}年{as_of.month}月{as_of.day}日，{_counted(sections)}共",
        Number(len(lights), "项"),
        "有目标的指标，其中达标",
        Number(lights.count(Light.GREEN), "项"),
        "，有风险",
        Number(lights.count(Light.AMBER), "项"),
        "，未达标",
        Number(lights.count(Light.RED), "项"),
        "，无数据",
        Number(lights.count(Light.GREY), "项"),
        "；按期办结率",
        Ratio(met, judged),
        "，逾期未办",
        Number(late, "件"),
        "。",
    )
    rows = tuple(
        (
            Text(s.action.label, ref=Ref(kind="action", key=s.action.slug, as_of=as_of)),
            Lamp(worst(s)),
            Number(_lit(s, Light.GREEN)),
            Number(_lit(s, Light.AMBER)),
            Number(_lit(s, Light.RED)),
            Number(sum(d.overdue for d in s.deadlines)),
        )
        for s in sections
    )
    counts = tuple(Column(label=t, width=4, align="right") for t in ("达标", "有风险", "未达标", "逾期"))
    columns = (Column(label="专项行动", width=20), Column(label="评价", width=6), *counts)
    yield Table(title="各专项行动总体评价", columns=columns, rows=rows)


def _lit(facts: Facts, light: Light) -> int:
    return sum(1 for i in facts.indicators if i.target is not None and i.light is light)


def worst(facts: Facts) -> Light:
    """An action's light: the worst of its figures with a target; grey if none has data."""
    seen = {i.light for i in facts.indicators if i.target is not None}
    return next((light for light in (Light.RED, Light.AMBER, Light.GREEN) if light in seen), Light.GREY)


def overview(sections: tuple[Facts, ...], as_of: date) -> Table:
    rows = tuple(
        (
            Text(i.indicator.code or "—"),
            Text(i.indicator.label),
            Text(shown.target_text(i)),
            shown.figure_cell(i, as_of),
            shown.lamp(i),
        )
        for s in sections
        for i in s.indicators
    )
    columns = (
        Column(label="编号", width=6),
        Column(label="指标", width=16),
        Column(label="目标", width=6, align="right"),
        Column(label="完成情况", width=12, align="right"),
        Column(label="评价", width=6),
    )
    return Table(title="指标一览表", columns=columns, rows=rows)


def _chosen(declared: Any, only: str | None) -> list[Any]:
    return [d for k, d in declared.items() if only is None or k.startswith(f"{only}.")]


def _by_slug(found: tuple[Any, ...], key: Any) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = defaultdict(list)
    for one in found:
        out[key(one).partition(".")[0]].append(one)
    return out
