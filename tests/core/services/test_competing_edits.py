"""A few of the competing edits bench/edits.py makes by the hundred (``make nightly``), on both stores; and its saboteur."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import edits
from tests.postgres import empty_database


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_of_editors_at_the_same_moment_one_wins_and_the_others_are_told(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if kind == "sqlite" else empty_database(request.getfixturevalue("postgres_url"), "edits")
    found = edits.run(tmp_path, 40, url=url)
    assert found.held, str(found)
    assert (found.saved, found.told) == (10, 30)


def test_where_versions_are_not_looked_at_edits_are_lost(tmp_path: Path) -> None:
    assert edits.run(tmp_path, 12, variant="last_one_wins").lost > 0
