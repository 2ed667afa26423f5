"""What a campaign's folder does not say yet though it could be loaded: each with its file and line. What can't be loaded at all
is campaign_plan's to say. Next: campaigns.py."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

from core.base.due import Once
from core.base.say import Say
from core.estate.units import ActionUnit, Community, Complex
from core.kernel.catalog import Catalog
from core.services.campaign import campaign_ahead
from core.services.campaign.campaign_files import Findings, text_of
from core.services.campaign.campaign_plan import Plan

ENDINGS = ("target", "by", "due", "default")


def missing(folder: Path, plan: Plan, catalog: Catalog, today: date) -> Findings:
    """Nothing to derive duties for, nobody who answers, days and words no plugin knows; a start that lies before ``today``."""
    findings = Findings()
    told = (_units(plan), _actions(folder, plan, catalog), _settings(folder, plan, catalog))
    for file, line, text in (*chain(*told), *_ahead(folder, plan, catalog, today)):
        findings.add(file, line, text)
    return findings


def _ahead(folder: Path, plan: Plan, catalog: Catalog, today: date) -> Iterator[tuple[str, int, Say]]:
    for duty, name in campaign_ahead.nameless(plan, catalog):
        text = Say("没有名称或别名是“{d}”的部门，“{l}”不会派给它", d=name, l=duty.label)
        yield "departments.csv", 1, text
    start = plan.notice.starts_on
    if start < today and (many := campaign_ahead.overdue_at_once(plan, catalog, today)):
        text = Say("起始日 {d} 已过：装入时最多有 {n} 件事项立即逾期。从今天起步的，改为今天或以后", d=start, n=many)
        yield "campaign.toml", _line(folder, "campaign.toml", "starts_on"), text


def _units(plan: Plan) -> Iterator[tuple[str, int, Say]]:
    if not plan.units[Community]:
        yield "communities.csv", 1, Say("还没有社区：没有社区，什么事项都派不下去")
    if not plan.units[Complex]:
        yield "complexes.csv", 1, Say("还没有小区；写在这里，或装入以后在网页上导入")


def _actions(folder: Path, plan: Plan, catalog: Catalog) -> Iterator[tuple[str, int, Say]]:
    led = {d.unit for d in plan.duties if d.role == "lead"}
    named = {str(row.values.get("code")) for row in plan.units[ActionUnit]}
    for row in plan.units[ActionUnit]:
        slug = str(row.values.get("code"))
        line = _line(folder, "campaign.toml", f'"{slug}"')
        if slug not in catalog.plugins:
            yield "campaign.toml", line, Say("“{n}”没有装插件 {s}，报告里这一节会写明没有", n=row.name, s=slug)
        elif row.name not in led and not catalog.plugins[slug].action.coordinated:
            yield "responsibilities.csv", 1, Say("“{n}”还没有牵头部门，它的事项没有人核", n=row.name)
    for slug in catalog.plugins.keys() - named:
        label = catalog.plugins[slug].action.label
        yield "campaign.toml", 0, Say("装了插件 {s}（{n}）而方案没有写，它列在各行动之后", s=slug, n=label)


def _settings(folder: Path, plan: Plan, catalog: Catalog) -> Iterator[tuple[str, int, Say]]:
    said = {
        row.key.rpartition(".")[0]: row.key for row in plan.notice.settings if row.key.rpartition(".")[2] in ENDINGS
    }
    known = {*catalog.indicators, *catalog.deadlines}
    for key in said:
        if key not in known and key.partition(".")[0] in catalog.plugins:
            near = difflib.get_close_matches(key, known, 1)
            like = near[0] if near else "—"
            line = _line(folder, "targets.toml", f'"{key}"')
            yield "targets.toml", line, Say("没有名为“{k}”的指标或时限；相近的：{n}", k=key, n=like)
    for row in plan.notice.settings:
        key, _, word = row.key.rpartition(".")
        if word in ("by", "due") and str(row.value) < plan.notice.starts_on.isoformat():
            line = _line(folder, "targets.toml", f'"{key}"')
            yield "targets.toml", line, Say("“{k}”的日期 {d} 早于方案的起始日", k=key, d=row.value)
    days = {row.key for row in plan.notice.settings}
    for key, duty in catalog.deadlines.items():
        if isinstance(duty.due, Once) and duty.due.on is None and f"{key}.due" not in days:
            text = Say("“{l}”没有期限，不会产生应办事项；写 {w}", l=duty.label, w=f'[deadline."{key}"] due = 日期')
            yield "targets.toml", _line(folder, "targets.toml", f'"{key}"'), text


def _line(folder: Path, file: str, words: str) -> int:
    """The first line of ``file`` that has ``words`` in it; 0 if none has."""
    lines = (text_of(folder, file, Findings()) or "").splitlines()
    return next((number for number, line in enumerate(lines, 1) if words in line), 0)
