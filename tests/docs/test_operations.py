"""What docs/operations.md says of settings, reasons and numbers is what the program knows."""

from __future__ import annotations

import re

from tests.docs.snippets import DOCS

TEXT = (DOCS / "operations.md").read_text(encoding="utf-8")
CODE = "\n".join(f.read_text(encoding="utf-8") for f in sorted((DOCS.parent / "core").rglob("*.py")))


def test_every_setting_is_told_and_none_that_is_not_read() -> None:
    read = set(re.findall(r"[\"'](ACTIONS_[A-Z_]+)[\"']", CODE))
    told = set(re.findall(r"^\| `(ACTIONS_[A-Z_]+)` \|", TEXT, re.MULTILINE))
    assert told == read


def source(name: str) -> str:
    return (DOCS.parent / "core" / name).read_text(encoding="utf-8")


def test_every_reason_of_readyz_is_told() -> None:
    reasons = set(re.findall(r'(?:yield |return \[)"(\w+)"', source("services/operations/readiness.py")))
    assert len(reasons) == 4 and not [r for r in reasons if f"`{r}` (" not in TEXT]


def test_every_number_an_alarm_names_is_one_of_the_platforms() -> None:
    known = set(re.findall(r'"(actions_\w+)"', source("services/operations/gauges.py") + source("web/pages/watch.py")))
    named = {n.removesuffix("_count") for n in re.findall(r"actions_[a-z_]+", TEXT.partition("## Watching")[2])}
    assert named and named <= known
