"""How a need goes from the list to the people it helps (plan 1.5 双报到), and how an item of a unit's project list is done."""

from core.api import COORDINATOR, LEAD, REPORTER, State, Transition, Workflow

BOTH = (REPORTER, LEAD)

NEED = Workflow(
    states=(
        State(key="open", label="已公开待认领"),
        State(key="claimed", label="已认领"),
        State(key="done", label="已完成待反馈"),
        State(key="closed", label="已反馈", closed=True),
        State(key="void", label="撤销", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="claim",
            label="单位认领",
            source=("open",),
            target="claimed",
            by=BOTH,
            fields=("organ_id",),
            stamps="claimed_on",
        ),
        Transition(
            key="release",
            label="退回认领",
            source=("claimed",),
            target="open",
            by=(LEAD, COORDINATOR),
            clears=("organ_id", "claimed_on"),
            needs_remark=True,
        ),
        Transition(
            key="finish",
            label="完成",
            source=("claimed",),
            target="done",
            by=BOTH,
            fields=("result",),
            stamps="done_on",
        ),
        Transition(
            key="reopen",
            label="未解决，退回继续办",
            source=("done",),
            target="claimed",
            by=BOTH,
            clears=("done_on",),
            needs_remark=True,
        ),
        Transition(key="close", label="居民反馈", source=("done",), target="closed", by=BOTH, fields=("rating",)),
        Transition(
            key="void", label="撤销", source=("open",), target="void", by=(LEAD, COORDINATOR), needs_remark=True
        ),
    ),
    editable=("open",),
)

ITEM = Workflow(
    states=(
        State(key="planned", label="未启动"),
        State(key="doing", label="实施中"),
        State(key="done", label="已完成", closed=True),
        State(key="dropped", label="调整取消", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="begin", label="启动", source=("planned",), target="doing", by=BOTH),
        Transition(key="finish", label="完成", source=("planned", "doing"), target="done", by=BOTH, stamps="done_on"),
        Transition(
            key="drop", label="调整取消", source=("planned", "doing"), target="dropped", by=(LEAD,), needs_remark=True
        ),
    ),
    editable=("planned", "doing"),
)
