"""How a complaint and a statutory petition are handled (plan 1.5 投诉, 3.3). 超期 is no state: it is the status of the
obligation a clock runs for (deadlines.py), so that a late item still goes on through its states."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, select

from core.api import COORDINATOR, LEAD, REPORTER, Look, Problem, Say, State, Transition, Workflow, day_of

SIMPLE, COMPLICATED = "简单", "复杂"
UNSATISFIED = "不满意"
OPEN = ("received", "simple", "complex", "explained", "referred", "consulted", "disposed", "visited", "redo")
PETITION_DAYS, EXTENSION_DAYS, APPEAL_DAYS = 60, 30, 30  # 信访工作条例 art. 34, 35, 36


def _table(record: Any, name: str) -> Table:
    """A table of this plugin whose class links to ``record``'s and is therefore made after it."""
    found: Table = type(record).metadata.tables[f"disputes_{name}"]
    return found


def _entered_late(name: str, moment: datetime, look: Look) -> Iterator[Problem]:
    """What was done may be entered some days later, not weeks: the clock shall not be set back at leisure."""
    limit = look.setting("disputes.late_entry_days")
    if (look.today - day_of(moment)).days > limit:
        yield Problem(name, Say("只能补登{n}天内的时间，再早的请由牵头部门书面说明后按今天办理", n=limit))


def is_simple(record: Any, look: Look) -> Iterator[Problem]:
    if record.complexity != SIMPLE:
        yield Problem("", Say("本件登记为复杂件，请用“分类：复杂”，或先修改“复杂程度”"))


def is_complicated(record: Any, look: Look) -> Iterator[Problem]:
    if record.complexity != COMPLICATED:
        yield Problem("complexity", Say("本件登记为简单件，请用“分类：简单”，或先改为“复杂”"))


def explained(record: Any, look: Look) -> Iterator[Problem]:
    yield from _entered_late("explained_at", record.explained_at, look)


def consulted(record: Any, look: Look) -> Iterator[Problem]:
    held = _table(record, "consultation")
    if not look.read(select(held.c.id).where(held.c.complaint_id == record.id).limit(1)):
        yield Problem("", Say("请先填报会商记录"))


def may_end(record: Any, look: Look) -> Iterator[Problem]:
    yield from _entered_late("closed_at", record.closed_at, look)
    petition = _table(record, "petition")
    waiting = petition.c.state.in_(("received", "accepted", "extended"))
    for (number,) in look.read(select(petition.c.id).where(petition.c.complaint_id == record.id, waiting)):
        yield Problem("", Say("法定信访事项（编号 {n}）还没有答复，答复后才能办结", n=number))


def may_close(record: Any, look: Look) -> Iterator[Problem]:
    if record.satisfaction == UNSATISFIED:
        yield Problem("", Say("回访不满意，请先重办；确需办结的，由牵头部门用“不满意仍办结”并写明原因"))
    yield from may_end(record, look)


def leads_nobody(record: Any, look: Look) -> Iterator[Problem]:
    """What others were merged into can't go away: they end with it."""
    own = _table(record, "complaint")
    for (number,) in look.read(select(own.c.id).where(own.c.main_id == record.id).limit(1)):
        yield Problem("", Say("已有投诉（编号 {n}）并入本件，请先撤销并案", n=number))


def may_merge(record: Any, look: Look) -> Iterator[Problem]:
    own = _table(record, "complaint")
    if record.main_id == record.id:
        yield Problem("main_id", Say("不能并入自己"))
        return
    for complex_id, state in look.read(select(own.c.complex_id, own.c.state).where(own.c.id == record.main_id)):
        if complex_id != record.complex_id:
            yield Problem("main_id", Say("只能并入同一小区的投诉"))
        if state in ("merged", "transferring", "transferred", "void"):
            yield Problem("main_id", Say("主件本身已并案、转出或作废，请选择仍在办理或已办结的投诉"))
    yield from leads_nobody(record, look)


