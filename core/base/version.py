"""The contract's version, the range of it a plugin works with, and names that are on their way out of ``core.api``.

A name leaves in two steps: one minor version long it still works and warns, naming what to write instead; then it is gone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

VERSION = "1.1"


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """A name that has a better one: ``since`` which version it warns, from which on it is ``gone``."""

    instead: str
    since: str
    gone: str


def fits(needs: str) -> bool:
    """Is this contract within the range a plugin declares, e.g. ``>=1.1,<2``? A bare ``1`` means any version 1.

    Raises ``ValueError`` for a range that can't be read."""
    stated = f"=={needs}.*" if needs.isdigit() else needs
    try:
        return SpecifierSet(stated).contains(VERSION)
    except InvalidSpecifier:
        raise ValueError(needs) from None


def found(name: str, leaving: Mapping[str, Leaving], where: Mapping[str, Any]) -> Any:
    """What ``name`` stands for today, with the warning; ``AttributeError`` for a name that is not there."""
    one = leaving.get(name)
    if one is None:
        raise AttributeError(f"core.api has no {name!r}: docs/reference.md lists every name")
    text = f"core.api.{name} is deprecated since {one.since} and gone in {one.gone}: use {one.instead}"
    warnings.warn(text, DeprecationWarning, stacklevel=3)
    return where[one.instead]
