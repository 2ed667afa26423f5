"""Nothing public is without a word and without a use: hooks, names of ``core.api``, kinds of field, commands; and what the docs
show is code that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core import api
from core.cli import reference
from core.kernel import plugins
from tests.docs.snippets import DOCS, PLACE, filled

ROOT = DOCS.parent
CATALOG = plugins.load(strict=True)
CODE = "\n".join(
    f.read_text(encoding="utf-8")
    for folder in ("plugins", "docs/examples", "core/cli/scaffold", "core/base", "core/estate")
    for f in sorted((ROOT / folder).rglob("*.py*"))
    if f.suffix in (".py", ".tmpl")
)
GUIDES = "\n".join(
    f.read_text(encoding="utf-8") for f in (ROOT / "README.md", *DOCS.glob("*.md")) if f.name != "reference.md"
)


def test_the_reference_is_what_the_code_says() -> None:
    written = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert written == "\n".join(reference.page()) + "\n", "run `make catalog`"


@pytest.mark.parametrize("name", reference.hooks())
def test_every_hook_is_told_and_used(name: str) -> None:
    assert reference.when(name), f"{name}: say in reference.py when it is called and in which transaction"
    assert reference._paragraphs(reference.hooks()[name]), f"{name} has no docstring"
    assert reference.users(name), f"no bundled plugin implements {name}"


@pytest.mark.parametrize("name", api.__all__)
def test_every_public_name_is_told_and_used(name: str) -> None:
    told = reference.told(name, getattr(api, name))
    assert len(told) > 8 and " at 0x" not in told and not told.startswith(f"— {name}("), f"{name}: {told}"
    assert name == "VERSION" or len(re.findall(rf"\b{name}\b", CODE)) > 1, f"nobody uses {name}"


@pytest.mark.parametrize("kind", reference.every_kind(), ids=lambda kind: kind.name)
def test_every_kind_is_told_and_used(kind: type) -> None:
    said = reference._paragraphs(kind)
    assert said and not said[0].startswith(f"{kind.__name__}("), f"{kind.__name__} has no docstring"
    fields = [f.kind for model in CATALOG.records.values() for f in model.fields()]
    assert any(type(k) is kind for k in [*fields, *(s.kind for s in CATALOG.settings.values())]), "no record uses it"


@pytest.mark.parametrize("name", [name for name, _ in reference.commands()])
def test_every_command_is_told_in_a_guide(name: str) -> None:
    command = dict(reference.commands())[name]
    assert command.help, f"actions {name} has no help"
    last = name.split()[-1]
    assert re.search(rf"actions {name.split()[0]}\b[^\n]*\b{re.escape(last)}\b", GUIDES) or f"actions {name}" in GUIDES


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
