"""A campaign's folder to fill in: for another street (``like``: the notice's actions, targets and days of a folder that is
there) or another notice (those of the plugins installed). What only people know stands as 【填：…】 and is told with file and line
until it is filled in. Next: campaign_check.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.base.due import Once
from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.estate.units import SERVICES, TYPES, Area, Community, Company, Complex, Department, Leader
from core.kernel.catalog import Catalog
from core.services.campaign import campaign_plan
from core.services.campaign.campaign_plan import DUTY

HEAD = "# {what}。写着【填：…】的地方换成方案的原文；全部填好以后运行 actions campaign check 本目录。\n"
NOTES = {
    Area: "行政区域，上级写在下级前面；级别：省、市、县、街道。几个街道一起管的，每个街道一行",
    Community: "社区，街道写 areas.csv 里的名称；编码12位，可以空着",
    Department: "牵头、责任部门；别名用顿号分开，如 执法中队、综合执法队",
    Leader: "领导，职务按方案原文；没有就只留表头",
    Company: "物业企业，编码是统一社会信用代码；可以空着，以后在网页上登记",
    Complex: f"小区；整治类型：{'、'.join(TYPES)}；建设状态：已建、在建/新交付；物业状态：{'、'.join(SERVICES)}。"
    "可以空着，以后在网页上导入",
}


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What is known of the campaign when its folder is begun. ``county``: the area above the street, "" if none is told."""

    key: str
    title: str
    street: str
    starts_on: date
    county: str = ""


def write(folder: Path, sketch: Sketch, catalog: Catalog, like: Path | None = None) -> None:
    """Write the folder. ``Invalid`` if there is something in it already: nothing is ever written over."""
    if folder.exists() and any(folder.iterdir()):
        raise Invalid([Problem("", Say("目录 {f} 已存在且不是空的，请换一个", f=folder))])
    folder.mkdir(parents=True, exist_ok=True)
    notice = _notice(sketch, catalog) if like is None else _copied(sketch, like)
    targets = _targets(catalog) if like is None else _same_targets(like)
    files = {"campaign.toml": notice, "targets.toml": targets, **_tables(sketch), **_answering(sketch, notice, catalog)}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _notice(sketch: Sketch, catalog: Catalog) -> str:
    return "\n".join([*_head(sketch), *_milestones(), *_actions(catalog)]) + "\n"


def _head(sketch: Sketch) -> Iterator[str]:
    yield HEAD.format(what="专项行动方案的事实：只记方案写了什么，不记结果")
    yield f'key = "{sketch.key}"'
    yield f'title = "{_plain(sketch.title)}"'
    yield 'number = "【填：文号】"'
    yield 'issuer = ["【填：印发机关，几个就写几项】"]'
    yield f'scope = "{_plain(sketch.street)}范围内全部住宅小区"'
    yield f"starts_on = {sketch.starts_on.isoformat()}"
    yield from ("", *_facts())


def _facts() -> Iterator[str]:
    """Never those of another street: its letterhead is its own."""
    yield from ("[facts] # 公文要用的其他原文；没有的删去这一行", 'recipients = "各社区、网格、有关单位："', "")


def _milestones() -> Iterator[str]:
    yield "[[milestone]] # 阶段目标，一个阶段一节；printed 照方案印的写，due_on 是系统用的日期。方案没有就整节删去"
    yield from (
        'key = "M1"',
        'printed = "【填：如 至2025年3月底】"',
        'due_on = "【填：这个阶段的日期，如 2025-03-31，不加引号】"',
    )
    yield from ('text = "【填：这个阶段要做到什么】"', "")


def _actions(catalog: Catalog) -> Iterator[str]:
    yield "# 每个专项行动一节：slug 是插件的名字，不要改；名称、序号按方案写。"
    yield "# 方案没有的行动整节删去（连同 responsibilities.csv 里它的一行）。"
    for plugin in catalog.plugins.values():
        one = plugin.action
        yield from ("[[action]]", f'slug = "{one.slug}"', f"number = {one.number}", f'label = "{_plain(one.label)}"')
        yield from (f'english = "{_plain(one.english)}"', f'goal = "{_plain(one.goal)}" # 改成方案的工作目标')
        yield from ('# clause = "二（一）" # 方案的条款', "")


