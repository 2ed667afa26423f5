"""Who may open what, as data: each right a function of the platform, the roles that hold it. Which objects within it a person
reaches is access.py's; the doors of the web are declared in core/web/doors.py by these names.

三员分立 (GB/T 22239-2019 8.1.4.2 d): with a real campaign the administrators of accounts, of security and of audit are three
people, and none of them does the business of another. In a demo world one administrator holds all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ADMINISTRATOR, SECURITY, AUDITOR = "administrator", "security", "auditor"
COORDINATION, DEPARTMENT, OFFICER, GRID, LINKED, COMPANY, SYSTEM = (
    "coordination",
    "department",
    "community",
    "grid",
    "leader",
    "company",
    "system",
)
ROLES = {
    ADMINISTRATOR: "系统管理员",
    SECURITY: "安全管理员",
    AUDITOR: "审计管理员",
    COORDINATION: "综合协调组",
    DEPARTMENT: "部门",
    OFFICER: "社区",
    GRID: "网格",
    LINKED: "挂钩领导",
    COMPANY: "物业企业",
    SYSTEM: "系统",
}
APART = frozenset((ADMINISTRATOR, SECURITY, AUDITOR))  # of these a person holds one

PUBLIC, SIGNED_IN = "public", "signed_in"
FORMS, SHEETS, READ, LOOK_UP, RUNS, OWN_ACTION, ISSUE, REGISTRY, PEOPLE, GRANT, AUDIT, OPERATE, TIME = (
    "forms",
    "sheets",
    "read",
    "look_up",
    "runs",
    "own_action",
    "issue",
    "registry",
    "people",
    "grant",
    "audit",
    "operate",
    "time",
)


@dataclass(frozen=True)
class Right:
    """``apart``: who holds it where the three administrators are apart; ``together``: who else in a demo world."""

    label: str
    apart: frozenset[str]
    together: frozenset[str] = frozenset()


BUSINESS = frozenset((COORDINATION, DEPARTMENT, OFFICER, GRID, LINKED))
RIGHTS: Mapping[str, Right] = {
    PUBLIC: Right("无需登录", frozenset(ROLES)),
    SIGNED_IN: Right("登录后的个人事务", frozenset(ROLES)),
    FORMS: Right("填报和查看本单位记录", BUSINESS | {COMPANY}, frozenset((ADMINISTRATOR,))),
    SHEETS: Right("表格导入导出（记录限填报的，基础信息限维护的）", BUSINESS | {COMPANY, ADMINISTRATOR}),
    READ: Right("查看指标、应办事项和报告", BUSINESS, frozenset((ADMINISTRATOR,))),
    LOOK_UP: Right("查看基础信息和职责分工", BUSINESS | {ADMINISTRATOR}),
    RUNS: Right("查看和运行归自己管的定时任务", BUSINESS | {ADMINISTRATOR}),
    OWN_ACTION: Right(
        "设置本专项行动的目标、时限和口径", frozenset((DEPARTMENT, COORDINATION)), frozenset((ADMINISTRATOR,))
    ),
    ISSUE: Right("出刊、督办", frozenset((COORDINATION,)), frozenset((ADMINISTRATOR,))),
    REGISTRY: Right("维护基础信息和职责分工", frozenset((ADMINISTRATOR,))),
    PEOPLE: Right("管理账号", frozenset((ADMINISTRATOR,))),
    GRANT: Right("授权、解锁、安全策略", frozenset((SECURITY,)), frozenset((ADMINISTRATOR,))),
    AUDIT: Right("审计：查看、核验、导出操作日志", frozenset((AUDITOR,)), frozenset((ADMINISTRATOR, COORDINATION))),
    OPERATE: Right("运行维护：定时任务、备份、插件", frozenset((ADMINISTRATOR,))),
    TIME: Right("确认系统时间、恢复定时任务", frozenset((COORDINATION, ADMINISTRATOR))),
}


def holds(role: str, right: str, *, separated: bool) -> bool:
    """Does the role hold the right? ``separated``: the three administrators are apart."""
    if role == SYSTEM:
        return True
    one = RIGHTS[right]
    return role in one.apart or (not separated and role in one.together)