BOTH = (REPORTER, LEAD)
CHECKERS = (LEAD, COORDINATOR)

COMPLAINT = Workflow(
    states=(
        State(key="received", label="收件"),
        State(key="simple", label="简单件待处置"),
        State(key="complex", label="复杂件待解释"),
        State(key="explained", label="已解释待提请会商"),
        State(key="referred", label="已提请会商"),
        State(key="consulted", label="已会商待处置"),
        State(key="disposed", label="已处置待回访"),
        State(key="visited", label="已回访"),
        State(key="redo", label="重办中"),
        State(key="transferring", label="转出待对方受理"),
        State(key="closed", label="已办结", closed=True),
        State(key="transferred", label="已转出", closed=True),  # not counted from that day on: see indicators.kept
        State(key="merged", label="已并案", closed=True),
        State(key="void", label="误登作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="sort_simple", label="分类：简单", source=("received",), target="simple", by=BOTH, guard=is_simple
        ),
        Transition(
            key="sort_complex",
            label="分类：复杂",
            source=("received",),
            target="complex",
            by=BOTH,
            guard=is_complicated,
        ),
        Transition(
            key="to_complex",
            label="改为复杂件",
            source=("simple",),
            target="complex",
            by=(LEAD,),
            fields=("complexity",),
            needs_remark=True,
            guard=is_complicated,
        ),
        Transition(
            key="explain",
            label="当日解释",
            source=("complex",),
            target="explained",
            by=BOTH,
            fields=("explained_at",),
            guard=explained,
        ),
        Transition(
            key="refer",
            label="提请会商",
            source=("explained",),
            target="referred",
            by=BOTH,
            fields=("refer_to",),
            stamps="referred_on",
        ),
        Transition(key="consult", label="已会商", source=("referred",), target="consulted", by=BOTH, guard=consulted),
        Transition(
            key="dispose",
            label="处置",
            source=("simple", "consulted", "redo"),
            target="disposed",
            by=BOTH,
            fields=("measures", "level"),
        ),
        Transition(
            key="visit", label="回访", source=("disposed",), target="visited", by=BOTH, fields=("satisfaction",)
        ),
        Transition(
            key="close",
            label="办结",
            source=("visited",),
            target="closed",
            by=BOTH,
            fields=("closed_at",),
            guard=may_close,
        ),
        Transition(
            key="close_anyway",
            label="不满意仍办结",
            source=("visited",),
            target="closed",
            by=CHECKERS,
            fields=("closed_at",),
            needs_remark=True,
            another=True,
            guard=may_end,
        ),
        Transition(
            key="redo",
            label="重办",
            source=("visited",),
            target="redo",
            by=(REPORTER, LEAD, COORDINATOR),
            clears=("satisfaction",),
            needs_remark=True,
        ),
        Transition(
            key="reopen",
            label="办结后重办",
            source=("closed",),
            target="redo",
            by=CHECKERS,
            clears=("closed_at", "satisfaction"),
            needs_remark=True,
        ),
        Transition(
            key="transfer",
            label="转出",
            source=OPEN,
            target="transferring",
            by=(LEAD,),
            fields=("transfer_to",),
            needs_remark=True,
            guard=leads_nobody,
        ),
        Transition(
            key="taken",
            label="对方已受理",
            source=("transferring",),
            target="transferred",
            by=CHECKERS,
            stamps="transferred_at",
        ),
        Transition(
            key="returned",
            label="对方退回",
            source=("transferring",),
            target="received",
            by=CHECKERS,
            clears=("transfer_to",),
            needs_remark=True,
        ),
        Transition(
            key="merge",
            label="并案",
            source=OPEN,
            target="merged",
            by=BOTH,
            fields=("main_id",),
            stamps="merged_at",
            guard=may_merge,
        ),
        Transition(
            key="split",
            label="撤销并案",
            source=("merged",),
            target="received",
            by=CHECKERS,
            clears=("main_id", "merged_at"),
            needs_remark=True,
        ),
        Transition(
            key="void",
            label="误登作废",
            source=("received",),
            target="void",
            by=CHECKERS,
            needs_remark=True,
            guard=leads_nobody,
        ),
    ),
    editable=OPEN,
)