def _targets(catalog: Catalog) -> str:
    """Every target the plugins suggest, and every day only the notice can say."""
    lines = [HEAD.format(what='目标值和期限：目标加引号，"0.6" 是 60%，"40" 是 40 个；by 是达标日期，没有就按周期考核')]
    for key, one in catalog.indicators.items():
        if one.target is not None:
            lines += [f'[indicator."{key}"] # {one.code} {one.label}：{one.numerator} ÷ {one.denominator}']
            lines += [f'target = "{float(one.target.value):g}" # 插件的默认值，按方案改', "# by = 2099-12-31", ""]
    for key, duty in catalog.deadlines.items():
        if isinstance(duty.due, Once):
            lines += [f'# [deadline."{key}"] # {duty.code} {duty.label}：去掉两行前面的 #，写上方案的期限']
            lines += ["# due = 2099-12-31", ""]
    return "\n".join(lines)


def _copied(sketch: Sketch, like: Path) -> str:
    """The notice of another street with the name, number and issuer of this one."""
    text = (like / "campaign.toml").read_text(encoding="utf-8-sig")
    head = {line.partition(" = ")[0]: line for line in _head(sketch) if re.match(r"\w+ = ", line)}
    for word in ("key", "title", "number", "issuer", "scope", "starts_on"):
        text = re.sub(rf"(?m)^{word} *=.*$", lambda _, w=word: head[w], text, count=1)  # type: ignore[misc]
    facts = "\n".join(_facts())
    text = re.sub(r"(?ms)^\[facts\].*?(?=^\[|\Z)", lambda _: f"{facts}\n", text, count=1)
    return HEAD.format(what=f"照 {like.name} 写的方案，阶段目标、行动请逐项核对") + text


def _same_targets(like: Path) -> str:
    text = (like / "targets.toml").read_text(encoding="utf-8-sig")
    return HEAD.format(what=f"照 {like.name} 写的目标和期限，日期请逐项核对") + text


def _tables(sketch: Sketch) -> dict[str, str]:
    """Headings of every table of units, what to write in it, and what is known."""
    above = [f"{sketch.county},,县,,"] if sketch.county else []
    known = {
        Area: [*above, f"{sketch.street},,街道,{sketch.county},"],
        Community: [f"【填：社区名称，一个社区一行】,,{sketch.street},"],
        Department: ["【填：部门名称，一个部门一行】,街道办所,,"],
    }
    return {
        file: "\n".join([",".join(campaign_plan.columns(model)), f"# {NOTES[model]}", *known.get(model, ())]) + "\n"  # type: ignore[index]
        for file, model in campaign_plan.TABLES
    }


def _answering(sketch: Sketch, notice: str, catalog: Catalog) -> dict[str, str]:
    lines = [
        ",".join(DUTY),
        "# 每个行动至少一个牵头部门；角色：牵头领导、牵头部门、责任部门、挂钩领导、第一网格长。换人时填终止日期",
    ]
    unled = {_plain(p.action.label) for p in catalog.plugins.values() if p.action.coordinated}
    for label in re.findall(r'(?m)^label = "(.*)"$', notice):
        row = f"牵头部门,{'【填：departments.csv 里的名称】' if label not in unled else '名称'},{label},{sketch.starts_on.isoformat()},"
        if label in unled:
            lines.append(
                f"# {label}由综合协调组牵头；另有牵头部门的，去掉下一行前面的 #，写上 departments.csv 里的名称"
            )
        lines.append(f"# {row}" if label in unled else row)
    return {"responsibilities.csv": "\n".join(lines) + "\n"}


def _plain(text: str) -> str:
    """What may stand between quotes in TOML and in a cell."""
    return " ".join(text.split()).replace("\\", "").replace('"', "”").replace(",", "，")
