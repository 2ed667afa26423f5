"""The reference of the public face, written from the code itself: hooks, names of ``core.api``, kinds of field, commands, and
the errors a plugin's author meets, each with its mend. ``actions reference`` prints it; docs/reference.md is kept equal by a test."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import core
from core import api, kernel
from core.base import hookspecs, kinds, kinds_of_link, kinds_of_person, kinds_of_time
from core.base.fields import Field
from core.base.hookspecs import DESCRIBE, PROJECT
from core.base.units import UnitKind
from core.checks import RULES
from core.cli.opening import main
from core.cli.reference_members import members

RUNNING = {
    "samples": "when a demo world is made or a plugin is examined; what it yields is written through the one door, a day a transaction",
    "check_record": "in the saving transaction, before anything is written; it reads, it never writes",
    "complex_panels": "while the card of a complex is built, in that page's read-only transaction",
    "section_remarks": "while a report or a workspace is built, in that read-only transaction",
}
AT_START = "once at start; no store is open"
CONSTANTS = {
    "Block": "any block of a document: Heading, Paragraph, Bullets, Table, Chart, Notice, PageBreak",
    "Cell": "any typed cell of a table: Text, Number, Ratio, Day, Lamp",
    "COORDINATOR": "who may take a step: the coordination group",
    "DOWN": "the aim of an indicator that should fall",
    "LEAD": "who may take a step or file a record: the lead department",
    "MANAGED": "states of service of a complex that count as managed",
    "REPORTER": "who may take a step or file a record: whom it belongs to (community, responsible department)",
    "REVIEW": "the workflow of a record that names none: reported, then checked or sent back",
    "Rows": "a SQLAlchemy select; what measures, duties and offers return",
    "SERVICES": "every state of service of a complex",
    "SYSTEM": "who takes a step that is offered to nobody: a reaction (系统自动)",
    "TZ": "Asia/Shanghai, in which every day of the product lies",
    "UP": "the aim of an indicator that should rise",
    "VERSION": "the version of this contract",
}


@main.command()
def reference() -> None:
    """For developers: the reference of hooks, names, kinds, commands and errors as Markdown (docs/reference.md)."""
    click.echo("\n".join(page()), nl=True)


def page() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield f"Written by `actions reference` from the code; contract version {api.VERSION}. The guide is plugin-guide.md."
    yield from _hooks()
    yield from _names()
    yield from _kinds()
    yield from _commands()
    yield from _errors()


def hooks() -> dict[str, Any]:
    """Every hook of the core by name."""
    return {n: f for n, f in vars(hookspecs).items() if hasattr(f, f"{PROJECT}_spec")}


def every_kind() -> list[type[kinds.Kind]]:
    found = [v for m in (kinds, kinds_of_link, kinds_of_person, kinds_of_time) for v in vars(m).values()]
    own = {v for v in found if inspect.isclass(v) and issubclass(v, kinds.Kind) and v.name}
    return sorted(own, key=lambda k: k.name)


def when(hook: str) -> str:
    return AT_START if hook in DESCRIBE else RUNNING.get(hook, "")


def _hooks() -> Iterator[str]:
    yield from (
        "",
        "## Hooks",
        "",
        "A plugin implements them with `@hookimpl` in its plugin.py. Everything it raises stays at its own border.",
    )
    for name, function in hooks().items():
        yield from (
            "",
            f"### `{name}{_signature(function)}`",
            "",
            f"*When:* {when(name)}. *In use:* {users(name)}.",
            "",
        )
        yield from _paragraphs(function)


def users(hook: str) -> str:
    """The first bundled plugin that implements it, as a place to look."""
    folder = Path(core.__file__).resolve().parents[1] / "plugins"
    found = [f for f in sorted(folder.glob("*/plugin.py")) if f"def {hook}(" in f.read_text(encoding="utf-8")]
    return f"plugins/{found[0].parent.name}/plugin.py" if found else ""


def _names() -> Iterator[str]:
    yield from (
        "",
        "## Names of `core.api`",
        "",
        "Parts in bold must be given; the others are shown with what they are if not.",
        "",
    )
    for name in sorted(api.__all__, key=lambda n: (n.upper(), n)):
        yield f"- **`{name}`** {told(name, getattr(api, name))}"
        yield from (f"  - {line}" for line in (*_more(getattr(api, name)), *members(getattr(api, name))))


def _more(thing: Any) -> list[str]:
    """What a class of ours says of itself after the first paragraph."""
    ours = inspect.isclass(thing) and thing.__module__.startswith("core.")
    return [p for p in _paragraphs(thing)[1:] if p and not p.startswith("```")] if ours else []


def told(name: str, thing: Any) -> str:
    """One line on a public name: its signature where it is called, and the first paragraph of what it says of itself."""
    if name in CONSTANTS:
        return f"— {CONSTANTS[name]}"
    if isinstance(thing, UnitKind):
        return f"— unit: {thing.label}"
    said = " ".join(_paragraphs(thing)[:1])
    return f"`{_signature(thing)}` — {said}" if inspect.isfunction(thing) else f"— {said}"


def _kinds() -> Iterator[str]:
    yield from ("", "## Kinds of field", "", *_paragraphs(Field)[1:], "")
    options = [f"`{p.name}`" for p in dataclasses.fields(Field) if p.name not in ("name", "label", "kind")]
    yield from (
        f"Every helper (`text`, `day`, ...) takes the label and, by name: {', '.join(options)}; `place` orders columns.",
        "",
    )
    for kind in every_kind():
        limits = [n for n in kind.__dataclass_fields__ if n not in ("name", "widget", "cell_hint")]
        more = f"; limits {', '.join(f'`{n}`' for n in limits)}" if limits else ""
        yield f"- **`{kind.name}`** ({kind.__name__}{more}) — {' '.join(_paragraphs(kind)[:1])}"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    for name, command in sorted(main.commands.items()):
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {n}", c) for n, c in sorted(command.commands.items()))


def _commands() -> Iterator[str]:
    yield from ("", "## Commands", "")
    for name, command in commands():
        options = [p.opts[0] for p in command.params if isinstance(p, click.Option)]
        given = [p.human_readable_name for p in command.params if isinstance(p, click.Argument)]
        shown = " ".join([f"actions {name}", *given, *(f"[{o}]" for o in options)])
        yield f"- `{shown}` — {' '.join((command.help or '').split())}"


def _errors() -> Iterator[str]:
    yield from (
        "",
        "## Errors, and the mend",
        "",
        "What keeps a plugin out; `actions doctor` and the status page say it with the place:",
        "",
    )
    yield from ("| what is wrong | mend |", "|---|---|")
    for what, mend in declaration_errors():
        yield f"| {what} | {mend} |"
    yield from (
        "",
        "Rules of the contract; the medal is the level a rule belongs to:",
        "",
        "| rule | medal | what must hold | mend |",
        "|---|---|---|---|",
    )
    for rule in RULES:
        yield f"| `{rule.key}` | {rule.medal.word} | {rule.text} | {rule.mend} |"


def declaration_errors() -> list[tuple[str, str]]:
    """(what is wrong, mend) of every ``DeclarationError`` the kernel may raise, with … where a name stands."""
    out = []
    for file in sorted(Path(str(kernel.__file__)).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "DeclarationError"
                and len(node.args) == 2
            ):
                what, mend = (_text(arg) for arg in node.args)
                if what and mend:
                    out.append((what, mend))
    return out


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(said)):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(p.value if isinstance(p, ast.Constant) else "…" for p in parts)  # type: ignore[misc]
        case _:
            return ""


def _paragraphs(thing: Any) -> list[str]:
    """The docstring's paragraphs as lines of Markdown; an indented example becomes a block of code."""
    text = inspect.getdoc(thing) or ""
    out = []
    for part in re.split(r"\n\s*\n", text):
        if part.startswith("    "):
            out += ["", "```python", inspect.cleandoc(part), "```"]
        else:
            out.append(" ".join(part.replace("``", "`").split()))
    return out


def _signature(thing: Any) -> str:
    text = str(inspect.signature(thing)).replace("'", "")
    text = re.sub(
        r"\b(?:core\.base\.\w+|collections\.abc|sqlalchemy(?:\.\w+)*|typing|datetime|types|decimal|fractions)\.",
        "",
        text,
    )
    return re.sub(r"<factory>", "…", text)


__all__ = ["commands", "declaration_errors", "every_kind", "hooks", "page", "told", "when"]
