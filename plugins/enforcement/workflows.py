"""How a whistle, a department's call and a finding are handled (plan 1.5 吹哨, 执法问题; habits.md 吹哨报到).

草稿 is the form before it is saved and 超时 the status of an obligation, so neither is a state. The clock of a call runs from
the blowing, not from the signing: nobody wins time by not signing.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, select

from core.api import COORDINATOR, LEAD, REPORTER, Department, Look, Problem, Say, State, Transition, Workflow

BOTH = (REPORTER, LEAD)
CHECKERS = (LEAD, COORDINATOR)
ANSWERED = ("handled", "waived", "refused")  # states of a call that wait for nobody


def _calls(record: Any) -> Table:
    """The table of calls, whose class links to the whistle's and is made after it."""
    found: Table = type(record).metadata.tables["enforcement_call"]
    return found


def all_answered(record: Any, look: Look) -> Iterator[Problem]:
    """Story 10: not closed until every department called has handled it or was let off by the lead."""
    calls = _calls(record)
    rows = look.read(
        select(Department.name)
        .join(calls, calls.c.department_id == Department.id)
        .where(calls.c.whistle_id == record.id, calls.c.state.not_in(ANSWERED))
        .order_by(Department.id)
    )
    if rows:
        names = "、".join(name for (name,) in rows)
        yield Problem("", Say("还有部门没有办完：{d}。请等其处置，或由执法中队免办", d=names))
    handled = look.read(select(calls.c.id).where(calls.c.whistle_id == record.id, calls.c.state == "handled").limit(1))
    if not rows and not handled:
        yield Problem("", Say("没有一个部门处置过，请先改派"))


WHISTLE = Workflow(
    states=(
        State(key="blown", label="已吹哨"),
        State(key="escalated", label="升级专班待裁定"),
        State(key="confirmed", label="社区已确认"),
        State(key="closed", label="办结", closed=True),
        State(key="void", label="撤销", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="reassign", label="改派", source=("blown",), target="blown", by=BOTH, fields=("departments",)),
        Transition(
            key="escalate",
            label="升级专班",
            source=("blown",),
            target="escalated",
            by=CHECKERS,
            stamps="escalated_on",
            needs_remark=True,
        ),
        Transition(
            key="rule",
            label="裁定主办部门",
            source=("escalated",),
            target="blown",
            by=(COORDINATOR,),
            fields=("departments",),
            needs_remark=True,
        ),
        Transition(
            key="confirm",
            label="社区确认",
            source=("blown",),
            target="confirmed",
            by=(REPORTER,),
            stamps="confirmed_at",
            guard=all_answered,
        ),
        Transition(
            key="reopen",
            label="未解决，退回继续办",
            source=("confirmed",),
            target="blown",
            by=BOTH,
            fields=("departments",),
            clears=("confirmed_at",),
            needs_remark=True,
        ),
        Transition(
            key="close",
            label="办结",
            source=("confirmed",),
            target="closed",
            by=BOTH,
            fields=("result", "rating"),
            stamps="closed_at",
        ),
        Transition(key="void", label="撤销", source=("blown",), target="void", by=CHECKERS, needs_remark=True),
    ),
    editable=("blown",),
)

CALL = Workflow(
    states=(
        State(key="asked", label="待接收"),
        State(key="received", label="已接收"),
        State(key="contacted", label="已联系社区"),
        State(key="arrived", label="已报到"),
        State(key="handled", label="已处置", closed=True),
        State(key="refused", label="退回（有依据）", closed=True),
        State(key="waived", label="免办", closed=True),
    ),
    transitions=(
        Transition(
            key="receive", label="接收", source=("asked",), target="received", by=(REPORTER,), stamps="received_at"
        ),
        Transition(
            key="contact",
            label="联系社区",
            source=("asked", "received"),
            target="contacted",
            by=(REPORTER,),
            stamps="contacted_at",
        ),
        Transition(
            key="arrive",
            label="报到（到场）",
            source=("asked", "received", "contacted"),
            target="arrived",
            by=(REPORTER,),
            stamps="arrived_at",
        ),
        Transition(
            key="handle",
            label="处置完成",
            source=("arrived",),
            target="handled",
            by=(REPORTER,),
            fields=("opinion",),
            stamps="handled_at",
        ),
        Transition(
            key="refuse",
            label="退回",
            source=("asked", "received", "contacted"),
            target="refused",
            by=(REPORTER,),
            fields=("basis",),
            stamps="refused_at",
        ),
        Transition(
            key="waive",
            label="免办",
            source=("asked", "received", "contacted", "arrived"),
            target="waived",
            by=CHECKERS,
            stamps="waived_at",
            needs_remark=True,
        ),
    ),
    editable=("asked",),
)

FILED = ("立案处罚", "移送公安")


def rechecked(record: Any, look: Look) -> Iterator[Problem]:
    if record.measure in FILED and not record.doc_no:
        yield Problem("doc_no", Say("立案、移送的请填写文书号"))
    if record.measure not in FILED and not record.recheck_photos:
        yield Problem("recheck_photos", Say("须上传复查照片才能认定执法到位"))


FINDING = Workflow(
    states=(
        State(key="found", label="发现"),
        State(key="stopped", label="已制止并报告"),
        State(key="verified", label="已核实"),
        State(key="acting", label="已责令改正、立案或移送"),
        State(key="done", label="执法到位", closed=True),
        State(key="undetermined", label="无法认定", counts=False, closed=True),
        State(key="void", label="不属实", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="stop", label="制止并报告", source=("found",), target="stopped", by=BOTH, stamps="stopped_on"),
        Transition(key="verify", label="核实", source=("found", "stopped"), target="verified", by=BOTH),
        Transition(
            key="act",
            label="采取措施",
            source=("verified",),
            target="acting",
            by=BOTH,
            fields=("measure", "limit_on"),
            stamps="acted_on",
        ),
        Transition(
            key="recheck",
            label="复查到位",
            source=("acting",),
            target="done",
            by=BOTH,
            stamps="done_on",
            guard=rechecked,
        ),
        Transition(
            key="again",
            label="复查不到位",
            source=("acting",),
            target="verified",
            by=BOTH,
            clears=("acted_on",),
            needs_remark=True,
        ),
        Transition(
            key="undetermined",
            label="无法认定",
            source=("verified",),
            target="undetermined",
            by=(LEAD,),
            needs_remark=True,
            another=True,
        ),
        Transition(
            key="void", label="不属实", source=("found", "stopped"), target="void", by=CHECKERS, needs_remark=True
        ),
    ),
    editable=("found", "stopped", "verified", "acting"),
)
