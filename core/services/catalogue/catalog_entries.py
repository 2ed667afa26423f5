"""What the platform and its plugins declare, as plain data: forms, workflows, figures, duties, settings, links.

Read from the declarations alone, no store is opened. Next: catalog_text.py.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import core
from core.base.declared import Declared as Fielded
from core.base.describe import Deadline, Indicator, Job, Setting, Shape
from core.base.due import Due, Every, Once, SameDay, Stated, Within
from core.base.fields import Field
from core.base.frequency import WORDS
from core.base.hookspecs import PROJECT
from core.base.record import Record
from core.base.target import Aim
from core.base.window import Period
from core.base.workflow import COORDINATOR, LEAD, REPORTER, REVIEW, SYSTEM, Workflow
from core.estate.units import Community, Company, Complex, Department, Grid
from core.kernel.catalog import Catalog, Declared
from core.services.campaign import campaign_plan
from core.services.campaign.campaign_notice import SettingRow
from core.services.identity.accounts import Account

Entry = dict[str, Any]
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z](?:\d+(?:[-.]\d+)?|-\d+)(?!\d)")
QUESTION = re.compile(r"(?<![A-Za-z0-9])Q\d+(?!\d)")
ROLES = {REPORTER: "填报人", LEAD: "牵头部门", COORDINATOR: "综合协调组", SYSTEM: "系统自动"}
REGISTRY: dict[str, tuple[tuple[str, type[Any]], ...]] = {
    "B1": (("小区", Complex),),
    "B2": (("社区", Community), ("网格", Grid)),
    "B3": (("物业服务企业", Company),),
    "B4": (("单位、部门", Department),),
    "B5": (("账号", Account),),
}
KINDS = {
    "text": "文字",
    "long_text": "长文字",
    "personal": "个人信息",
    "id_number": "身份证号",
    "secret": "保密文字",
    "integer": "整数",
    "decimal": "小数",
    "yes_no": "是否",
    "choice": "单选",
    "choices": "多选",
    "photos": "照片",
    "reference": "单位",
    "units": "多个单位",
    "link": "本专项记录",
    "origin": "来源记录",
    "day": "日期",
    "month": "月份",
    "moment": "时间",
}
WEEKDAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}


def of_folder(catalog: Catalog, folder: Path) -> Entry:
    """Everything declared, with the targets and days of the campaign in ``folder`` and what its README settles."""
    listing = entries(catalog, campaign_plan.read(folder).notice.settings)
    for code in _questions_of(folder):
        listing["questions"].setdefault(code, []).append(f"campaigns/{folder.name}/README.md")
    listing["questions"] = dict(sorted(listing["questions"].items(), key=lambda kv: _order(kv[0])))
    return listing


def entries(catalog: Catalog, stated: Iterable[SettingRow] = ()) -> Entry:
    """Everything declared. ``stated``: the targets and days a campaign sets."""
    said: dict[str, list[SettingRow]] = {}
    for row in stated:
        said.setdefault(row.key, []).append(row)
    return {
        "registry": [_unit(code, label, model) for code, of in REGISTRY.items() for label, model in of],
        "questions": _core_questions(),
        "actions": [_action(catalog, slug, one, said) for slug, one in catalog.plugins.items()],
    }


def _action(catalog: Catalog, slug: str, one: Declared, said: Mapping[str, list[SettingRow]]) -> Entry:
    return {
        "slug": slug,
        "number": one.action.number,
        "label": one.action.label,
        "records": [_record(key, model) for key, model in one.records.items()],
        "workflows": list(_workflows(one)),
        "indicators": [_indicator(i, said) for i in one.indicators],
        "deadlines": [_deadline(catalog, d, said) for d in one.deadlines],
        "settings": [_setting(s) for s in one.settings],
        "jobs": [{"key": j.key, "label": j.label, "when": when(j)} for j in one.jobs],
        "links": list(_links(one)),
        "questions": _questions_of(Path(one.folder)),
    }


def _questions_of(folder: Path) -> list[str]:
    """The open questions its README settles."""
    readme = folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return sorted(set(QUESTION.findall(text)), key=_order)


def _unit(code: str, label: str, model: type[Any]) -> Entry:
    fields = [_field(f) for f in model.fields()] if issubclass(model, Fielded) else []
    return {"code": code, "label": label, "key": f"registry.{model.__tablename__}", "fields": fields}


def _record(key: str, model: type[Record]) -> Entry:
    reach = "保密" if model.confidential else "公开" if model.public else ""
    return {
        "code": model.code,
        "key": key,
        "label": model.label,
        "unit": model.unit.label,
        "by": [ROLES[r] for r in model.by],
        "reach": reach,
        "once_per": [model.field(n).label for n in model.once_per],
        "fields": [_field(f) for f in model.fields()],
    }


def _field(field: Field) -> Entry:
    kind: Any = field.kind
    told = {
        "name": field.name,
        "label": field.label,
        "kind": KINDS.get(kind.name, kind.name),
        "required": field.required,
        "personal": field.personal,
    }
    if field.derived:
        told["asked"] = "自动"
    elif not field.filed:
        told["asked"] = "办理时"
    if options := getattr(kind, "options", ()):
        told["options"] = list(options)
    return told


def _workflows(one: Declared) -> Iterator[Entry]:
    """Each workflow once, with the forms that follow it."""
    found: dict[int, tuple[Workflow, list[type[Record]]]] = {}
    for model in one.records.values():
        found.setdefault(id(model.workflow), (model.workflow, []))[1].append(model)
    for flow, models in found.values():
        labels = {s.key: s.label for s in flow.states}
        yield {
            "of": [m.label for m in models],
            "common": flow is REVIEW,
            "states": [s.label + ("" if s.counts else "（不计数）") for s in flow.states],
            "steps": [
                {
                    "label": t.label,
                    "from": [labels[s] for s in t.source],
                    "to": labels[t.target],
                    "by": [ROLES[r] for r in t.by] + (["须是另一人"] if t.another else []),
                }
                for t in flow.transitions
            ],
        }


def _indicator(one: Indicator, said: Mapping[str, list[SettingRow]]) -> Entry:
    return {
        "code": one.code,
        "key": one.key,
        "label": one.label,
        "unit": one.unit.label,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "every": "累计" if one.every is Period.ONCE else WORDS[one.every],
        "targets": list(_targets(one, said)),
        "watch": one.watch,
        "needs": list(one.needs),
    }


def _targets(one: Indicator, said: Mapping[str, list[SettingRow]]) -> Iterator[Entry]:
    """The campaign's targets by stage; without one the plugin's own."""
    stages = [(r.since, Fraction(str(r.value).strip())) for r in said.get(f"{one.key}.target", ())]
    days = {r.since: str(r.value) for r in said.get(f"{one.key}.by", ())}
    default = any(r.value for r in said.get(f"{one.key}.default", ()))
    if not stages and one.target is not None:
        by = one.target.by.isoformat() if one.target.by else ""
        yield {"target": _amount(one, one.target.value, one.target.aim), "by": by, "default": True}
    for since, value in stages:
        aim = one.target.aim if one.target else one.aim
        yield {"target": _amount(one, value, aim), "by": days.get(since, ""), "default": default}


def _amount(one: Indicator, value: Fraction, aim: Aim) -> str:
    sign = "≥" if aim is Aim.UP else "≤"
    if one.shape in (Shape.RATIO, Shape.REDUCTION):
        return f"{sign}{float(value * 100):g}%"
    return f"{sign}{float(value):g}{one.suffix}"


def _deadline(catalog: Catalog, one: Deadline, said: Mapping[str, list[SettingRow]]) -> Entry:
    row = next(iter(said.get(f"{one.key}.due", ())), None)
    default = any(r.value for r in said.get(f"{one.key}.default", ()))
    due = one.due_from({key: s.default for key, s in catalog.settings.items()}) if one.due_from else one.due
    words = due_words(due, str(row.value) if row else "") + ("（可设置）" if one.due_from else "")
    owes = one.unit.label
    if one.of is not None:
        field = next((f.label for f in one.of.fields() if f.name == one.opened), "填报时间")
        owes = f"每条{one.of.label}，自{field}起"
    return {
        "code": one.code,
        "key": one.key,
        "label": one.label,
        "owes": owes,
        "due": words + ("（默认）" if default else ""),
        "settles": one.settles,
        "answers": catalog.key_of(one.answers) if one.answers else "",
    }


def due_words(due: Due, stated: str = "") -> str:
    """A due rule as a person says it."""
    match due:
        case Once(on=on, times=times):
            day = stated or (on.isoformat() if on else "日期由方案定")
            return f"{day} 前" + (f" {times} 次" if times > 1 else "")
        case Every(period=period, times=times):
            return WORDS[period] + (f"不少于 {times} 次" if times > 1 else "")
        case Within(hours=hours, days=days, working=working):
            return f"{hours} 小时内" if hours else f"{days} 个工作日内" if working else f"{days} 天内"
        case SameDay(cutoff=cutoff):
            return "当天" + (f"（{cutoff:%H:%M} 后或休息日，顺延至下一工作日）" if cutoff else "")
        case Stated(before=before, days=days):
            early = f"前 {before} 天" if before else ""
            return f"所填期限{early}，未填为 {days} 天内"


def _setting(one: Setting) -> Entry:
    value = one.default
    shown = "、".join(str(v) for v in value) if isinstance(value, list | tuple) else _plain(value)
    return {"key": one.key, "label": one.label, "default": shown, "note": one.note}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def when(job: Job) -> str:
    """Cron words in Chinese: 每月 1 日 9:00."""
    said = {k: str(v) for k, v in job.when.items()}
    parts = []
    if "month" in said:
        parts.append(f"{said['month']} 月")
    if "day" in said:
        parts.append(("" if "month" in said else "每月") + f" {said['day']} 日")
    if "day_of_week" in said:
        parts.append("每周" + "、".join(WEEKDAYS.get(d, d) for d in said["day_of_week"].split(",")))
    return f"{' '.join(p.strip() for p in parts) or '每日'} {said.get('hour', '*')}:{said.get('minute', '0'):0>2}"


def _links(one: Declared) -> Iterator[Entry]:
    """How it touches other actions: what it offers, reacts to, lets others add, answers and judges."""
    for offer in one.offers:
        yield {"kind": "提供数据", "key": offer.key, "label": offer.label, "code": ""}
    for indicator in one.indicators:
        for need in indicator.needs:
            yield {"kind": "取用数据", "key": need, "label": f"用于{indicator.label}", "code": ""}
    for reaction in one.reactions:
        yield {"kind": "联动", "key": "、".join(reaction.to), "label": reaction.label, "code": reaction.code}
    for name, said in _hooks(one.hookspecs):
        yield {"kind": "开放接口", "key": name, "label": said, "code": ""}
    for name in one.answers:
        yield {"kind": "应答接口", "key": name, "label": "", "code": ""}
    if one.judges is not None:
        yield {"kind": "校验他处写入", "key": "check_record", "label": "", "code": ""}


def _hooks(module: ModuleType | None) -> Iterator[tuple[str, str]]:
    for name in dir(module) if module else ():
        if hasattr(getattr(module, name), f"{PROJECT}_spec"):
            said = inspect.getdoc(getattr(module, name)) or ""
            yield name, said.partition("\n\n")[0].replace("\n", " ")


def _core_questions() -> dict[str, list[str]]:
    """The open questions the core itself settles, by the file that says so."""
    home = Path(core.__file__).parent
    found: dict[str, list[str]] = {}
    for file in sorted(home.rglob("*.py")):
        if "catalog_" in file.name or "migrations" in file.parts:
            continue
        for code in set(re.findall(r"plan (Q\d+)", file.read_text(encoding="utf-8"))):
            found.setdefault(code, []).append(f"core/{file.relative_to(home).as_posix()}")
    return dict(sorted(found.items(), key=lambda kv: _order(kv[0])))


def codes(listing: Entry) -> dict[str, list[str]]:
    """Every code of the plan that is spoken of, and where. A code field may name several."""
    found: dict[str, list[str]] = {}

    def add(text: str, where: str) -> None:
        for code in CODE.findall(text):
            found.setdefault(code, []).append(where)

    for one in listing["registry"]:
        add(one["code"], one["key"])
    for code, files in listing["questions"].items():
        found.setdefault(code, []).extend(files)
    for action in listing["actions"]:
        for part in ("records", "indicators", "deadlines"):
            for one in action[part]:
                add(one["code"], one["key"])
        for one in action["links"]:
            add(one["code"], f"{action['slug']}: {one['label']}")
        for one in action["settings"]:
            for code in QUESTION.findall(one["note"]):
                found.setdefault(code, []).append(one["key"])
        for code in action["questions"]:
            found.setdefault(code, []).append(f"plugins/{action['slug']}/README.md")
    return dict(sorted(found.items(), key=lambda kv: _order(kv[0])))


def _order(code: str) -> tuple[str, list[int]]:
    return code[:1], [int(n) for n in re.findall(r"\d+", code)]


def wanted(file: Path) -> list[str]:
    """Codes one a line; blank lines and what follows # are left out."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def missing(listing: Entry, wanted: Sequence[str]) -> list[str]:
    """Those of ``wanted`` nothing covers."""
    have = codes(listing)
    return [code for code in wanted if code not in have]
