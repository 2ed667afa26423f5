"""``actions simulate`` without a word is the campaign's first year; a plugin that is not there is named with those that are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from core import cli
from core.cli import jobs
from core.kernel import plugins
from core.testing import small_platform

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    small_platform(tmp_path).db.close()
    env = {"ACTIONS_DATA": str(tmp_path), "ACTIONS_DATABASE_URL": f"sqlite:///{tmp_path / 'test.db'}"}
    return lambda *words: CliRunner().invoke(
        cli.main, ["simulate", *words], env=env | {"ACTIONS_SECRET_KEY": "k4Zr-1mPx0vT_7wL"}
    )


def test_the_duties_of_one_action_month_by_month(run: Run) -> None:
    result = run("--plugin", "environment", "--from", "2024-11-08", "--to", "2024-11-17")
    assert result.exit_code == 0, result.output
    assert "首次集中大扫除" in result.output and "每周调度会" not in result.output


def test_without_days_it_is_the_campaign_s_first_year(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(jobs, "_simulated", lambda found, *words: asked.append(words))
    assert run("--plugin", "safety").exit_code == 0
    assert asked == [(date(2024, 11, 8), date(2025, 11, 7), "safety")]


def test_a_plugin_that_is_not_there_is_named_with_those_that_are(run: Run) -> None:
    result = run("--plugin", "saftey")
    assert result.exit_code == 2 and "没有名为“saftey”" in result.output and "safety" in result.output


def test_an_empty_store_says_what_to_do_first(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["simulate"], env={"ACTIONS_DATA": str(tmp_path / "empty")})
    assert result.exit_code == 1 and "actions init" in result.output


def test_a_duty_that_raises_is_summed_up_and_fails_the_command(run: Run) -> None:
    def broken(*_given: Any) -> Any:
        raise RuntimeError("the cat sat on the keyboard")

    duty = plugins.load(only=["environment"]).deadlines["environment.first_cleanup"]
    healthy = duty.who
    object.__setattr__(duty, "who", broken)
    try:
        result = run("--plugin", "environment", "--from", "2024-11-14", "--to", "2024-11-16")
    finally:
        object.__setattr__(duty, "who", healthy)
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "✗" in line]
    assert "environment.first_cleanup" in line and "the cat sat on the keyboard" in line


def test_its_runs_are_not_logged_one_by_one(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="actions.jobs"):
        run("--plugin", "environment", "--from", "2024-11-08", "--to", "2024-11-12")
    assert not [r for r in caplog.records if r.name == "actions.jobs" and not r.getMessage().startswith("environment.")]
