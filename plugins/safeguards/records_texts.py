"""What a lead department writes itself in the combined report, every period anew."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import ACTION, ActionUnit, Look, Problem, Record, contradictions, day, long_text
from plugins.safeguards.workflows import TEXT

PARTS = ("practice", "problems", "plans")


class ActionText(Record):
    """报告文字: what was done and achieved, what is wrong, what comes next. The newest one reported stands in the action's
    section; numbers that name an indicator or a duty are compared with the data before it is saved."""

    __tablename__ = "safeguards_action_text"
    unit, label, workflow, public = ACTION, "综合报告文字", TEXT, True
    help = (
        "写在综合报告本专项一节的末尾。写到指标、事项的数字会和系统数据核对，不一致时提示，由您决定改文字还是补数据。"
    )
    named_by: ClassVar[tuple[str, ...]] = ("written_on",)
    written_on: Mapped[date] = day("撰写日期", happened=True)
    practice: Mapped[str] = long_text("主要做法及成效", required=True, longest=3000)
    problems: Mapped[str] = long_text("存在问题", required=True, longest=2000)
    plans: Mapped[str] = long_text("下一步打算", required=True, longest=2000)

    def check(self, look: Look) -> Iterator[Problem]:
        written = {name: getattr(self, name) or "" for name in PARTS}
        if not any(sign.isdigit() for text in written.values() for sign in text):
            return
        ((slug,),) = look.read(select(ActionUnit.code).where(ActionUnit.id == self.action_id))
        facts = look.facts(slug)
        for name, text in written.items():
            for said in contradictions(text, facts):
                yield Problem(name, said, warning=True)
