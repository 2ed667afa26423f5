"""How each matter of the action is handled (plan 1.5: 考评、公示公开、公共收益、清退, and credit). Being late is no state: it is
the status of an obligation (deadlines.py). What a guard needs from other records stands in derived fields."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.api import COORDINATOR, LEAD, REPORTER, Look, Problem, Say, State, Transition, Workflow

WHOLE = Decimal(100)  # a score sheet has a hundred points
BOTH, CHECKERS = (REPORTER, LEAD), (LEAD, COORDINATOR)


def sums_to_whole(record: Any, look: Look) -> Iterator[Problem]:
    if record.total != WHOLE:
        yield Problem("", Say("各条目分值合计应为100分，现为{n}分", n=f"{record.total:g}"))


def is_passed(record: Any, look: Look) -> Iterator[Problem]:
    if not record.passed:
        yield Problem("", Say("得分{s}低于达标线{p}，请用“通报：不达标”", s=record.score, p=record.line))


def is_failed(record: Any, look: Look) -> Iterator[Problem]:
    if record.passed:
        yield Problem("", Say("得分{s}不低于达标线{p}，请用“通报：达标”", s=record.score, p=record.line))


def is_late(record: Any, look: Look) -> Iterator[Problem]:
    if record.limit_on >= look.today:
        yield Problem("", Say("整改期限（{d}）还没有过，逾期后才能查处", d=record.limit_on.isoformat()))


def is_retested(record: Any, look: Look) -> Iterator[Problem]:
    if not record.retested:
        yield Problem("", Say("该企业还没有复评，或仍有项目不达标，不能解除限制"))


def notice_is_over(record: Any, look: Look) -> Iterator[Problem]:
    """民法典 art. 946: dismissal is told so many days before."""
    days, passed = look.setting("market_order.notice_days"), (look.today - record.notified_on).days
    if passed < days:
        yield Problem("", Say("通知解约未满{n}天（现{m}天），原物业企业应继续服务，暂不能交接", n=days, m=passed))


def _void(*source: str, target: str = "void", label: str = "误登撤销", key: str = "void") -> Transition:
    return Transition(key=key, label=label, source=source, target=target, by=CHECKERS, needs_remark=True)


def _other(key: str, label: str, source: tuple[str, ...], target: str, **more: Any) -> Transition:
    """A step for the lead or the coordination group, by another person than who reported or moved it last."""
    return Transition(key=key, label=label, source=source, target=target, by=CHECKERS, another=True, **more)


STANDARD = Workflow(
    states=(
        State(key="draft", label="拟订"),
        State(key="in_force", label="施行"),
        State(key="replaced", label="已停用", closed=True),
    ),
    transitions=(
        Transition(
            key="enforce",
            label="施行",
            source=("draft",),
            target="in_force",
            by=(LEAD,),
            stamps="in_force_on",
            guard=sums_to_whole,
        ),
        Transition(
            key="replace", label="停用", source=("in_force",), target="replaced", by=(LEAD,), stamps="replaced_on"
        ),
    ),
    editable=("draft",),
)

ITEM = Workflow(
    states=(State(key="kept", label="列入"), State(key="dropped", label="删去", counts=False, closed=True)),
    transitions=(
        Transition(key="drop", label="删去", source=("kept",), target="dropped", by=(LEAD,)),
        Transition(key="restore", label="恢复", source=("dropped",), target="kept", by=(LEAD,)),
    ),
)

ASSESSMENT = Workflow(
    states=(
        State(key="open", label="待考评"),
        State(key="scored", label="已打分"),
        State(key="confirmed", label="企业已确认"),
        State(key="appealed", label="企业申诉"),
        State(key="approved", label="已审定"),
        State(key="passed", label="已通报：达标", closed=True),
        State(key="failed", label="已通报：不达标", closed=True),
    ),
    transitions=(
        Transition(key="collect", label="重新提取扣分依据", source=("open",), target="open", by=(LEAD,)),
        Transition(key="score", label="打分", source=("open",), target="scored", by=(LEAD,), stamps="scored_on"),
        Transition(
            key="confirm", label="代企业确认", source=("scored",), target="confirmed", by=BOTH, stamps="answered_on"
        ),
        Transition(
            key="appeal",
            label="代企业申诉",
            source=("scored",),
            target="appealed",
            by=BOTH,
            fields=("appeal",),
            stamps="answered_on",
        ),
        _other("approve", "审定", ("confirmed",), "approved", stamps="approved_on"),
        _other("settle", "申诉复核审定", ("appealed",), "approved", fields=("appeal_result",), stamps="approved_on"),
        Transition(
            key="reopen",
            label="退回重评",
            source=("scored", "confirmed", "appealed"),
            target="open",
            by=CHECKERS,
            clears=("scored_on", "answered_on"),
            needs_remark=True,
        ),
        Transition(
            key="publish_passed",
            label="通报：达标",
            source=("approved",),
            target="passed",
            by=(LEAD,),
            guard=is_passed,
        ),
        Transition(
            key="publish_failed",
            label="通报：不达标",
            source=("approved",),
            target="failed",
            by=(LEAD,),
            guard=is_failed,
        ),
    ),
    editable=("open",),
)

DEDUCTION = Workflow(
    states=(
        State(key="kept", label="扣分"),
        State(key="dropped", label="不予扣分", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="adjust",
            label="改分",
            source=("kept",),
            target="kept",
            by=(LEAD,),
            fields=("points",),
            needs_remark=True,
        ),
        Transition(key="drop", label="不予扣分", source=("kept",), target="dropped", by=(LEAD,), needs_remark=True),
        Transition(key="restore", label="恢复扣分", source=("dropped",), target="kept", by=(LEAD,), needs_remark=True),
    ),
)

BULLETIN = Workflow(
    states=(
        State(key="draft", label="拟稿"),
        State(key="checked", label="已核稿"),
        State(key="issued", label="已印发", closed=True),
    ),
    transitions=(
        _other("check", "核稿", ("draft",), "checked"),
        Transition(key="reject", label="退回修改", source=("checked",), target="draft", by=CHECKERS, needs_remark=True),
        Transition(
            key="issue",
            label="编号印发",
            source=("checked",),
            target="issued",
            by=(LEAD,),
            fields=("document_no",),
            stamps="issued_on",
        ),
    ),
    editable=("draft",),
)

RESTRICTION = Workflow(
    states=(
        State(key="in_force", label="限制承接中"),
        State(key="lifted", label="已解除", closed=True),
        State(key="void", label="误登撤销", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="extend",
            label="延长限制",
            source=("in_force",),
            target="in_force",
            by=(LEAD,),
            fields=("until_on",),
            needs_remark=True,
        ),
        _other("lift", "复评达标解除", ("in_force",), "lifted", stamps="lifted_on", guard=is_retested),
        _void("in_force"),
    ),
)

EXIT = Workflow(
    states=(
        State(key="talk", label="约谈"),
        State(key="rectify", label="限期整改"),
        State(key="vote", label="业主大会或业委会议决"),
        State(key="notice", label="已通知解约"),
        State(key="handover", label="交接"),
        State(key="cover", label="应急兜底"),
        State(key="done", label="清退完成", closed=True),
        State(key="stopped", label="已终止", closed=True),
    ),
    transitions=(
        Transition(
            key="order",
            label="责令限期整改",
            source=("talk",),
            target="rectify",
            by=(LEAD,),
            fields=("rectify_by",),
        ),
        Transition(key="vote", label="已议决", source=("rectify",), target="vote", by=BOTH, fields=("voted_on",)),
        Transition(key="notify", label="通知解约", source=("vote",), target="notice", by=BOTH, stamps="notified_on"),
        Transition(
            key="hand_over",
            label="开始交接",
            source=("notice",),
            target="handover",
            by=BOTH,
            guard=notice_is_over,
        ),
        Transition(
            key="cover", label="应急兜底", source=("notice", "handover"), target="cover", by=BOTH, needs_remark=True
        ),
        _other("finish", "清退完成", ("handover", "cover"), "done", stamps="done_on"),
        _void("talk", "rectify", "vote", target="stopped", label="整改合格，终止清退", key="stop"),
    ),
    editable=("talk",),
)

CREDIT = Workflow(
    states=(
        State(key="draft", label="拟记"),
        State(key="notified", label="已告知"),
        State(key="objected", label="有异议"),
        State(key="recorded", label="已记入", closed=True),
        State(key="revoked", label="已撤销", closed=True),
        State(key="dropped", label="不予记入", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="notify", label="告知本人", source=("draft",), target="notified", by=(LEAD,), stamps="notified_on"
        ),
        Transition(
            key="object", label="提出异议", source=("notified",), target="objected", by=BOTH, fields=("objection",)
        ),
        _other("record", "记入信用", ("notified",), "recorded", stamps="recorded_on"),
        _other(
            "overrule",
            "异议不成立，记入",
            ("objected",),
            "recorded",
            fields=("objection_result",),
            stamps="recorded_on",
        ),
        _void("draft", "notified", "objected", target="dropped", label="不予记入", key="drop"),
        Transition(
            key="revoke",
            label="撤销记录",
            source=("recorded",),
            target="revoked",
            by=CHECKERS,
            stamps="revoked_on",
            needs_remark=True,
        ),
    ),
    editable=("draft",),
)


def _mending(proof: str, ended: Transition, late: Transition, *again: str) -> tuple[Transition, ...]:
    """Mend with a proof, send back, confirm by another, or act on what is late: the same for issues and problems."""
    return (
        Transition(
            key="mend",
            label="整改完成",
            source=("found", *again),
            target="mended",
            by=BOTH,
            fields=(proof,),
            stamps="mended_on",
        ),
        Transition(
            key="reject",
            label="退回整改",
            source=("mended",),
            target="found",
            by=CHECKERS,
            clears=("mended_on",),
            needs_remark=True,
        ),
        ended,
        late,
        _void("found", label="不属实"),
    )


ISSUE = Workflow(
    states=(
        State(key="found", label="待整改"),
        State(key="mended", label="待复核"),
        State(key="closed", label="已销号", closed=True),
        State(key="enforced", label="逾期已查处"),
        State(key="void", label="不属实", counts=False, closed=True),
    ),
    transitions=_mending(
        "after_photos",
        _other("close", "街道复核销号", ("mended",), "closed", stamps="closed_on"),
        Transition(
            key="enforce",
            label="逾期未改查处",
            source=("found",),
            target="enforced",
            by=(LEAD,),
            stamps="enforced_on",
            needs_remark=True,
            guard=is_late,
        ),
        "enforced",
    ),
    editable=("found",),
)

PROBLEM = Workflow(
    states=(
        State(key="found", label="限期整改中"),
        State(key="mended", label="待复核"),
        State(key="settled", label="整改到位", closed=True),
        State(key="penalised", label="未及时整改已查处", closed=True),
        State(key="void", label="不属实", counts=False, closed=True),
    ),
    transitions=_mending(
        "proof",
        _other("settle", "复核到位", ("mended",), "settled", stamps="settled_on"),
        Transition(
            key="penalise",
            label="未及时整改查处",
            source=("found",),
            target="penalised",
            by=(LEAD,),
            fields=("penalty",),
            stamps="settled_on",
            guard=is_late,
        ),
    ),
    editable=("found",),
)
