"""The journal: who changed what, when, from where, with before and after. For the administrator and the coordination group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, false, select

from core.base.units import UNIT_KINDS
from core.base.window import end_of
from core.estate.units import UNITS
from core.services.audit.journal import JournalEntry
from core.services.identity.accounts import Account
from core.services.permission.rights import RIGHTS, ROLES
from core.services.scheduled import job_runs
from core.services.work import Work
from core.web import doors, frame

bp = Blueprint("journal", __name__)
PAGE = 50
OTHERS = {
    "account": "账号",
    "api_token": "接口令牌",
    "campaign": "方案",
    "responsibility": "职责分工",
    "calendar": "节假日安排",
    "clock": "系统时间",
    "feed": "日历订阅",
    "journal": "操作日志",
    "keys": "密钥",
    "person": "个人信息",
    "backup": "备份",
}
FIELDS = {
    "state": "状态",
    "remark": "意见",
    "login": "账号",
    "role": "角色",
    "count": "数量",
    "method": "方式",
    "path": "地址",
    "code": "答复",
    "password": "密码",
    "via": "方式",
    "second_factor": "双因素验证",
    "recovery_code": "恢复码",
    "contact": "电子邮件",
    "holder": "责任人",
    "unit": "对象",
    "since": "起始日期",
    "until": "终止日期",
    "value": "取值",
    "fold": "核对值",
    "digest": "摘要",
    "reason": "理由",
    "fields": "字段",
}
WAYS_IN = {"password": "密码", "link": "一次性链接", "oidc": "统一认证", "code": "验证码", "again": "再次确认"}
SOURCES = {
    "page": "页面",
    "command": "命令",
    "reaction": "联动",
    "sheet": "表格",
    "api": "接口",
    "demo": "演示",
    "job": "定时任务",
    "campaign": "方案载入",
}
VERBS = {
    "create": "新增",
    "edit": "修改",
    "remove": "删除",
    "create_many": "批量登记",
    "load": "载入方案",
    "set": "设置",
    "export": "导出",
    "run": "运行",
    "sign-in": "登录",
    "sign-in-failed": "登录失败",
    "sign-out": "退出",
    "lock": "锁定",
    "unlock": "解锁",
    "grant": "授权",
    "stop": "停用",
    "start": "启用",
    "link": "一次性链接",
    "end-sessions": "退出登录",
    "waive": "延期",
    "refused": "被拒绝",
    "prune": "清理",
    "checkpoint": "封存",
    "reveal": "查看个人信息",
    "erase": "清除个人信息",
    "expire": "到期清除个人信息",
    "copy": "提供个人信息副本",
    "rotate": "更换密钥",
    "restore": "恢复",
    "release": "确认无误，继续",
}


@dataclass(frozen=True)
class Line:
    """One entry in the reader's words."""

    entry: JournalEntry
    label: str
    whose: str  # account the line is of
    verb: str
    unit: str
    source: str
    changes: list[tuple[str, str, str]]