def accepted(record: Any, look: Look) -> Iterator[Problem]:
    if record.accepted_on > look.today:
        yield Problem("accepted_on", Say("受理告知日期不能晚于今天"))
    if record.accepted_on < record.received_on:
        yield Problem("accepted_on", Say("受理告知日期不能早于收到日期"))


def extended(record: Any, look: Look) -> Iterator[Problem]:
    """Art. 34: at most 30 days beyond the 60, by the approval of the organ's head, and the petitioner is told."""
    first = record.accepted_on + timedelta(days=PETITION_DAYS)
    if not first < record.limit_on <= first + timedelta(days=EXTENSION_DAYS):
        last = first + timedelta(days=EXTENSION_DAYS)
        yield Problem("limit_on", Say("新期限应在{a}之后、不晚于{b}（最多延长30天）", a=f"{first}", b=f"{last}"))


def in_time_for_review(record: Any, look: Look) -> Iterator[Problem]:
    if (look.today - record.concluded_on).days > APPEAL_DAYS:
        yield Problem("", Say("已超过收到答复之日起30日的复查申请期限"))


def in_time_for_recheck(record: Any, look: Look) -> Iterator[Problem]:
    if (look.today - record.reviewed_on).days > APPEAL_DAYS:
        yield Problem("", Say("已超过收到复查意见之日起30日的复核申请期限"))


PETITION = Workflow(
    states=(
        State(key="received", label="待受理告知"),
        State(key="accepted", label="已受理"),
        State(key="extended", label="已延期"),
        State(key="concluded", label="已答复", closed=True),
        State(key="reviewing", label="复查中"),
        State(key="reviewed", label="已复查", closed=True),
        State(key="rechecking", label="复核中"),
        State(key="rechecked", label="已复核", closed=True),
        State(key="declined", label="不予受理", closed=True),
        State(key="void", label="误登作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="accept",
            label="受理告知",
            source=("received",),
            target="accepted",
            by=(LEAD,),
            fields=("accepted_on", "notice_no"),
            guard=accepted,
        ),
        Transition(
            key="decline",
            label="不予受理",
            source=("received",),
            target="declined",
            by=(LEAD,),
            fields=("ground",),
            stamps="declined_on",
            needs_remark=True,
        ),
        Transition(
            key="extend",
            label="批准延期",
            source=("accepted",),
            target="extended",
            by=(LEAD,),
            fields=("limit_on", "approved_by"),
            needs_remark=True,
            guard=extended,
        ),
        Transition(
            key="conclude",
            label="答复办结",
            source=("accepted", "extended"),
            target="concluded",
            by=(LEAD,),
            stamps="concluded_on",
        ),
        Transition(
            key="review",
            label="申请复查",
            source=("concluded",),
            target="reviewing",
            by=BOTH,
            stamps="review_on",
            guard=in_time_for_review,
        ),
        Transition(
            key="reviewed", label="复查答复", source=("reviewing",), target="reviewed", by=(LEAD,), stamps="reviewed_on"
        ),
        Transition(
            key="recheck",
            label="申请复核",
            source=("reviewed",),
            target="rechecking",
            by=BOTH,
            stamps="recheck_on",
            guard=in_time_for_recheck,
        ),
        Transition(
            key="rechecked",
            label="复核答复",
            source=("rechecking",),
            target="rechecked",
            by=(LEAD,),
            stamps="rechecked_on",
        ),
        Transition(key="void", label="误登作废", source=("received",), target="void", by=CHECKERS, needs_remark=True),
    ),
    editable=("received",),
)
