"""What plugins may ask of each other: another's measure, its offered rows, and hooks a plugin defines for the others."""

from __future__ import annotations

from typing import Any

from core.base.errors import NoData
from core.base.scope import Rows, Scope
from core.kernel.catalog import Catalog


class Partners:
    """The Catalog as one plugin sees it. Who is missing is no error: ``NoData`` names it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def measure(self, key: str, scope: Scope) -> Rows:
        other = self._catalog.indicators.get(key)
        if other is None:
            raise _missing(key)
        return other.measure(scope)

    def offer(self, key: str, scope: Scope) -> Rows:
        other = self._catalog.offers.get(key)
        if other is None:
            raise _missing(key)
        rows = other.rows(scope)
        names = [c.key for c in rows.selected_columns]
        if names != list(other.columns):
            raise ValueError(f"{key}: the offer selects {names}, its columns are {list(other.columns)}")
        return rows

    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        out = []
        for slug, plugin in self._catalog.plugins.items():
            answer = plugin.answers.get(hook)
            if answer is None:
                continue
            try:
                found = answer(**given)
            except Exception as error:
                raise RuntimeError(f"{slug}.{hook}: {type(error).__name__}: {error}") from error
            if found is not None:
                out.append((slug, found))
        return out


def _missing(key: str) -> NoData:
    return NoData(f"没有来自 {key.partition('.')[0]} 的数据（{key}）")
