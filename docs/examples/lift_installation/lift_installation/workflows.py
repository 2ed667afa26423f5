"""How an application goes: applied for, posted for thirty days, built, accepted; or withdrawn."""

from core.api import COORDINATOR, LEAD, REPORTER, State, Transition, Workflow

# [workflow]
INSTALLATION = Workflow(
    states=(
        State(key="applied", label="已申请"),
        State(key="posted", label="公示中"),
        State(key="building", label="施工中"),
        State(key="accepted", label="已验收", closed=True),
        State(key="void", label="撤回", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="post",
            label="公示",
            source=("applied",),
            target="posted",
            by=(REPORTER, LEAD),
            fields=("posting_photos",),
            stamps="posted_on",
        ),
        Transition(
            key="build",
            label="公示期满，开工",
            source=("posted",),
            target="building",
            by=(LEAD,),
            fields=("objections",),
            stamps="begun_on",
        ),
        Transition(
            key="accept",
            label="验收",
            source=("building",),
            target="accepted",
            by=(LEAD, COORDINATOR),
            stamps="accepted_on",
            another=True,
        ),
        Transition(
            key="void",
            label="撤回",
            source=("applied", "posted"),
            target="void",
            by=(REPORTER, LEAD),
            needs_remark=True,
        ),
    ),
    editable=("applied",),
)
# [/workflow]

# [proposed]
REMINDER = Workflow(
    states=(
        State(key="proposed", label="待审", counts=False),
        State(key="issued", label="已发出"),
        State(key="closed", label="已答复", closed=True),
        State(key="dropped", label="不发", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="issue", label="发出", source=("proposed",), target="issued", by=(COORDINATOR,)),
        Transition(key="close", label="答复", source=("issued",), target="closed", by=(REPORTER, COORDINATOR)),
        Transition(
            key="drop", label="不发", source=("proposed",), target="dropped", by=(COORDINATOR,), needs_remark=True
        ),
    ),
    editable=("proposed",),
)
# [/proposed]
