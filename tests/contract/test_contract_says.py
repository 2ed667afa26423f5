"""``plugin_contract`` in its author's own run of pytest: it says how far it is, and can be left out."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


def test_rules_are_named_as_they_begin_and_the_rest_runs_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_contract(plugin_contract, monkeypatch):
            monkeypatch.setattr("core.testing.contract_broken", lambda slug, url, say: say(f"{slug} readme") or "")
            plugin_contract("mine")

        def test_other():
            pass
        """
    )
    told = pytester.runpytest("-v", "-p", "no:cacheprovider", "-k", "sqlite or other")
    told.assert_outcomes(passed=2)
    told.stdout.fnmatch_lines(["*… mine readme*"])
    pytester.runpytest("-m", "not contract").assert_outcomes(passed=1, deselected=2)
