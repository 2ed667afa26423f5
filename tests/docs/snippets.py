"""Code in docs/*.md is cut from code that CI runs: ``<!-- file#name -->`` before a block names ``# [name]`` ... ``# [/name]`` in
that file of one of docs/examples; in a file of ``plugins/`` it names a class, a function or an assignment.
``python -m tests.docs.snippets`` writes them in; a test finds them stale."""

from __future__ import annotations

import ast
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = sorted((DOCS / "examples").iterdir())
PLACE = re.compile(r"<!-- (?P<file>[\w/.]+)#(?P<name>\w+) -->\n```python\n.*?```", re.S)


def cut(file: str, name: str) -> str:
    if file.startswith("plugins/"):
        return defined((DOCS.parent / file).read_text(encoding="utf-8"), name)
    text = next((one / file for one in EXAMPLES if (one / file).is_file()), EXAMPLES[0] / file).read_text(
        encoding="utf-8"
    )
    found = re.search(rf"^ *# \[{name}\]\n(.*?)\n+ *# \[/{name}\]", text, re.S | re.M)
    if found is None:
        raise LookupError(f"{file} has no part {name}")
    lines = found[1].splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[indent:] for line in lines)


def defined(text: str, name: str) -> str:
    """The top-level class, function or assignment of that name."""
    for node in ast.parse(text).body:
        names = [t.id for t in getattr(node, "targets", ()) if isinstance(t, ast.Name)]
        if name in (getattr(node, "name", ""), *names):
            return ast.get_source_segment(text, node) or ""
    raise LookupError(f"nothing is called {name}")


def filled(text: str) -> str:
    """The page with every block as the code is now."""
    return PLACE.sub(lambda m: f"<!-- {m['file']}#{m['name']} -->\n```python\n{cut(m['file'], m['name'])}\n```", text)


if __name__ == "__main__":
    for page in DOCS.glob("*.md"):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
