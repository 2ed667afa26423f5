"""How its records are handled (plan 1.5, 3.5): creation of safety standards, hazards, contracts, posts, charging, fire repairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.api import COORDINATOR, LEAD, REPORTER, Look, Problem, Say, State, Transition, Workflow

if TYPE_CHECKING:
    from plugins.safety.records_projects import ChargingProject
    from plugins.safety.records_safety import Hazard

ALL, JUDGES = (REPORTER, LEAD), (LEAD, COORDINATOR)


def major(record: Hazard, look: Look) -> Iterator[Problem]:
    if record.level != "重大":
        yield Problem("", Say("五落实用于重大隐患，一般隐患请选“开始整改”"))


def fit_for_use(record: ChargingProject, look: Look) -> Iterator[Problem]:
    """Plan 3.5: a charging place stands apart, has fire gear and cuts off by itself."""
    if not record.independent:
        yield Problem("independent", Say("未独立设置的充电场所不能投用"))
    if not record.fire_gear:
        yield Problem("fire_gear", Say("没有消防器材的充电场所不能投用"))
    if not record.auto_cutoff:
        yield Problem("auto_cutoff", Say("不能充满自动断电的充电场所不能投用"))


def void(*source: str) -> Transition:
    """What was wrongly reported leaves every figure."""
    return Transition(
        key="void", label="不属实或登记有误", source=source, target="void", by=JUDGES, needs_remark=True
    )  # fmt: skip


VOID = State(key="void", label="不属实", counts=False, closed=True)

# F8.1: 申报 → 自评 → 评审 → 达标
CREATION = Workflow(
    states=(
        State(key="declared", label="已申报"),
        State(key="assessed", label="已自评"),
        State(key="reviewed", label="评审通过"),
        State(key="achieved", label="已达标", closed=True),
        State(key="void", label="已撤回", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="assess", label="完成自评", source=("declared",), target="assessed", by=ALL,
            fields=("self_score",), stamps="assessed_on",
        ),
        Transition(
            key="review", label="评审通过", source=("assessed",), target="reviewed", by=JUDGES,
            fields=("reviewer",), stamps="reviewed_on", another=True,
        ),
        Transition(
            key="fail", label="评审未通过", source=("assessed", "reviewed"), target="declared", by=JUDGES,
            clears=("assessed_on", "reviewed_on"), needs_remark=True,
        ),
        Transition(
            key="achieve", label="公告达标", source=("reviewed",), target="achieved", by=JUDGES,
            fields=("certificate",), stamps="achieved_on",
        ),
        void("declared", "assessed", "reviewed"),
    ),
    editable=("declared", "assessed"),
)  # fmt: skip

# F8.2: who rechecks is neither who reported nor who mended
RECTIFYING = Workflow(
    states=(
        State(key="found", label="已发现"),
        State(key="rectifying", label="整改中"),
        State(key="mended", label="待复查"),
        State(key="rechecked", label="复查合格"),
        State(key="closed", label="已销号", closed=True),
        VOID,
    ),
    transitions=(
        Transition(
            key="start", label="开始整改", source=("found",), target="rectifying", by=ALL
        ),
        Transition(
            key="start_major", label="重大隐患：五落实", source=("found",), target="rectifying", by=ALL, guard=major,
            fields=("measures", "responsible", "funds", "limit_on", "emergency_plan"), stamps="fixed_on",
        ),
        Transition(
            key="raise", label="升级为重大隐患", source=("rectifying",), target="rectifying", by=ALL, guard=major,
            fields=("level", "measures", "responsible", "funds", "limit_on", "emergency_plan"), stamps="fixed_on",
        ),
        Transition(
            key="mend", label="整改完成", source=("rectifying",), target="mended", by=ALL,
            fields=("after_photos",), stamps="mended_on",
        ),
        Transition(
            key="recheck", label="复查合格", source=("mended",), target="rechecked", by=ALL,
            stamps="rechecked_on", another=True,
        ),
        Transition(
            key="reject", label="退回整改", source=("mended", "rechecked"), target="rectifying", by=JUDGES,
            clears=("mended_on", "rechecked_on"), needs_remark=True,
        ),
        Transition(
            key="close", label="销号", source=("rechecked",), target="closed", by=JUDGES, stamps="closed_on"
        ),
        Transition(
            key="reopen", label="隐患未除，重新整改", source=("closed",), target="rectifying", by=JUDGES,
            clears=("mended_on", "rechecked_on", "closed_on"), needs_remark=True,
        ),
        void("found"),
    ),
    editable=("found", "rectifying"),
)  # fmt: skip

# F8.3: a new contract of the same kind settles the old one by itself (reactions.py)
CONTRACT = Workflow(
    states=(
        State(key="active", label="履行中", rest=True),
        State(key="renewed", label="已续签", closed=True),
        State(key="ended", label="已终止", closed=True),
        VOID,
    ),
    transitions=(
        Transition(
            key="renew", label="已续签", source=("active",), target="renewed", by=ALL, stamps="settled_on"
        ),
        Transition(
            key="end", label="提前终止", source=("active",), target="ended", by=ALL, stamps="settled_on",
            needs_remark=True,
        ),
        void("active"),
    ),
    editable=("active",),
)  # fmt: skip

# F8.4: one row per post and certificate
POST = Workflow(
    states=(
        State(key="active", label="在岗", rest=True),
        State(key="settled", label="已换证或离岗", closed=True),
        VOID,
    ),
    transitions=(
        Transition(
            key="settle", label="换证或离岗", source=("active",), target="settled", by=ALL, stamps="settled_on"
        ),
        void("active"),
    ),
    editable=("active",),
)  # fmt: skip

# F8.5: 选址 → 公示 → 施工 → 验收 → 投用
CHARGING = Workflow(
    states=(
        State(key="sited", label="选址"),
        State(key="noticed", label="公示"),
        State(key="building", label="施工"),
        State(key="accepted", label="验收"),
        State(key="in_use", label="投用", closed=True),
        State(key="stopped", label="停用", closed=True),
        State(key="void", label="取消", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="notice", label="开始公示", source=("sited",), target="noticed", by=ALL, stamps="noticed_on"
        ),
        Transition(key="build", label="开工", source=("noticed",), target="building", by=ALL, stamps="started_on"),
        Transition(
            key="accept", label="验收合格", source=("building",), target="accepted", by=JUDGES,
            stamps="accepted_on", another=True,
        ),
        Transition(
            key="open", label="投用", source=("accepted",), target="in_use", by=ALL, guard=fit_for_use,
            fields=("independent", "fire_gear", "auto_cutoff", "after_photos"), stamps="opened_on",
        ),
        Transition(
            key="return", label="退回施工", source=("accepted",), target="building", by=JUDGES,
            clears=("accepted_on",), needs_remark=True,
        ),
        Transition(
            key="stop", label="停用", source=("in_use",), target="stopped", by=JUDGES, stamps="stopped_on",
            needs_remark=True,
        ),
        void("sited", "noticed", "building"),
    ),
    editable=("sited", "noticed", "building"),
)  # fmt: skip

# F8.6: the money stands on a ledger line before anything is built (plan 1.6)
FIRE = Workflow(
    states=(
        State(key="found", label="已排查"),
        State(key="funded", label="资金已落实"),
        State(key="building", label="施工中"),
        State(key="finished", label="待验收"),
        State(key="accepted", label="验收合格", closed=True),
        VOID,
    ),
    transitions=(
        Transition(
            key="fund", label="落实资金", source=("found",), target="funded", by=ALL,
            fields=("funding", "amount", "ledger_line"), stamps="funded_on",
        ),
        Transition(key="build", label="开工", source=("funded",), target="building", by=ALL, stamps="started_on"),
        Transition(
            key="finish", label="完工", source=("building",), target="finished", by=ALL,
            fields=("after_photos",), stamps="finished_on",
        ),
        Transition(
            key="accept", label="验收合格", source=("finished",), target="accepted", by=JUDGES,
            stamps="accepted_on", another=True,
        ),
        Transition(
            key="reject", label="验收未通过", source=("finished",), target="building", by=JUDGES,
            clears=("finished_on",), needs_remark=True,
        ),
        void("found", "funded"),
    ),
    editable=("found", "funded"),
)  # fmt: skip
