"""How a decision of a meeting is followed up (plan 1.5, 会议议定事项): handed out, handled, answered, verified, struck off."""

from dataclasses import replace

from core.api import COORDINATOR, LEAD, REPORTER, REVIEW, State, Transition, Workflow

# Entries of a census and what the system registers: nobody has to check each of them, the closing is checked.
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


DECIDED = Workflow(
    states=(
        State(key="assigned", label="交办"),
        State(key="handling", label="办理中"),
        State(key="answered", label="已反馈，待核验"),
        State(key="closed", label="销号", closed=True),
        State(key="dropped", label="不再办理", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="start", label="开始办理", source=("assigned",), target="handling", by=(REPORTER, LEAD)),
        Transition(
            key="answer",
            label="办理完成并反馈",
            source=("assigned", "handling"),
            target="answered",
            by=(REPORTER, LEAD),
            fields=("result",),
            stamps="answered_on",
        ),
        Transition(
            key="send_back",
            label="退回办理",
            source=("answered",),
            target="handling",
            by=(LEAD, COORDINATOR),
            clears=("answered_on",),
            needs_remark=True,
        ),
        Transition(
            key="close",
            label="核验销号",
            source=("answered",),
            target="closed",
            by=(LEAD, COORDINATOR),
            stamps="closed_on",
            another=True,
        ),
        Transition(
            key="drop",
            label="不再办理",
            source=("assigned", "handling"),
            target="dropped",
            by=(LEAD, COORDINATOR),
            needs_remark=True,
        ),
    ),
    editable=("assigned", "handling"),
)
