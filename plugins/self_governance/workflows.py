"""How a joint review goes and how a committee comes into being (plan 1.5). What a step looks up across records is handed in
by the records it reads (records_candidate.py, records_formation.py)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from core.api import COORDINATOR, LEAD, REPORTER, REVIEW, Look, Problem, State, Transition, Workflow

Guard = Callable[[Any, Look], Iterator[Problem]]

# Members, sign-ins, progress: many small entries of a register; nobody has to check each of them.
NOTED = Workflow(
    states=(
        State(key="kept", label="已登记", closed=True),
        State(key="void", label="作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="void", label="作废", source=("kept",), target="void", by=(LEAD, COORDINATOR), needs_remark=True
        ),
        Transition(key="restore", label="恢复", source=("void",), target="kept", by=(LEAD, COORDINATOR)),
    ),
    editable=("kept",),
)

# A register lives long: what was checked may be amended (filed, ended, another secretary) and is checked again.
REGISTER = replace(
    REVIEW,
    transitions=(
        *REVIEW.transitions,
        Transition(key="amend", label="变更登记", source=("checked",), target="submitted", by=(REPORTER, LEAD)),
    ),
)


def joint_review(complete: Guard) -> Workflow:
    """联审 (F2.4): nominated, screened by the community, judged by the departments side by side, listed or replaced."""
    return Workflow(
        states=(
            State(key="nominated", label="提名"),
            State(key="reviewing", label="联审中"),
            State(key="supplementing", label="补充材料"),
            State(key="listed", label="已列入候选", closed=True),
            State(key="rejected", label="不通过", closed=True),
        ),
        transitions=(
            Transition(
                key="screen",
                label="社区、网格初审同意",
                source=("nominated",),
                target="reviewing",
                by=(REPORTER,),
                fields=("community_opinion", "screened_by"),
                stamps="screened_on",
            ),
            Transition(
                key="decline",
                label="社区、网格初审不同意",
                source=("nominated",),
                target="rejected",
                by=(REPORTER,),
                fields=("community_opinion", "screened_by"),
                stamps="screened_on",
            ),
            Transition(
                key="list",
                label="通过，列入候选",
                source=("reviewing",),
                target="listed",
                by=(LEAD,),
                stamps="listed_on",
                guard=complete,
            ),
            Transition(
                key="supplement",
                label="要求补充材料",
                source=("reviewing",),
                target="supplementing",
                by=(LEAD,),
                needs_remark=True,
            ),
            Transition(
                key="resupply",
                label="材料已补充",
                source=("supplementing",),
                target="reviewing",
                by=(REPORTER, LEAD),
            ),
            Transition(
                key="reject",
                label="不通过，更换人选",
                source=("reviewing", "supplementing"),
                target="rejected",
                by=(LEAD,),
                needs_remark=True,
            ),
            Transition(
                key="repost",
                label="变更拟任职务，重新联审",
                source=("reviewing", "supplementing", "listed"),
                target="nominated",
                by=(REPORTER, LEAD),
                fields=("post",),
                clears=("community_opinion", "screened_by", "screened_on", "listed_on"),
            ),
        ),
        editable=("nominated", "supplementing"),
    )


ANSWERING = Workflow(
    states=(
        State(key="asked", label="待审"),
        State(key="agreed", label="同意", closed=True),
        State(key="disagreed", label="不同意", closed=True),
        State(key="more", label="待补充"),
    ),
    transitions=(
        Transition(
            key="agree",
            label="同意",
            source=("asked",),
            target="agreed",
            by=(REPORTER,),
            fields=("opinion", "reviewer"),
            stamps="answered_on",
        ),
        Transition(
            key="disagree",
            label="不同意",
            source=("asked",),
            target="disagreed",
            by=(REPORTER,),
            fields=("opinion", "reviewer"),
            stamps="answered_on",
        ),
        Transition(
            key="want_more",
            label="待补充材料",
            source=("asked",),
            target="more",
            by=(REPORTER,),
            fields=("opinion", "reviewer"),
        ),
        Transition(
            key="reopen",
            label="重新审查",
            source=("more", "agreed", "disagreed"),
            target="asked",
            by=(REPORTER, LEAD),
            clears=("opinion", "answered_on"),
            needs_remark=True,
        ),
    ),
    editable=("asked",),
)

# F2.1, in the order of the plan. The label of a state is the stage an officer reads.
STAGES = {
    "not_started": "未启动",
    "preparing": "筹备组",
    "nominating": "人选推荐",
    "reviewing": "联审",
    "publicising": "公示",
    "voting": "业主大会表决",
    "first_meeting": "首次会议",
    "filing": "备案",
    "formed": "已组建",
    "re_electing": "换届中",
    "expired": "届满未换届",
    "unfit": "不具备条件",
}
ON_THE_WAY = ("preparing", "nominating", "reviewing", "publicising", "voting", "first_meeting", "filing")


def _on(key: str, label: str, source: str | tuple[str, ...], target: str, **more: Any) -> Transition:
    """One stage on; the day it is reached is stamped."""
    before = (source,) if isinstance(source, str) else source
    who = {"by": (REPORTER, LEAD), "stamps": "stage_on"} | more
    return Transition(key=key, label=label, source=before, target=target, **who)


def formation(*, nominated: Guard, reviewed: Guard, elected: Guard, over: Guard) -> Workflow:
    """业委会组建 (F2.1): the stages in order; 不具备条件 leads back into the row once a complex is ripe."""
    states = tuple(State(key=k, label=label, closed=k == "formed") for k, label in STAGES.items())
    transitions = (
        _on("prepare", "成立筹备组", "not_started", "preparing"),
        _on("nominate", "开始人选推荐", ("preparing", "re_electing"), "nominating"),
        _on("review", "提交联审", "nominating", "reviewing", guard=nominated),
        _on("publish", "联审通过，公示", "reviewing", "publicising", guard=reviewed),
        _on("vote", "召开业主大会表决", "publicising", "voting"),
        _on("meet", "表决通过，召开首次会议", "voting", "first_meeting"),
        _on("file", "报送备案", "first_meeting", "filing"),
        _on(
            "form",
            "已组建",
            tuple(k for k in STAGES if k != "formed"),
            "formed",
            by=(LEAD, COORDINATOR),
            guard=elected,
        ),
        _on("again", "重新筹备", ("nominating", "reviewing", "publicising", "voting"), "preparing", needs_remark=True),
        _on("expire", "届满未换届", ("formed", "not_started"), "expired", guard=over),
        _on("reelect", "启动换届", ("formed", "expired"), "re_electing"),
        _on("unfit", "认定不具备条件", ("not_started", *ON_THE_WAY[:5], "expired"), "unfit", fields=("unfit_reason",)),
        _on("ripen", "条件成熟，成立筹备组", "unfit", "preparing"),
    )
    return Workflow(states=states, transitions=transitions, editable=tuple(k for k in STAGES if k != "formed"))
