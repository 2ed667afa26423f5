"""What a rule is, and what it is given: one plugin as it was loaded, and a scratch world to try it on. Next: rules.py."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.checks.bench import Benches, NoBench
from core.kernel.catalog import Declared, Fault
from core.kernel.plugins import fault

MOST = 5  # findings of one rule that are shown: one broken field would fill the screen with every row


class Medal(enum.IntEnum):
    """What a plugin has earned; computed from the rules, never declared by itself."""

    NONE = 0
    BRONZE = 1
    SILVER = 2
    GOLD = 3

    @property
    def word(self) -> str:
        return ("未达铜级", "铜", "银", "金")[self]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One plugin: what it declared, or the fault that kept it out."""

    slug: str
    benches: Benches
    declared: Declared | None = None
    fault: Fault | None = None

    @property
    def announced(self) -> bool:
        """Only an ACTION so far: its records, figures and duties are not built yet."""
        return self.declared is not None and not self.declared.records and not self.declared.indicators

    @property
    def plugin(self) -> Declared:
        if self.declared is None:
            raise LookupError(f"{self.slug} is quarantined")
        return self.declared


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``check`` yields what is wrong, naming file or key; nothing if all is well. ``always``: also for a plugin that
    is only announced; the others wait until it is built. ``tried``: on the scratch world, which takes its time; the others
    read the declarations alone. ``medal``: the level this rule belongs to."""

    key: str
    medal: Medal
    text: str
    mend: str
    check: Callable[[Subject], Iterator[str]]
    always: bool = False
    tried: bool = False

    def applies(self, subject: Subject) -> bool:
        if subject.declared is None:
            return self.key == "describes"  # what could not be loaded can't be examined further
        return self.always or not subject.announced

    def findings(self, subject: Subject) -> list[str]:
        """What is wrong; a plugin that raises while it is examined is found out, not fatal."""
        if not self.applies(subject):
            return []
        try:
            found = list(self.check(subject))
        except (KeyboardInterrupt, NoBench):
            raise
        except BaseException as error:  # the plugin's own code runs here, and may even call sys.exit
            return [fault(subject.slug, self.key, error).what]
        more = [f"还有 {len(found) - MOST} 条"] if len(found) > MOST else []
        return found[:MOST] + more
