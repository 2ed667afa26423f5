"""Nothing public is without a word and without a use: hooks, names of ``core.api``, kinds of field, commands; and what the docs
show is code that runs."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from core import api
from core.base import hookspecs, kinds
from core.cli import main, reference
from tests.docs import documented
from tests.docs.snippets import DOCS, PLACE, filled

ROOT = DOCS.parent
KINDS = documented.kinds_in_use()


def test_the_reference_is_what_the_code_says() -> None:
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert written == "\n".join(reference.page()) + "\n", "run `make catalog`"


@pytest.mark.parametrize("name", reference.hooks())
def test_every_hook_is_told_and_used(name: str) -> None:
    assert documented.hook(name) == ""


@pytest.mark.parametrize("name", api.__all__)
def test_every_public_name_is_told_and_used(name: str) -> None:
    assert documented.public(name, getattr(api, name)) == ""


@pytest.mark.parametrize("kind", reference.every_kind(), ids=lambda kind: kind.name)
def test_every_kind_is_told_and_used(kind: type[kinds.Kind]) -> None:
    assert documented.kind(kind, KINDS) == ""


@pytest.mark.parametrize("name", [name for name, _ in reference.commands()])
def test_every_command_is_told_in_a_guide(name: str) -> None:
    assert documented.command(name, dict(reference.commands())[name]) == ""


def test_every_refusal_of_a_declaration_stands_in_the_reference_with_its_mend() -> None:
    found = reference.declaration_errors()
    assert len(found) == documented.refusals() > 15
    assert all(what.strip("… ") and mend.strip("… ") for what, mend in found)


def silent(complex_id: int) -> None: ...


def never_asked(complex_id: int) -> None:
    """Told, and used by nobody."""


class Silent(kinds.TextKind):
    pass


class Spoken(kinds.TextKind):
    """Told, and used by nobody."""


def as_hook(monkeypatch: pytest.MonkeyPatch, module: ModuleType, function: Any) -> str:
    monkeypatch.setattr(module, function.__name__, hookspecs.hookspec(function), raising=False)
    monkeypatch.setitem(reference.RUNNING, function.__name__, "when it is tried")
    return documented.hook(function.__name__)


def test_an_untold_or_unused_hook_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_hook(monkeypatch, hookspecs, silent) == "silent has no docstring"
    assert as_hook(monkeypatch, hookspecs, never_asked) == "no bundled plugin implements never_asked"
    monkeypatch.delitem(reference.RUNNING, "never_asked")
    assert "say in reference.py when" in documented.hook("never_asked")


def test_an_untold_or_unused_name_is_found() -> None:
    assert "silent is not told" in documented.public("silent", silent)
    assert documented.public("never_asked", never_asked) == "nobody uses never_asked"


def test_an_untold_or_unused_kind_is_found() -> None:
    assert documented.kind(kinds.TextKind, []) == "no record uses TextKind"
    assert documented.kind(Spoken, KINDS) == "no record uses Spoken"
    assert documented.kind(Silent, KINDS) == "Silent has no docstring"


def test_an_untold_command_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(main.commands, "whisper", click.Command("whisper", help="Told in no guide."))
    assert documented.command("whisper", dict(reference.commands())["whisper"]) == "no guide tells of actions whisper"
    assert documented.command("doctor", click.Command("doctor")) == "actions doctor has no help"


@pytest.mark.parametrize(
    "page", [p for p in DOCS.glob("*.md") if PLACE.search(p.read_text(encoding="utf-8"))], ids=lambda p: p.name
)
def test_code_in_the_docs_is_code_that_runs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == filled(text), "run `python -m tests.docs.snippets`"


def test_links_between_the_docs_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in DOCS.glob("*.md")
        for target in re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).is_file()
    ]
    assert broken == []


def test_places_the_howto_names_are_there() -> None:
    text = (DOCS / "howto.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:plugins|docs|campaigns)/[\w./-]+)`", text))
    assert named and [n for n in sorted(named) if not (ROOT / n).exists()] == []


@pytest.mark.parametrize(
    "page", [f for f in sorted(DOCS.rglob("*.md")) if "decisions" not in f.parts], ids=lambda p: p.name
)
def test_a_page_stands_alone_for_who_has_only_the_wheel(page: Path) -> None:
    """No link leads out of docs/, and none to what only the repository has."""
    said = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", said):
        found = (page.parent / target).resolve()
        assert found.exists() and found.is_relative_to(DOCS), f"{page.name} leads to {target}"
    if page.name not in ("catalog.md", "reference.md"):
        assert not re.search(r"decisions/0|\btests/(?:contract|core|docs)|core/\w+/", said), page.name
