"""schemathesis against a live server: no server error, no answer the document does not name (G23), and the saboteurs that
show it would find them (Rule 0). ``make test-api``; ACTIONS_FUZZ_CASES=10000 for the night, ACTIONS_FUZZ_SEED to repeat one.

A run takes every fixed path and a few record classes, others each day; the night takes them all.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import jsonify
from sqlalchemy import select

from core.app import create_app
from core.base.window import FAR
from core.estate.units import ActionUnit, Department, Responsibility
from core.services.exchange import tokens
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import START, demo_platform
from tests.postgres import binaries, empty_database

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(3600)]
CASES = int(os.environ.get("ACTIONS_FUZZ_CASES", "500"))
SEED = int(os.environ.get("ACTIONS_FUZZ_SEED", date.today().toordinal()))  # noqa: DTZ011 - any day's will do
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,unsupported_method,missing_required_header"
)
CONFIG = """
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]
"""


@dataclass
class Run:
    """What came of one run of schemathesis."""

    code: int
    said: str

    @property
    def cases(self) -> int:
        found = re.search(r"([\d,]+) generated", self.said)
        return int(found[1].replace(",", "")) if found else 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[tuple[Platform, str]]:
    """A week of a demo world and a token of a department that leads every action; on PostgreSQL where there is one: it
    takes nothing that does not fit its columns."""
    url = empty_database(request.getfixturevalue("postgres_url"), "fuzz") if binaries() else ""
    found = demo_platform(tmp_path_factory.mktemp("fuzz"), complexes=6, until=date(2024, 11, 15), url=url)
    with found.work(SYSTEM_ACTOR) as work:
        office = work.session.scalars(select(Department.id).order_by(Department.id)).first()
        for unit_id in work.session.scalars(select(ActionUnit.id)):
            held = {"role": "lead", "holder_kind": "department", "holder_id": office}
            unit = {"unit_kind": "action", "unit_id": unit_id, "since": START, "until": FAR}
            work.session.add(Responsibility(**held, **unit))
        accounts.add(work, "fuzz", "fuzz", "department", department_id=office)
    with found.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(
            work,
            "fuzz",
            "fuzz",
            ["read", "write", *(f"intake:{k}" for k in found.catalog.intakes)],
            per_minute=tokens.MOST_PER_MINUTE,
        )
    yield found, token
    found.db.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/api/v1"
    finally:
        server.close()
        thread.join(timeout=10)


def fuzzed(base: str, token: str, folder: Path, paths: list[str], cases: int) -> Run:
    """Run schemathesis over the operations of ``paths`` alone."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json", "--no-color"]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--seed", str(SEED)]
    command += ["--max-examples", str(max(1, cases // (2 * len(paths)))), "--generation-database", "none"]
    command += ["--continue-on-failure", "--phases", "coverage,fuzzing,stateful", "--warnings", "off"]
    for path in paths:
        command += ["--include-path", path]
    (folder / "schemathesis.toml").write_text(CONFIG)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Run(done.returncode, f"seed {SEED}\n{done.stdout}{done.stderr}")


def chosen(document: dict[str, Any], classes: int) -> list[str]:
    """Every fixed path, and those of some record classes."""
    of_records: dict[str, list[str]] = {}
    for path in document["paths"]:
        if path.startswith("/records/"):
            of_records.setdefault(path.split("/")[2], []).append(path)
    fixed = [p for p in document["paths"] if not p.startswith("/records/")]
    drawn = random.Random(SEED).sample(sorted(of_records), min(classes, len(of_records)))
    return [*fixed, *(p for key in drawn for p in of_records[key])]


def test_no_server_error_and_nothing_undocumented(world: tuple[Platform, str], tmp_path: Path) -> None:
    platform, token = world
    app = create_app(platform=platform)
    headers = {"Authorization": f"Bearer {token}"}
    document = app.test_client().get("/api/v1/openapi.json", headers=headers).json
    with served(app) as base:
        run = fuzzed(base, token, tmp_path, chosen(document, 2 if CASES < 5000 else 999), CASES)
    print(run.said)
    assert run.code == 0, run.said
    assert run.cases >= CASES // 2, run.said


@pytest.mark.parametrize(("answer", "told"), [("raise", "Server error"), ("odd", "Undocumented status code")])
def test_saboteurs_are_found(world: tuple[Platform, str], tmp_path: Path, answer: str, told: str) -> None:
    platform, token = world
    app = create_app(platform=platform)

    def weakened() -> Any:
        if answer == "raise":
            raise RuntimeError("sabotage")
        return jsonify({}), 418

    app.view_functions["api.catalog"] = weakened
    with served(app) as base:
        run = fuzzed(base, token, tmp_path, ["/catalog"], 10)
    assert run.code == 1 and told in run.said, run.said
