"""What a reaction is given: the change that took place, and the one door for what follows from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.base.describe import Rows
from core.base.record import Record


@dataclass(frozen=True, kw_only=True)
class Change:
    """A record that was created, corrected (``was`` == ``state``) or moved by ``step``. ``before`` and ``after`` are its
    declared values; ``before`` is empty for a new one."""

    key: str
    record_id: int
    unit_kind: str
    unit_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    was: str = ""
    state: str = ""
    step: str = ""

    @property
    def origin(self) -> str:
        """How a field of kind origin names the record."""
        return f"{self.key}/{self.record_id}"

    @property
    def removed(self) -> bool:
        return not self.state

    @property
    def new(self) -> bool:
        return not self.was

    def entered(self, state: str) -> bool:
        """It has just come into ``state``."""
        return self.state == state and self.was != state


class Door(ABC):
    """Follow-up writes by the system (系统自动), with the same validation, journal and reckoning as any other."""

    now: datetime

    @property
    @abstractmethod
    def today(self) -> date: ...

    @abstractmethod
    def read(self, rows: Rows) -> Sequence[Any]:
        """Rows of a select, the change included."""

    @abstractmethod
    def setting(self, key: str) -> Any: ...

    @abstractmethod
    def save(self, record: type[Record], values: Mapping[str, Any]) -> int:
        """A new record, its unit's column among ``values``; answers its id."""

    @abstractmethod
    def correct(self, record: type[Record], record_id: int, values: Mapping[str, Any]) -> None:
        """Other values in a record, whatever its state; without values it is only derived anew."""

    @abstractmethod
    def move(
        self,
        record: type[Record],
        record_id: int,
        step: str,
        values: Mapping[str, Any] | None = None,
        remark: str = "",
    ) -> None:
        """One workflow step."""

    @abstractmethod
    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        """What the plugins that implement ``hook`` answer: (slug, answer), None left out."""
