"""How a guard is filed (F6.1, F6.2): screened by the police station, filed, gone. Whoever does not pass leaves the post."""

from collections.abc import Iterator
from typing import Any

from core.api import LEAD, REPORTER, Look, Problem, Say, State, Transition, Workflow


def complete(record: Any, look: Look) -> Iterator[Problem]:
    """What a filing needs and a first report may lack (保安服务管理条例 art. 14, 16)."""
    for name, label in (("number", "证件号"), ("education", "学历"), ("healthy", "身体健康")):
        if getattr(record, name) is None:
            yield Problem("", Say("备案前请先补填“{label}”", label=label))


FILING = Workflow(
    states=(
        State(key="posted", label="在岗待审查"),
        State(key="cleared", label="审查通过待备案"),
        State(key="filed", label="已备案", rest=True),
        State(key="left", label="已离岗", closed=True),
        State(key="barred", label="审查不通过", closed=True),
        State(key="void", label="误登作废", counts=False, closed=True),
    ),
    transitions=(
        Transition(
            key="clear",
            label="审查通过",
            source=("posted",),
            target="cleared",
            by=(LEAD,),
            stamps="screened_on",
            guard=complete,
        ),
        Transition(
            key="bar",
            label="审查不通过",
            source=("posted", "cleared"),
            target="barred",
            by=(LEAD,),
            fields=("until",),
            stamps="screened_on",
            needs_remark=True,
        ),
        Transition(key="file", label="备案", source=("cleared",), target="filed", by=(LEAD,), stamps="filed_on"),
        Transition(
            key="leave",
            label="离岗",
            source=("posted", "cleared", "filed"),
            target="left",
            by=(REPORTER, LEAD),
            fields=("until",),
        ),
        Transition(
            key="return",
            label="退回补正",
            source=("cleared", "filed"),
            target="posted",
            by=(LEAD,),
            clears=("screened_on", "filed_on"),
            needs_remark=True,
        ),
        Transition(key="void", label="误登作废", source=("posted",), target="void", by=(LEAD,), needs_remark=True),
    ),
    editable=("posted", "cleared", "filed"),
)
