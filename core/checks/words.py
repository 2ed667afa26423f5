"""The English of a plugin: which of its declared words have none yet, and a catalogue with room for them
(translations/en/LC_MESSAGES/messages.po). Reports and papers are official documents and stay Chinese."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from core.checks.wording import literals

CHINESE = ("sample.py", "report*.py", "documents*.py", "notices.py")  # what stays in the language it is filed in
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
PLACE = Path("translations/en/LC_MESSAGES/messages.po")


def declared(folder: Path) -> list[str]:
    """Every word a plugin's pages may show, in the order of its files."""
    files = [f for f in sorted(folder.glob("*.py")) if not any(fnmatch(f.name, one) for one in CHINESE)]
    return list(dict.fromkeys(text for f in files for _, text in literals(f.read_text(encoding="utf-8"), shown=True)))


def untold(folder: Path) -> list[str]:
    """Those without English: shown in Chinese to who reads English."""
    said = {str(m.id): str(m.string) for m in catalogue(folder)}
    return [text for text in declared(folder) if not said.get(text)]


def make_room(folder: Path) -> Path:
    """Write the missing words into the catalogue with nothing behind them, to be filled in by hand, and take out those that
    are said no more; the others stay as and where they are, and so does the file's header."""
    found, said, file = catalogue(folder), set(declared(folder)), folder / PLACE
    header = _header(file.read_text(encoding="utf-8")) if file.is_file() else HEADER
    for text in untold(folder):
        found.add(text)
    for gone in [m.id for m in found if m.id and m.id not in said]:
        found.delete(gone)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        out.write(header.encode())
        write_po(out, found, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    return file


def _header(text: str) -> str:
    """The entry without a word at the head of a catalogue, which names its charset; "" if it has none."""
    head, blank, _rest = text.partition("\n\n")
    return head + blank if 'msgid ""\nmsgstr ""' in head else ""


def catalogue(folder: Path) -> Catalog:
    file = folder / PLACE
    if not file.is_file():
        return Catalog(locale="en")
    with file.open("rb") as text:
        return read_po(text, locale="en")
