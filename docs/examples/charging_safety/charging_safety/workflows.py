"""How a finding is handled: found, cleared with a photo, verified by somebody else. Where nothing was found, nothing is owed."""

from core.api import COORDINATOR, LEAD, REPORTER, SYSTEM, State, Transition, Workflow

# [workflow]
REMOVAL = Workflow(
    states=(
        State(key="found", label="已排查"),
        State(key="cleared", label="已清除待核验"),
        State(key="verified", label="已核验", closed=True),
        State(key="nothing", label="没有飞线", closed=True),
        State(key="void", label="作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="clear",
            label="清除",
            source=("found",),
            target="cleared",
            by=(REPORTER, LEAD),
            fields=("after_photos",),
            stamps="cleared_on",
        ),
        Transition(
            key="verify", label="核验", source=("cleared",), target="verified", by=(LEAD, COORDINATOR), another=True
        ),
        Transition(key="close", label="自动办结", source=("found",), target="nothing", by=(SYSTEM,)),
        Transition(
            key="void", label="作废", source=("found",), target="void", by=(LEAD, COORDINATOR), needs_remark=True
        ),
    ),
    editable=("found",),
)
# [/workflow]
