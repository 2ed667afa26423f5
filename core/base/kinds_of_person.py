"""Kinds of field that hold what belongs to a person: an ID number, an opinion nobody else may read. See kinds.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.base.codes import id_number_problem
from core.base.kinds import Look, PersonalKind, TextKind
from core.base.say import Say
from core.base.typed_text import half_width

HIDDEN = "（保密）"


@dataclass(frozen=True, kw_only=True)
class IdNumberKind(PersonalKind):
    """公民身份号码: 18 places with its check digit (GB 11643, plan 3.7). Its region is not judged: old ones stay valid."""

    name = "id_number"
    cell_hint = "18位身份证号，单元格请设为文本"

    def read(self, raw: Any, look: Look) -> str:
        text = half_width(raw).upper()
        if "*" in text:
            raise ValueError(Say("这是遮盖后的号码，请填写完整的身份证号"))
        if problem := id_number_problem(text):
            raise ValueError(problem)
        return text


@dataclass(frozen=True, kw_only=True)
class SecretKind(PersonalKind):
    """A text nobody reads but who reveals it with a reason; everywhere, in its form too, it is （保密）."""

    name = "secret"
    widget = "textarea"
    longest: int = 2000

    def read(self, raw: Any, look: Look) -> str:
        text = TextKind.read(self, raw, look)  # an asterisk is one of the text
        if text == HIDDEN:
            raise ValueError(Say("请填写完整内容"))
        return text

    def show(self, value: Any, look: Look) -> str:
        return HIDDEN if value else ""

    def text(self, value: Any) -> str:
        return HIDDEN if value else ""

    def dump(self, value: Any) -> Any:
        return HIDDEN if value else value
