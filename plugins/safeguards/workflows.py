"""How what a meeting decided and a check found is handled, and how a paper goes out (plan 1.5)."""

from core.api import COORDINATOR, LEAD, REPORTER, State, Transition, Workflow

BOTH = (REPORTER, LEAD)
CHECKERS = (LEAD, COORDINATOR)

HANDLING = Workflow(
    states=(
        State(key="assigned", label="交办"),
        State(key="handling", label="办理中"),
        State(key="answered", label="已反馈待核验"),
        State(key="verified", label="已核验"),
        State(key="closed", label="已销号", closed=True),
        State(key="void", label="撤销", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="begin", label="开始办理", source=("assigned",), target="handling", by=BOTH),
        Transition(
            key="answer",
            label="反馈",
            source=("assigned", "handling"),
            target="answered",
            by=BOTH,
            fields=("answer",),
            stamps="answered_on",
        ),
        Transition(key="verify", label="核验", source=("answered",), target="verified", by=CHECKERS, another=True),
        Transition(
            key="reject",
            label="退回再办",
            source=("answered", "verified"),
            target="handling",
            by=CHECKERS,
            clears=("answered_on",),
            needs_remark=True,
        ),
        Transition(key="close", label="销号", source=("verified",), target="closed", by=CHECKERS, stamps="closed_on"),
        Transition(key="void", label="撤销", source=("assigned",), target="void", by=CHECKERS, needs_remark=True),
    ),
    editable=("assigned",),
)

TASK = Workflow(
    states=(
        State(key="open", label="未完成"),
        State(key="done", label="已完成", closed=True),
        State(key="void", label="调整取消", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="finish",
            label="完成",
            source=("open",),
            target="done",
            by=BOTH,
            fields=("result",),
            stamps="done_on",
        ),
        Transition(
            key="reopen",
            label="退回",
            source=("done",),
            target="open",
            by=CHECKERS,
            clears=("done_on",),
            needs_remark=True,
        ),
        Transition(key="void", label="调整取消", source=("open",), target="void", by=CHECKERS, needs_remark=True),
    ),
    editable=("open",),
)

TEXT = Workflow(
    states=(
        State(key="draft", label="草稿", counts=False),
        State(key="submitted", label="已报送"),
        State(key="accepted", label="已采用", closed=True),
        State(key="returned", label="退回修改", counts=False),
    ),
    transitions=(
        Transition(
            key="submit", label="报送", source=("draft", "returned"), target="submitted", by=BOTH, hands_in=True
        ),
        Transition(key="accept", label="采用", source=("submitted",), target="accepted", by=CHECKERS, another=True),
        Transition(
            key="return",
            label="退回修改",
            source=("submitted", "accepted"),
            target="returned",
            by=(COORDINATOR,),
            needs_remark=True,
        ),
    ),
    editable=("draft", "returned"),
)

SUPERVISION = Workflow(
    states=(
        State(key="draft", label="拟稿", counts=False),
        State(key="issued", label="已印发待反馈"),
        State(key="replied", label="已反馈待核实"),
        State(key="closed", label="已办结", closed=True),
        State(key="void", label="作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="issue",
            label="编号印发",
            source=("draft",),
            target="issued",
            by=CHECKERS,
            fields=("number",),
            stamps="issued_on",
        ),
        Transition(
            key="reply",
            label="反馈",
            source=("issued",),
            target="replied",
            by=BOTH,
            fields=("reply",),
            stamps="replied_on",
        ),
        Transition(
            key="close",
            label="核实办结",
            source=("replied",),
            target="closed",
            by=CHECKERS,
            fields=("verdict",),
            stamps="closed_on",
            another=True,
        ),
        Transition(
            key="back",
            label="退回再办",
            source=("replied",),
            target="issued",
            by=CHECKERS,
            clears=("replied_on",),
            needs_remark=True,
        ),
        Transition(key="void", label="作废", source=("draft",), target="void", by=CHECKERS, needs_remark=True),
    ),
    editable=("draft",),
)

PAPER = Workflow(
    states=(
        State(key="draft", label="拟稿", counts=False),
        State(key="reviewed", label="已核稿", counts=False),
        State(key="signed", label="已审签", counts=False),
        State(key="issued", label="已印发"),
        State(key="delivered", label="已送达"),
        State(key="replied", label="已回执"),
        State(key="archived", label="已归档", closed=True),
        State(key="void", label="作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="review", label="核稿", source=("draft",), target="reviewed", by=CHECKERS, another=True),
        Transition(key="sign", label="审签", source=("reviewed",), target="signed", by=CHECKERS),
        Transition(
            key="issue",
            label="编号印发",
            source=("signed",),
            target="issued",
            by=CHECKERS,
            fields=("number",),
            stamps="issued_on",
        ),
        Transition(
            key="deliver", label="送达", source=("issued",), target="delivered", by=CHECKERS, stamps="delivered_on"
        ),
        Transition(
            key="reply",
            label="收到回执",
            source=("issued", "delivered"),
            target="replied",
            by=CHECKERS,
            fields=("reply",),
            stamps="replied_on",
        ),
        Transition(
            key="archive", label="复查归档", source=("replied",), target="archived", by=CHECKERS, fields=("recheck",)
        ),
        Transition(
            key="back",
            label="退回修改",
            source=("reviewed", "signed"),
            target="draft",
            by=CHECKERS,
            needs_remark=True,
        ),
        Transition(
            key="void",
            label="作废",
            source=("draft", "reviewed", "signed"),
            target="void",
            by=CHECKERS,
            needs_remark=True,
        ),
    ),
    editable=("draft",),
)
