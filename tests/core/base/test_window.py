"""Periods as people say them; their keys are for the store."""

from __future__ import annotations

import pytest

from core.base.window import spoken


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2024-W46", "11月11日—17日"),
        ("2025-W01", "12月30日—1月5日"),  # the ISO week across the year (plan Q13)
        ("2024-11", "2024年11月"),
        ("2024-11-05", "11月5日"),
        ("2024-Q4", "2024年第4季度"),
        ("2024", "2024年"),
        ("once", ""),
        ("-", ""),
    ],
)
def test_a_period_is_said_in_words(key: str, said: str) -> None:
    assert str(spoken(key)) == said
