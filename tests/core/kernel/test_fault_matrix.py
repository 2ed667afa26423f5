"""G13 in small: each fault once, each hook, several plugins. All combinations are the night's (bench/plugin_faults.py), from which the
day and what is asked of it are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import plugin_faults
from bench.sick import FAULTS, HOOKS
from core.services.store import plain_reads

CASES = [
    ("disputes", "section", "loops"),
    ("safety", "section", "dies"),
    ("enforcement", "section", "gives too much"),
    ("environment", "check", "gives wrong parts"),
    ("safeguards", "check", "commits"),
    ("party_coverage", "check", "slow SQL"),
    ("market_order", "check", "prints garbage"),
    ("disputes", "indicator", "gives a number"),
    ("safety", "indicator", "gives None"),
    ("environment", "indicator", "recurses"),
    ("micro_projects", "indicator", "rolls back"),
    ("safeguards", "import", "exits"),
    ("security_guards", "import", "raises"),
    ("self_governance", "job", "deadlocks"),
    ("dual_reporting", "job", "eats memory"),
    ("market_order", "job", "bad SQL"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugin_faults.store(tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize(("slug", "hook", "fault"), CASES)
def test_the_platform_bears_it(slug: str, hook: str, fault: str, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_reads, "LONGEST_S", plugin_faults.STATEMENT_S)
    section_s = plugin_faults.SECTION_S if hook == "section" else 0  # a process for documents only where it matters
    assert plugin_faults.one(base, slug, hook, fault, section_s=section_s) == []


def test_each_fault_and_each_hook_is_among_them() -> None:
    assert {fault for _, _, fault in CASES} == set(FAULTS) and {hook for _, hook, _ in CASES} == set(HOOKS)


def test_without_processes_of_their_own_documents_do_not_bear_it(base: Path) -> None:
    """Rule 0: what ends a process ends the server's."""
    said = plugin_faults.apart(base, "disputes", "section", "dies", weakened=True)
    assert said == "it ended with 3"