@bp.route("/journal")
def show() -> ResponseReturnValue:
    work = frame.reading()
    asked = {k: request.args.get(k, "").strip()[:120] for k in ("subject", "who", "unit", "from", "to")}
    before = request.args.get("before", type=int)
    rows = select(JournalEntry).where(*_conditions(work, asked)).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    if before:
        rows = rows.where(JournalEntry.id < before)
    found = work.session.scalars(rows).all()
    _prime(work, found[:PAGE])
    accounts = _accounts(work, found[:PAGE])
    kinds = [(k, m.label) for k, m in work.catalog.records.items()] + [(k, m.label) for k, m in UNITS.items()]
    return frame.page(
        "journal.html",
        lines=[_line(work, e, accounts) for e in found[:PAGE]],
        subjects=[*kinds, *OTHERS.items()],
        asked=asked,
        unknown=asked["unit"] and _unit(work, asked["unit"]) is None,
        checked=next(iter(job_runs.latest(work.session, ["core.anchor"], each=1)["core.anchor"]), None),
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def _conditions(work: Work, asked: dict[str, str]) -> list[ColumnElement[bool]]:
    """What is asked for; a day that can't be read is left out, a unit nobody knows finds nothing."""
    out: list[ColumnElement[bool]] = []
    if asked["subject"]:
        out.append(JournalEntry.subject == asked["subject"])
    if asked["who"]:
        out.append((JournalEntry.login == asked["who"]) | (JournalEntry.actor == asked["who"]))
    if asked["unit"]:
        unit = _unit(work, asked["unit"])
        kind, key = JournalEntry.unit_kind, JournalEntry.unit_id
        out.append(false() if unit is None else (kind == unit[0]) & (key == unit[1]))
    if since := _date(asked["from"]):
        out.append(JournalEntry.at > end_of(since - timedelta(days=1)))
    if until := _date(asked["to"]):
        out.append(JournalEntry.at <= end_of(until))
    return out


def _unit(work: Work, text: str) -> tuple[str, int] | None:
    """The unit of that name or code, complexes and communities first."""
    for kind in sorted(UNITS, key=lambda k: k not in ("complex", "community")):
        if (found := work.look.unit_id(UNIT_KINDS[kind], text)) is not None:
            return kind, found
    return None


def _prime(work: Work, entries: Sequence[JournalEntry]) -> None:
    for kind in {e.unit_kind for e in entries if e.unit_kind in UNITS}:
        work.look.prime(UNIT_KINDS[str(kind)], {e.unit_id for e in entries if e.unit_kind == kind and e.unit_id})


def _accounts(work: Work, entries: Sequence[JournalEntry]) -> dict[int, str]:
    """Whose account a line is of, by its id: a link or a grant says nothing without it."""
    ids = {e.subject_id for e in entries if e.subject == "account" and e.subject_id}
    rows = work.session.execute(select(Account.id, Account.login, Account.label).where(Account.id.in_(ids)))
    return {key: f"{label}（{login}）" for key, login, label in rows}


def _line(work: Work, entry: JournalEntry, accounts: Mapping[int, str]) -> Line:
    known = entry.unit_kind in UNITS and entry.unit_id is not None
    return Line(
        entry=entry,
        label=label_of(work, entry.subject),
        whose=accounts.get(entry.subject_id or 0, "") if entry.subject == "account" else "",
        verb=verb_of(work, entry),
        unit=work.look.unit_name(UNIT_KINDS[str(entry.unit_kind)], int(entry.unit_id or 0)) if known else "",
        source=SOURCES.get(entry.source, entry.source),
        changes=changes_of(work, entry),
    )


def label_of(work: Work, subject: str) -> str:
    found = work.catalog.records.get(subject) or UNITS.get(subject)
    if found is not None:
        return found.label
    if (job := job_runs.all_jobs(work.catalog).get(subject)) is not None:
        return job.label
    right = RIGHTS.get(doors.DOORS.get(subject, ""))  # a door somebody was refused at
    return right.label if right is not None else OTHERS.get(subject, subject)


def verb_of(work: Work, entry: JournalEntry) -> str:
    if entry.verb.startswith("move:"):
        record = work.catalog.records.get(entry.subject)
        step = record.workflow.transition(entry.verb[5:]) if record is not None else None
        return step.label if step is not None else entry.verb
    return VERBS.get(entry.verb, entry.verb)


def changes_of(work: Work, entry: JournalEntry) -> list[tuple[str, str, str]]:
    """(field, before, after) in the reader's words."""
    record = work.catalog.records.get(entry.subject)
    declared: Any = record or UNITS.get(entry.subject)
    out = []
    for name, (before, after) in entry.changes.items():
        if name == "state" and record is not None:
            before, after = (record.workflow.state(s).label if s else s for s in (before, after))
        words = WAYS_IN if name == "via" else ROLES if name == "role" else {}
        before, after = (_worded(v, words) for v in (before, after))
        field = next((f for f in declared.fields() if f.name == name), None) if declared is not None else None
        show = (
            (lambda v, k=field.kind: k.show(k.load(v), work.look))
            if field is not None and not field.personal
            else _text
        )
        label = field.label if field is not None else FIELDS.get(name, name)
        out.append((label, show(before) or "—", show(after) or "—"))
    return out


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    """A code in the reader's words, also where the unit stands behind it: ``community 桂山社区``."""
    if not isinstance(value, str):
        return value
    code, space, rest = value.partition(" ")
    return words.get(code, code) + space + rest


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
