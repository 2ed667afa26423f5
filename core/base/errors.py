"""What can go wrong, in the words of whoever has to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.base.say import Say


class ActionsError(Exception):
    """Every expected failure of the product."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was typed: which field ("" for the whole record) and what to do. ``warning``: unusual, not
    impossible; it may be saved if a reason is given (plan story 6)."""

    field: str
    text: Say | str
    warning: bool = False


class Invalid(ActionsError):
    """The input can't be taken. Nothing was saved; ``problems`` says per field what to mend."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.text}" if p.field else str(p.text) for p in self.problems))

    @property
    def only_warnings(self) -> bool:
        """A reason would do."""
        return bool(self.problems) and all(p.warning for p in self.problems)

    def by_field(self) -> dict[str, list[Say | str]]:
        out: dict[str, list[Say | str]] = {}
        for problem in self.problems:
            out.setdefault(problem.field, []).append(problem.text)
        return out


class OverQuota(Invalid):
    """The person has brought as much as one may bring in a day (reliability.md A57)."""


class Forbidden(ActionsError):
    """The person is known but may not do this."""


class NotFound(ActionsError):
    """There is no such thing, or not for this person: the two are never told apart by what is answered. ``hidden``: it is
    there, which only the journal learns."""

    def __init__(self, what: str, *, hidden: bool = False) -> None:
        self.hidden = hidden
        super().__init__(what)


class Stale(ActionsError):
    """Somebody changed the record in the meantime. Carries both versions, so that nothing typed is lost."""

    def __init__(self, theirs: Mapping[str, Any], yours: Mapping[str, Any], version: int) -> None:
        self.theirs, self.yours, self.version = dict(theirs), dict(yours), version
        super().__init__("the record was changed by somebody else")


class KeyReused(ActionsError):
    """An idempotency key came back with other content (reliability.md A45)."""


class TooMany(ActionsError):
    """Too often within a while; ``wait``: seconds until it may be tried again."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        super().__init__(f"wait {wait:.1f} s")


class NoData(ActionsError):
    """A figure can't be computed because a partner or a baseline is missing. Not an error of the plugin."""


class DeclarationError(ActionsError):
    """A plugin says something the contract does not allow; ``mend`` tells its author what to do."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(f"{what} -> {mend}")
