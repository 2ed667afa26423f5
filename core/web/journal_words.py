"""The journal's codes in the reader's words: what a line is about, what was done, and each value before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.estate.units import UNITS
from core.services.audit.journal import JournalEntry
from core.services.permission.rights import RIGHTS, ROLES
from core.services.scheduled import job_runs
from core.services.work import Work
from core.web import doors
from core.web.language import translated
from core.web.pages import settings

OTHERS = {
    "account": "账号",
    "api_token": "接口令牌",
    "campaign": "方案",
    "responsibility": "职责分工",
    "calendar": "节假日安排",
    "feed": "日历订阅",
    "journal": "操作日志",
    "keys": "密钥",
    "person": "个人信息",
    "backup": "备份",
    "edition": "报告期刊",
    "webhook": "外发通知",
    "plugin": "插件",
    "clock": "系统时间",
    "archive": "全部数据归档",
    "report": "综合报告",
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
    "digest": "校验码",
    "reason": "理由",
    "fields": "字段",
    "name": "名称",
    "url": "地址",
    "scopes": "权限",
    "events": "事件",
    "pattern": "范围",
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
    "resume": "恢复运行",
    "release": "确认无误，继续",
    "issue": "出刊",
    "end": "终止",
}


def label_of(work: Work, subject: str) -> str:
    found = work.catalog.records.get(subject) or UNITS.get(subject)
    if found is not None:
        return found.label
    if subject in work.catalog.deadlines:  # an extension
        return work.catalog.deadlines[subject].label
    if (job := job_runs.all_jobs(work.catalog).get(subject)) is not None:
        return job.label
    if (compiled := work.catalog.compilations.get(subject)) is not None:
        return compiled.label
    right = RIGHTS.get(doors.DOORS.get(subject, ""))  # a door somebody was refused at
    return right.label if right is not None else settings.label_of(work, subject) or OTHERS.get(subject, subject)


def named_in(work: Work, path: str) -> str:
    """What an address is about: the action, the kind of record, the indicator or the rule that stands in it."""
    catalog = work.catalog
    labels = {k: p.action.label for k, p in catalog.plugins.items()}
    of: tuple[Mapping[str, Any], ...] = (catalog.records, catalog.indicators, catalog.deadlines, UNITS)
    found = (next((kind[part].label for kind in of if part in kind), labels.get(part)) for part in path.split("/"))
    return translated(next((label for label in found if label), ""))


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
    setting = work.catalog.settings.get(entry.subject)
    out = []
    for name, (before, after) in entry.changes.items():
        if name == "state" and record is not None:
            before, after = (record.workflow.state(s).label if s else s for s in (before, after))
        words = WAYS_IN if name == "via" else ROLES if name == "role" else {}
        before, after = (_worded(v, words) for v in (before, after))
        field = next((f for f in declared.fields() if f.name == name), None) if declared is not None else None
        if name == "value" and setting is not None:
            before, after = (
                None if v is None else setting.kind.show(setting.kind.load(v), work.look) for v in (before, after)
            )
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
