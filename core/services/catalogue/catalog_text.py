"""The catalog of everything declared as JSON, Markdown or plain text (``actions catalog``, docs/catalog.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from core.services.catalogue.catalog_entries import Entry, codes

Rows = list[list[str]]
Part = tuple[str, list[str], Rows]  # title, headings, rows
TITLE = "平台目录"
LEAD = "由各插件的声明生成（`make catalog`），请勿手改。“办理时”指首次填报不问、由后面的步骤填写；“自动”由系统算出。"


def as_json(listing: Entry) -> str:
    """All of it, with the codes and where each is covered."""
    return json.dumps(listing | {"codes": codes(listing)}, ensure_ascii=False, indent=1) + "\n"


def as_markdown(listing: Entry) -> str:
    lines = [f"# {TITLE}", "", LEAD]
    for chapter, parts in _chapters(listing):
        lines += ["", f"## {chapter}"]
        for title, heads, rows in parts:
            lines += ["", f"### {title}", "", _row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def as_text(listing: Entry) -> str:
    lines = [TITLE]
    for chapter, parts in _chapters(listing):
        lines += ["", f"== {chapter} =="]
        for title, heads, rows in parts:
            lines += ["", f"[{title}] {' | '.join(heads)}", *("  " + " | ".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


SHAPES = {"json": as_json, "md": as_markdown, "text": as_text}


def _row(cells: Sequence[str]) -> str:
    clean = [cell.replace("|", "／").replace("\n", " ") or "—" for cell in cells]
    return "| " + " | ".join(clean) + " |"


def _chapters(listing: Entry) -> Iterator[tuple[str, list[Part]]]:
    units = [[u["code"], u["label"], _fields(u["fields"])] for u in listing["registry"]]
    settled = [[code, "、".join(files)] for code, files in listing["questions"].items()]
    yield (
        "平台",
        [("登记簿", ["编号", "对象", "字段"], units), ("平台已定的疑义", ["编号", "出处"], settled)],
    )
    for action in listing["actions"]:
        yield f"{action['number']} {action['label']}（{action['slug']}）", [p for p in _parts(action) if p[2]]


def _parts(action: Entry) -> Iterator[Part]:
    yield "填报", ["编号", "表", "责任对象", "谁填", "字段"], [_record(r) for r in action["records"]]
    yield "办理流程", ["适用", "状态", "步骤"], [_workflow(w) for w in action["workflows"]]
    heads = ["编号", "指标", "键", "对象", "分子", "分母", "周期", "目标"]
    yield "指标", heads, [_indicator(i) for i in action["indicators"]]
    heads = ["编号", "时限", "键", "谁应办", "何时", "什么算办结"]
    yield "时限", heads, _picked(action["deadlines"], "code", "label", "key", "owes", "due", "settles")
    yield "设置", ["键", "名称", "默认", "说明"], _picked(action["settings"], "key", "label", "default", "note")
    yield "定时任务", ["键", "名称", "时间"], _picked(action["jobs"], "key", "label", "when")
    yield "联动", ["方式", "对方或键", "内容", "编号"], _picked(action["links"], "kind", "key", "label", "code")
    if action["questions"]:
        yield "说明中已定的疑义", ["编号"], [["、".join(action["questions"])]]


def _picked(rows: Sequence[Entry], *names: str) -> Rows:
    return [[row[n] for n in names] for row in rows]


def _record(one: Entry) -> list[str]:
    label = f"{one['label']} `{one['key']}`" + (f"（{one['reach']}）" if one["reach"] else "")
    if one["once_per"]:
        label += f"；每个{'、'.join(one['once_per'])}一份"
    return [one["code"], label, one["unit"], "、".join(one["by"]), _fields(one["fields"])]


def _fields(fields: Sequence[Entry]) -> str:
    return "；".join(_field(f) for f in fields)


def _field(one: Entry) -> str:
    told = [one["kind"]]
    if one.get("options"):
        told[0] += "：" + "/".join(one["options"])
    told += ["必填"] if one["required"] else []
    told += ["个人信息"] if one["personal"] and one["kind"] != "个人信息" else []
    told += [one["asked"]] if "asked" in one else []
    return f"{one['label']}（{'，'.join(told)}）"


def _workflow(one: Entry) -> list[str]:
    steps = [f"{s['label']}：{'/'.join(s['from'])}→{s['to']}（{'、'.join(s['by'])}）" for s in one["steps"]]
    return ["、".join(one["of"]), "→".join(one["states"]), "；".join(steps)]


def _indicator(one: Entry) -> list[str]:
    targets = [
        t["target"] + (f"，{t['by']}" if t["by"] else "") + ("（默认）" if t["default"] else "") for t in one["targets"]
    ]
    goal = "；".join(targets) or ("只观察" if one["watch"] else "")
    names = ("code", "label", "key", "unit", "numerator", "denominator", "every")
    return [one[n] for n in names] + [goal]
