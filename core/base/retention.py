"""How long personal values of records are kept once nothing more is expected (PIPL art. 19: no longer than needed): a setting
of every action that has such fields, or the word ``personal_days`` of a record class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.base.describe import Setting
from core.base.kinds import IntegerKind
from core.base.record import Record

DAYS = "personal_days"
DEFAULT = 3 * 365
CLEARED = "已到期清除"  # stands in a field that may not be empty


def settings_of(slug: str, records: Iterable[type[Record]]) -> Iterator[Setting]:
    """The setting of an action some of whose records hold personal values; in days after a record's last change."""
    if any(field.personal for record in records for field in record.fields()):
        yield Setting(
            key=f"{slug}.{DAYS}",
            label="个人信息保存：办结后几天清除",
            kind=IntegerKind(at_least=1, at_most=36_600, unit="天"),
            default=DEFAULT,
            note="从记录办结（或核验）后的最后一次改动起算；到期由系统清除，记录本身和指标不变",
        )


def days_of(slug: str, record: type[Record], settings: Mapping[str, Any]) -> int | None:
    """How many days after its last change a closed record keeps its personal values; None: as long as it stands."""
    if record.personal_days is not None:
        return record.personal_days or None
    found: int = settings[f"{slug}.{DAYS}"]
    return found
