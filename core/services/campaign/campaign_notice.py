"""The notice itself as two .toml files: title, number, dates, milestones, actions (campaign.toml) and the numbers and
days it sets (targets.toml). Judged as a whole, line by line. Next: campaign_plan.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from core.base.kinds_of_time import EARLIEST, LATEST
from core.base.say import Say
from core.estate.campaign import Campaign, Milestone
from core.services.campaign.campaign_files import BLANK, Document, Findings, Row

KINDS = {
    str: "文字（加引号）",
    date: "日期，例如 2024-11-15（不加引号）",
    list: '列表，例如 ["甲", "乙"]',
    int: "整数",
    bool: "true 或 false",
    dict: "一节",
}
CAMPAIGN: dict[str, type] = {"key": str, "title": str, "number": str, "issuer": list, "scope": str, "starts_on": date}
MILESTONE: dict[str, type] = {"key": str, "printed": str, "due_on": date, "text": str}
ACTION: dict[str, type] = {"slug": str, "number": int, "label": str, "english": str, "clause": str, "goal": str}
INDICATOR: dict[str, type] = {"target": str, "by": date, "clause": str, "default": bool, "then": list}
THEN: dict[str, type] = {"since": date, "target": str, "by": date}
DEADLINE: dict[str, type] = {"due": date, "clause": str, "default": bool}
SLUG, SETTING = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class SettingRow:
    """A value in force from ``since``."""

    key: str
    value: Any
    since: date


@dataclass(frozen=True, kw_only=True)
class Notice:
    """``campaign`` and ``milestones`` by column; ``settings``: targets, by-dates, due days and facts of the notice."""

    campaign: Mapping[str, Any]
    milestones: tuple[Mapping[str, Any], ...]
    settings: tuple[SettingRow, ...]

    @property
    def starts_on(self) -> date:
        day: date = self.campaign.get("starts_on", EARLIEST)
        return day


@dataclass(frozen=True)
class Part:
    """One table of a .toml file, and where it stands."""

    document: Document
    header: str
    nth: int
    said: Mapping[str, Any]

    def line(self, key: str = "") -> int:
        return self.document.line(self.header, self.nth, key)

    def take(self, words: Mapping[str, type], needed: Sequence[str], findings: Findings) -> dict[str, Any]:
        """What is said in words that are known and of the right type; everything else is a finding."""
        out: dict[str, Any] = {}
        for key, value in self.said.items():
            if key not in words:
                text = Say("不认识的项“{k}”；可用的项：{o}", k=key, o="、".join(words))
                findings.add(self.document.file, self.line(key), text)
            elif isinstance(value, str) and BLANK.search(value):
                continue  # told already
            elif type(value) is not words[key]:  # a bool is no int here, a moment no day
                findings.add(self.document.file, self.line(key), Say("“{k}”应为{w}", k=key, w=KINDS[words[key]]))
            elif isinstance(value, date) and not EARLIEST <= value < LATEST:
                findings.add(self.document.file, self.line(key), Say("日期应在 1949-10-01 至 2099-12-31 之间"))
            else:
                out[key] = value
        for key in needed:
            if self.said.get(key) in (None, "", []):
                findings.add(self.document.file, self.line(), Say("缺少“{k}”", k=key))
        return out


def read(notice: Document | None, targets: Document | None, findings: Findings) -> tuple[Notice, list[Row]]:
    """The notice, and its actions as rows like those of a table of units."""
    campaign: dict[str, Any] = {}
    milestones: list[dict[str, Any]] = []
    actions: list[Row] = []
    settings: list[SettingRow] = []
    if notice is not None:
        tables: dict[str, type] = {"facts": dict, "milestone": list, "action": list}
        whole = Part(notice, "", 0, notice.values).take(CAMPAIGN | tables, [*CAMPAIGN, "action"], findings)
        campaign = {k: v for k, v in whole.items() if k in CAMPAIGN}
        campaign["issuer"] = "、".join(str(i) for i in campaign.get("issuer", ()))
        _fits(notice, campaign, Campaign, findings)
        milestones = _milestones(notice, whole.get("milestone", []), findings)
        actions = _actions(notice, whole.get("action", []), findings)
        start = campaign.get("starts_on", EARLIEST)
        settings = [SettingRow(key=f"campaign.{k}", value=v, since=start) for k, v in whole.get("facts", {}).items()]
    if targets is not None:
        settings += _targets(targets, campaign.get("starts_on", EARLIEST), findings)
    return Notice(campaign=campaign, milestones=tuple(milestones), settings=tuple(settings)), actions


def parts(document: Document, header: str, said: Any, findings: Findings) -> Iterator[Part]:
    """Each ``[[header]]`` of a document."""
    for nth, one in enumerate(said if isinstance(said, list) else ()):
        if isinstance(one, dict):
            yield Part(document, header, nth, one)
        else:
            findings.add(document.file, document.line(header, nth), Say("“{h}”应写成 [[{h}]] 一节", h=header))


def _fits(
    document: Document, values: Mapping[str, Any], model: type[Any], findings: Findings, part: Part | None = None
) -> None:
    for key, value in values.items():
        most = getattr(model.__table__.c[key].type, "length", None)
        if isinstance(value, str) and most and len(value) > most:
            line = part.line(key) if part else document.line(key=key)
            findings.add(document.file, line, Say("最多 {n} 个字，现有 {m} 个字", n=most, m=len(value)))


def _milestones(document: Document, said: Any, findings: Findings) -> list[dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for part in parts(document, "milestone", said, findings):
        one = part.take(MILESTONE, list(MILESTONE), findings)
        _fits(document, one, Milestone, findings, part)
        key = str(one.get("key", part.nth))
        if key in out:
            findings.add(document.file, part.line("key"), Say("阶段目标“{k}”重复", k=key))
        out[key] = one
    return list(out.values())


def _actions(document: Document, said: Any, findings: Findings) -> list[Row]:
    rows: list[Row] = []
    seen: set[Any] = set()
    for part in parts(document, "action", said, findings):
        one = part.take(ACTION, ("slug", "number", "label"), findings)
        slug = one.get("slug", "")
        if slug and not SLUG.fullmatch(slug):
            findings.add(document.file, part.line("slug"), Say("slug 应为小写英文字母和下划线，例如 micro_projects"))
        for key in ("slug", "number"):
            if one.get(key) in seen:
                findings.add(document.file, part.line(key), Say("专项行动的 {k}“{v}”重复", k=key, v=one[key]))
            seen.update({one[key]} if key in one else ())
        cells = {"name": one.get("label", ""), "code": slug, "number": one.get("number")}
        cells |= {k: one[k] for k in ("goal", "english") if k in one}
        rows.append(Row(document.file, part.line(), {k: v for k, v in cells.items() if v not in ("", None)}))
    return rows


def _targets(document: Document, start: date, findings: Findings) -> list[SettingRow]:
    out: list[SettingRow] = []
    whole = Part(document, "", 0, document.values).take({"indicator": dict, "deadline": dict}, (), findings)
    for section, words, needed in (("indicator", INDICATOR, ["target"]), ("deadline", DEADLINE, ["due"])):
        for key, said in whole.get(section, {}).items():
            part = Part(document, f"{section}.{key}", 0, said if isinstance(said, dict) else {})
            if not SETTING.fullmatch(key) or not isinstance(said, dict):
                text = Say('“{k}”应写成 [{s}."专项.指标"]，例如 [{s}."environment.serviced"]', k=key, s=section)
                findings.add(document.file, part.line(), text)
                continue
            one = part.take(words, needed, findings)
            out += _values(part, key, one, start, findings)
            for later in parts(document, f"{section}.{key}.then", one.get("then", []), findings):
                stage = later.take(THEN, list(THEN), findings)
                out += _values(later, key, stage, stage.get("since", start), findings)
    return out


def _values(part: Part, key: str, said: Mapping[str, Any], since: date, findings: Findings) -> Iterator[SettingRow]:
    if "target" in said and not _is_share(said["target"]):
        text = Say('目标应为不小于 0 的小数、分数或整数，例如 "0.6"、"40"')
        findings.add(part.document.file, part.line("target"), text)
    for word in ("target", "by", "due", "default"):
        if word in said:
            value = said[word].isoformat() if isinstance(said[word], date) else said[word]
            yield SettingRow(key=f"{key}.{word}", value=value, since=since)


def _is_share(text: str) -> bool:
    try:
        return Fraction(text.strip()) >= 0
    except (ValueError, ZeroDivisionError):
        return False
