"""Kinds of field that point at something: another record, several units, the record a fact came from. See kinds.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String
from sqlalchemy.types import TypeEngine

from core.base.columns import Numbers
from core.base.kinds import Kind, Look, ReferenceKind
from core.base.say import Say
from core.base.typed_text import plain_text
from core.base.units import UnitKind

if TYPE_CHECKING:
    from core.base.record import Record

ORIGIN = re.compile(r"[a-z_]+\.[a-z_0-9]+/[1-9][0-9]{0,8}")


@dataclass(frozen=True, kw_only=True)
class LinkKind(Kind):
    """A record of the same plugin, by ``#id`` or by the name it is shown with."""

    name = "link"
    widget = "record"
    cell_hint = "填记录编号，例如 #12"
    to: type[Record]

    def column(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, raw: Any, look: Look) -> int:
        text = f"#{raw}" if isinstance(raw, int) and not isinstance(raw, bool) else plain_text(raw)
        found = look.record_id(self.to, text)
        if found is None:
            raise ValueError(self.unknown(text))
        return found

    def unknown(self, raw: Any) -> Say:
        """What is said of ``raw`` when there is no such record, or none this person may see."""
        text = f"#{raw}" if isinstance(raw, int) else plain_text(raw)
        return Say("没有这条{k}“{v}”，请从列表中选择", v=text[:40], k=self.to.label)

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else look.record_name(self.to, value)

    def text(self, value: Any) -> str:
        return "" if value is None else f"#{value}"

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "string"], "description": f"{self.to.label}: id"}


@dataclass(frozen=True, kw_only=True)
class UnitsKind(Kind):
    """Several units of one kind, by name, code or id."""

    name = "units"
    widget = "units"
    cell_hint = "多个用顿号“、”分隔"
    to: UnitKind
    at_least: int = 0

    def column(self) -> TypeEngine[Any]:
        return Numbers()

    def read(self, raw: Any, look: Look) -> list[int]:
        parts = raw if isinstance(raw, list | tuple) else re.split(r"[、,，;；|\n]", plain_text(raw))
        one = ReferenceKind(to=self.to)
        found = list(dict.fromkeys(one.read(p, look) for p in parts if plain_text(p)))
        if len(found) < self.at_least:
            raise ValueError(Say("请至少选择 {n} 个{k}", n=self.at_least, k=self.to.label))
        return sorted(found)

    def show(self, value: Any, look: Look) -> str:
        return "、".join(look.unit_name(self.to, v) for v in value or ())

    def text(self, value: Any) -> str:
        return "、".join(f"#{v}" for v in value or ())

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": ["integer", "string"]}, "description": self.to.label}


@dataclass(frozen=True, kw_only=True)
class OriginKind(Kind):
    """The record of any action a fact came from, as ``enforcement.finding/12``."""

    name = "origin"
    widget = "origin"
    cell_hint = "由系统填写，例如 disputes.complaint/12"

    def column(self) -> TypeEngine[Any]:
        return String(80)

    def read(self, raw: Any, look: Look) -> str:
        text = plain_text(raw)
        if not ORIGIN.fullmatch(text) or look.origin_name(text) is None:
            raise ValueError(self.unknown(text))
        return text

    def unknown(self, raw: Any) -> Say:
        """What is said of ``raw`` when there is no such record, or none this person may see."""
        text = plain_text(raw)
        return Say("没有来源记录“{v}”，请选择记录种类并填写编号（表格中形如 disputes.complaint/12）", v=text[:60])

    def show(self, value: Any, look: Look) -> str:
        return "" if not value else (look.origin_name(value) or value)
