"""Column types the kinds store their values in. Integers wherever a sum must be exact."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Scaled(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, stored as a whole number (money in 分, scores in hundredths)."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 10**self.places).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 10**self.places


class Options(TypeDecorator[list[str]]):
    """Several choices as ``|甲|乙|``: readable in the store, and one portable LIKE tells whether an option is in it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else "|" + "".join(f"{v}|" for v in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return None if value is None else [v for v in value.split("|") if v]

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return Text() if isinstance(value, str) else self


class Numbers(TypeDecorator[list[int]]):
    """Several ids as ``|3|12|``; ``holds`` (scope.py) asks for one of them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> str | None:
        return None if value is None else "|" + "".join(f"{v}|" for v in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[int] | None:
        return None if value is None else [int(v) for v in value.split("|") if v]

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return Text() if isinstance(value, str) else self


class JsonText(TypeDecorator[Any]):
    """JSON as text, the same on SQLite and PostgreSQL, keys sorted so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
