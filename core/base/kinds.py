"""Kinds of field. A kind owns every conversion of its values: column, input widget, reading, showing, JSON.

``read`` takes what any door brings (text of a page, a cell of a sheet, JSON) and is idempotent: reading a read value
changes nothing. It raises ``ValueError`` with a ``Say`` that tells the user what to type instead. Next: fields.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from sqlalchemy import Boolean, Integer, String
from sqlalchemy import Text as LongColumn
from sqlalchemy.types import TypeEngine

from core.base.columns import JsonText, Options, Scaled
from core.base.say import Say
from core.base.sealed import Sealed, masked
from core.base.typed_text import half_width, plain_text
from core.base.units import UnitKind

if TYPE_CHECKING:
    from core.base.facts import Facts

LARGEST = 2_000_000_000  # what an integer column of every store holds


class Look(Protocol):
    """What reading and checking a value may look up. ``read`` runs a select; ``setting`` is a value in force."""

    def unit_id(self, unit: UnitKind, text: str) -> int | None: ...
    def unit_name(self, unit: UnitKind, unit_id: int) -> str: ...
    def has_file(self, token: str) -> bool: ...
    def record_id(self, model: Any, text: str) -> int | None:
        """The id of one record of ``model`` by ``#12`` or by the name it is shown with."""
        return None

    def record_name(self, model: Any, record_id: int) -> str:
        return f"#{record_id}"

    def origin_name(self, text: str) -> str | None:
        """What the record ``slug.record/12`` is called; None if there is none."""
        return None

    def read(self, rows: Any) -> Sequence[Any]:
        return ()

    def setting(self, key: str) -> Any:
        raise KeyError(key)

    @property
    def today(self) -> date:
        raise LookupError("no day")

    def facts(self, slug: str) -> Facts:
        """The figures of one action as its section of the report would have them today."""
        raise LookupError(slug)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Base of all kinds; subclasses are frozen data with limits."""

    name: ClassVar[str] = ""
    widget: ClassVar[str] = "text"
    cell_hint: ClassVar[str] = ""

    def column(self) -> TypeEngine[Any]:
        raise NotImplementedError(type(self).__name__)

    def read(self, raw: Any, look: Look) -> Any:
        raise NotImplementedError(type(self).__name__)

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else str(value)

    def missing(self, label: str) -> Say:
        """What to do where a value is required and none came."""
        return Say("必填：请填写{label}", label=label)

    def text(self, value: Any) -> str:
        """What an <input> holds for ``value``."""
        return "" if value is None else str(value)

    def dump(self, value: Any) -> Any:
        return value

    def load(self, raw: Any) -> Any:
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True, kw_only=True)
class TextKind(Kind):
    """One line of text."""

    name = "text"
    longest: int = 200

    def column(self) -> TypeEngine[Any]:
        return String(self.longest)

    def read(self, raw: Any, look: Look) -> str:
        text = plain_text(raw)
        if len(text) > self.longest:
            raise ValueError(Say("最多 {n} 个字，现有 {m} 个字", n=self.longest, m=len(text)))
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class LongTextKind(TextKind):
    """Text of several lines."""

    name = "long_text"
    widget = "textarea"
    longest: int = 5000

    def column(self) -> TypeEngine[Any]:
        return LongColumn()


@dataclass(frozen=True, kw_only=True)
class PersonalKind(TextKind):
    """Personal information: encrypted at rest, masked wherever it is shown, in a form too (plan 3.6). What comes back as it
    was shown leaves the value as it is (``Field.untouched``); anything else that is masked is refused."""

    name = "personal"

    def column(self) -> TypeEngine[Any]:
        return Sealed()

    def read(self, raw: Any, look: Look) -> str:
        text = super().read(raw, look)
        if "*" in text:
            raise ValueError(Say("含有打码的星号，请填写完整内容"))
        return text

    def show(self, value: Any, look: Look) -> str:
        return masked(value)

    def text(self, value: Any) -> str:
        return masked(value)

    def dump(self, value: Any) -> Any:
        return masked(value) if value else value


@dataclass(frozen=True, kw_only=True)
class IntegerKind(Kind):
    """A whole number within limits."""

    name = "integer"
    widget = "number"
    at_least: int | None = None
    at_most: int | None = LARGEST
    unit: str = ""
    grouped: bool = True  # 1,037; a year is shown without the comma

    def column(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, raw: Any, look: Look) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool):
            value = raw
        else:
            text = half_width(raw).replace(",", "")
            if not re.fullmatch(r"[+-]?\d{1,12}", text):
                raise ValueError(Say("请填写整数，例如 12（不带单位）"))
            value = int(text)
        lowest = -LARGEST if self.at_least is None else self.at_least
        if value < lowest:
            raise ValueError(Say("不能小于 {n}", n=lowest))
        if self.at_most is not None and value > self.at_most:
            raise ValueError(Say("不能大于 {n}", n=self.at_most))
        return value

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else (f"{value:,}" if self.grouped else str(value)) + self.unit

    def schema(self) -> dict[str, Any]:
        limits = {"minimum": self.at_least, "maximum": self.at_most}
        return {"type": "integer"} | {k: v for k, v in limits.items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class DecimalKind(Kind):
    """A decimal with ``places`` places; money is a decimal with two, in 元, kept in 分."""

    name = "decimal"
    widget = "number"
    places: int = 2
    at_least: Decimal | None = None
    at_most: Decimal | None = Decimal("1e12")
    unit: str = ""

    def column(self) -> TypeEngine[Any]:
        return Scaled(self.places)

    def read(self, raw: Any, look: Look) -> Decimal:
        try:
            value = Decimal(half_width(raw).replace(",", ""))
        except InvalidOperation:
            raise ValueError(Say("请填写数字，例如 12.5（不带单位）")) from None
        if not value.is_finite():
            raise ValueError(Say("请填写数字，例如 12.5（不带单位）"))
        lowest = Decimal("-1e12") if self.at_least is None else self.at_least
        if value < lowest:
            raise ValueError(Say("不能小于 {n}", n=f"{lowest:f}"))
        if self.at_most is not None and value > self.at_most:
            raise ValueError(Say("不能大于 {n}", n=f"{self.at_most:f}"))
        if value != round(value, self.places):
            raise ValueError(Say("最多 {n} 位小数", n=self.places))
        return round(value, self.places)

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else f"{value:,.{self.places}f}{self.unit}"

    def dump(self, value: Any) -> Any:
        return None if value is None else str(value)

    def load(self, raw: Any) -> Any:
        return None if raw is None else Decimal(raw)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "decimal"}


YES, NO = {"是", "有", "true", "1", "yes", "y", "√", "on"}, {"否", "无", "false", "0", "no", "n", "×", "off"}


@dataclass(frozen=True, kw_only=True)
class YesNoKind(Kind):
    """Yes or no."""

    name = "yes_no"
    widget = "yes_no"
    cell_hint = "填 是 或 否"

    def column(self) -> TypeEngine[Any]:
        return Boolean()

    def read(self, raw: Any, look: Look) -> bool:
        if isinstance(raw, bool):
            return raw
        text = half_width(raw).lower()
        if text in YES:
            return True
        if text in NO:
            return False
        raise ValueError(Say("请填写“是”或“否”"))

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else ("是" if value else "否")

    def text(self, value: Any) -> str:
        return "" if value is None else ("是" if value else "否")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class ChoiceKind(Kind):
    """One of a few options."""

    name = "choice"
    widget = "select"
    options: tuple[str, ...]

    def column(self) -> TypeEngine[Any]:
        return String(60)

    def read(self, raw: Any, look: Look) -> str:
        text = plain_text(raw)
        if text not in self.options:
            raise ValueError(Say("“{v}”不在可选项中，请选择：{o}", v=text[:40], o="、".join(self.options)))
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}


@dataclass(frozen=True, kw_only=True)
class ChoicesKind(Kind):
    """Several of a few options."""

    name = "choices"
    widget = "checkboxes"
    cell_hint = "多项用顿号“、”分隔"
    options: tuple[str, ...]

    def missing(self, label: str) -> Say:
        return Say("必填：请选择{label}", label=label)

    def column(self) -> TypeEngine[Any]:
        return Options()

    def read(self, raw: Any, look: Look) -> list[str]:
        parts = raw if isinstance(raw, list | tuple) else re.split(r"[、,，;；|\n]", plain_text(raw))
        chosen = [text for p in parts if (text := plain_text(p))]
        for unknown in (text for text in chosen if text not in self.options):
            ChoiceKind(options=self.options).read(unknown, look)
        return [o for o in self.options if o in chosen]

    def show(self, value: Any, look: Look) -> str:
        return "、".join(value or ())

    def text(self, value: Any) -> str:
        return "、".join(value or ())

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": list(self.options)}}


@dataclass(frozen=True, kw_only=True)
class PhotosKind(Kind):
    """Photos or files: a list of tokens of stored uploads (core/services/photos/uploads.py)."""

    name = "photos"
    widget = "photos"
    cell_hint = "照片在网页上传，此列只读"
    at_least: int = 0
    at_most: int = 20

    def missing(self, label: str) -> Say:
        return Say("必填：请上传{label}", label=label)

    def column(self) -> TypeEngine[Any]:
        return JsonText()

    def read(self, raw: Any, look: Look) -> list[str]:
        parts = raw if isinstance(raw, list | tuple) else re.split(r"[、,，\s]+", plain_text(raw))
        tokens = list(dict.fromkeys(text for p in parts if (text := plain_text(p))))
        if len(tokens) > self.at_most:
            raise ValueError(Say("最多 {n} 个文件", n=self.at_most))
        if not all(look.has_file(t) for t in tokens):
            raise ValueError(Say("有文件未上传成功，请重新上传"))
        if len(tokens) < self.at_least:
            raise ValueError(Say("请至少上传 {n} 张照片", n=self.at_least))
        return tokens

    def show(self, value: Any, look: Look) -> str:
        return f"{len(value)} 张" if value else ""

    def text(self, value: Any) -> str:
        return ",".join(value or ())

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, kw_only=True)
class ReferenceKind(Kind):
    """A unit of the registry, by its id or by its name or code."""

    name = "reference"
    widget = "unit"
    to: UnitKind

    def column(self) -> TypeEngine[Any]:
        return Integer()

    def read(self, raw: Any, look: Look) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = f"#{raw}"
        text = plain_text(raw)
        found = look.unit_id(self.to, text)
        if found is None:
            raise ValueError(Say("没有名为“{v}”的{k}，请从列表中选择", v=text.lstrip("#")[:40], k=self.to.label))
        return found

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else look.unit_name(self.to, value)

    def text(self, value: Any) -> str:
        return "" if value is None else f"#{value}"

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "string"], "description": f"{self.to.label}: id or name"}


Default = Callable[[date], Any]
