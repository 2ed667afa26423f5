"""Nothing of the domain plan is left out, and docs/catalog.md says what the declarations say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from core import cli
from core.kernel import plugins
from core.services.catalogue import catalog_entries, catalog_text
from core.services.catalogue.catalog_entries import Entry

ROOT = Path(__file__).resolve().parents[2]
CODES = Path(__file__).with_name("codes.txt")


@pytest.fixture(scope="module")
def listing() -> Entry:
    return catalog_entries.of_folder(plugins.load(strict=True), cli.MEILING)


def test_every_code_of_the_plan_is_covered(listing: Entry) -> None:
    missing = catalog_entries.missing(listing, catalog_entries.wanted(CODES))
    assert not missing, " ".join(missing)


def test_the_codes_are_those_of_the_plan() -> None:
    """9 + 6 + ... indicators and two of the safeguards, 5 + 38 + 67 + 17 kinds of rows, 33 questions; none twice."""
    found = catalog_entries.wanted(CODES)
    assert len(found) == len(set(found)) == 60 + 5 + 38 + 67 + 17 + 33
    assert all(catalog_entries.CODE.fullmatch(code) for code in found)


def test_the_document_is_up_to_date(listing: Entry) -> None:
    file = ROOT / "docs" / "catalog.md"
    assert file.read_text(encoding="utf-8") == catalog_text.as_markdown(listing), "run `make catalog`"


def test_every_face_names_everything_declared(listing: Entry) -> None:
    catalog = plugins.load(strict=True)
    faces = [catalog_text.SHAPES[shape](listing) for shape in ("md", "text", "json")]
    keys = [
        *catalog.records,
        *catalog.indicators,
        *catalog.deadlines,
        *catalog.settings,
        *catalog.jobs,
        *catalog.offers,
    ]
    for face in faces:
        assert not [key for key in keys if key not in face]
    assert not [f.label for r in catalog.records.values() for f in r.fields() if f.label not in faces[0]]


def test_a_code_field_may_name_several() -> None:
    codes = catalog_entries.CODE.findall("F4.1、F4.2/A1-2 D1、F2.10、A10-1，G-1，XA1-3，B5a")
    assert codes == ["F4.1", "F4.2", "A1-2", "D1", "F2.10", "A10-1", "G-1", "B5"]


def test_what_the_campaign_says_is_shown(listing: Entry) -> None:
    shown = {i["key"]: i["targets"] for a in listing["actions"] for i in a["indicators"]}
    assert shown["environment.first_cleanup_done"] == [{"target": "≥100%", "by": "2024-11-15", "default": False}]
    assert shown["safety.charging"][0]["target"] == "≥40个"
    assert [(t["target"], t["by"]) for t in shown["security_guards.trained"]] == [
        ("≥25%", "2024-12-31"),
        ("≥100%", "2025-06-30"),
    ]
    assert shown["environment.shortboards_closed"] == []
    due = {d["key"]: d["due"] for a in listing["actions"] for d in a["deadlines"]}
    assert due["environment.first_cleanup"] == "2024-11-15 前"
    assert due["environment.monthly_cleanup"] == "每月"
    assert due["environment.shortboard"] == "所填期限，未填为 15 天内"


def test_the_command_checks(tmp_path: Path) -> None:
    """A missing code is printed and the exit is 1; a covered list is silent."""
    file = tmp_path / "codes.txt"
    file.write_text("# a comment\nA7-1\n\nF7.1  # the clean-up\nZ99\n", encoding="utf-8")
    run = CliRunner().invoke(cli.main, ["catalog", "--check", str(file)])
    assert (run.exit_code, run.output) == (1, "Z99\n")
    file.write_text("A7-1\nB1\nQ19\n", encoding="utf-8")
    run = CliRunner().invoke(cli.main, ["catalog", "--check", str(file)])
    assert (run.exit_code, run.output) == (0, "")
    run = CliRunner().invoke(cli.main, ["catalog", "--format", "json"])
    assert {a["slug"] for a in json.loads(run.output)["actions"]} >= {"environment", "safety"}
