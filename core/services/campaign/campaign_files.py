"""Reading a campaign's folder: tables (.csv) and settings (.toml) with the line of everything said, and all that is
wrong with them at once. Knows files, not the campaign. Next: campaign_notice.py."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.base.errors import Invalid, Problem
from core.base.say import Say

MOST_BYTES = 20_000_000
HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
BLANK = re.compile(r"【填：([^】]*)】")
KEY = re.compile(r"\s*([\w-]+)\s*=")


@dataclass
class Findings:
    """What is wrong with a folder, in the order found. ``field`` of each problem is ``file:line``."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, text: Say | str) -> None:
        self.problems.append(Problem(f"{file}:{line}" if line else file, text))

    def settle(self) -> None:
        """``Invalid`` with all of them if there is any."""
        if self.problems:
            raise Invalid(self.problems)


@dataclass(frozen=True)
class Row:
    """One line of a table: its cells by column key, blank ones left out."""

    file: str
    line: int
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """A .toml file and where in it each key stands."""

    file: str
    values: Mapping[str, Any]
    _lines: Mapping[tuple[str, int, str], int]

    def line(self, header: str = "", nth: int = 0, key: str = "") -> int:
        """The line of ``key`` in the ``nth`` table called ``header``; of the table itself if the key isn't there."""
        return self._lines.get((header, nth, key)) or self._lines.get((header, nth, "")) or 1


def text_of(folder: Path, file: str, findings: Findings) -> str | None:
    """The text of ``file``: UTF-8 with or without mark, or GB18030 as older Excel saves it. None if there is none."""
    path = folder / file
    if not path.is_file():
        findings.add(file, 0, Say("缺少文件 {f}；没有内容也请保留只有表头的文件", f=file))
        return None
    if path.stat().st_size > MOST_BYTES:
        findings.add(file, 0, Say("文件超过 20 MB"))
        return None
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        _blanks(text, file, findings)
        return text
    findings.add(file, 0, Say("不是可读的文本文件，请存为 UTF-8 编码"))
    return None


def _blanks(text: str, file: str, findings: Findings) -> None:
    """What ``actions campaign new`` left to be filled in and nobody has; notes are not asked for."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := BLANK.search(line)) and not line.lstrip().startswith("#"):
            findings.add(file, number, Say("还没有填：{w}", w=found[1]))


def table(folder: Path, file: str, columns: Mapping[str, str], needed: Sequence[str], findings: Findings) -> list[Row]:
    """The rows of a .csv whose first line holds headings. ``columns``: heading to key; ``needed``: must be there. A line that
    begins with # is a note."""
    text = text_of(folder, file, findings)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    heads = [unicodedata.normalize("NFKC", h).strip() for h in next(reader, [])]
    known = {unicodedata.normalize("NFKC", h): key for h, key in columns.items()}
    known |= {key: key for key in columns.values()}
    keys = [known.get(h) for h in heads]
    for head, key in zip(heads, keys, strict=True):
        if key is None:
            findings.add(file, 1, Say("不认识的列名“{h}”；可用的列名：{k}", h=head, k="、".join(columns)))
    if twice := sorted({h for h in heads if heads.count(h) > 1}):
        findings.add(file, 1, Say("列名重复：{h}", h="、".join(twice)))
    if missing := [h for h, key in columns.items() if key in needed and key not in keys]:
        findings.add(file, 1, Say("缺少列：{h}", h="、".join(missing)))
        return []
    return _rows(file, reader, keys, findings)


def _rows(file: str, reader: Any, keys: Sequence[str | None], findings: Findings) -> list[Row]:
    rows: list[Row] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            findings.add(file, line, Say("表格格式有误：{e}", e=error))
            return rows
        if cells is None:
            return rows
        if cells and cells[0].lstrip().startswith("#"):
            continue
        if len(cells) > len(keys) and any(c.strip() for c in cells[len(keys) :]):
            findings.add(file, line, Say("这一行有 {n} 格，表头只有 {m} 列", n=len(cells), m=len(keys)))
        found = {k: c.strip() for k, c in zip(keys, cells, strict=False) if k and c.strip()}
        if found:
            rows.append(Row(file, line, found))


def document(folder: Path, file: str, findings: Findings) -> Document | None:
    """A .toml file read; None, and a problem with its line, if it can't be."""
    text = text_of(folder, file, findings)
    if text is None:
        return None
    try:
        return Document(file, tomllib.loads(text), _lines(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        findings.add(file, int(at[1]) if at else 0, Say("文件格式有误：{e}", e=error))
        return None


def _lines(text: str) -> dict[tuple[str, int, str], int]:
    lines: dict[tuple[str, int, str], int] = {}
    times: dict[str, int] = {}
    header, nth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := HEADER.match(line):
            header = found[1].replace('"', "").replace("'", "")
            nth = times.get(header, 0)
            times[header] = nth + 1
            lines[header, nth, ""] = number
        elif found := KEY.match(line):
            lines.setdefault((header, nth, found[1]), number)
    return lines
