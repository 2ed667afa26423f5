"""What the notice calls 定期: how often is a setting with a shown default (plan Q32)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.base.describe import Setting
from core.base.due import Every
from core.base.kinds import ChoiceKind
from core.base.window import Period

WORDS = {
    Period.DAY: "每日",
    Period.WEEK: "每周",
    Period.MONTH: "每月",
    Period.QUARTER: "每季度",
    Period.YEAR: "每年",
}
PERIODS = {word: period for period, word in WORDS.items()}


def every_setting(key: str, label: str, default: Period, note: str = "") -> Setting:
    """A setting that says how often something is owed."""
    return Setting(key=key, label=label, kind=ChoiceKind(options=tuple(PERIODS)), default=WORDS[default], note=note)


def every(key: str, times: int = 1) -> Callable[[Mapping[str, Any]], Every]:
    """The due rule that setting chooses, for ``Deadline.due_from``."""
    return lambda settings: Every(period=PERIODS[settings[key]], times=times)
