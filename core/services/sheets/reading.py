"""An uploaded file as headings and rows of raw cells, judged by its content and never by its name alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from core.base.say import Say
from core.services.foreign.bounds import DAMAGED, FOREIGN, MOST_BYTES, SMALL, refuse
from core.services.foreign.child import parse_apart
from core.services.foreign.guard import members_of
from core.services.foreign.parsing import ZIP, parse

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Line:
    """One row of a sheet by its number in it (the heading is 1); ``cells`` are JSON values, blank ones ''."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """What a file brought. ``key``: the class it was made for, if it says so; ``notes``: what was not read."""

    name: str
    digest: str
    headings: tuple[str, ...]
    rows: tuple[Line, ...]
    key: str = ""
    notes: tuple[str, ...] = ()


def read(data: bytes, name: str) -> Sheet:
    """The first visible sheet of an .xlsx, or a .csv; ``Invalid`` says in plain words why a file can't be taken. A
    workbook, however small, is parsed in a child: a few flipped bytes make its parser ask for 100 GB and abort, and that may
    cost the child its life, never this process."""
    if not data:
        raise refuse(Say("文件是空的（0 字节），请重新选择"))
    if len(data) > MOST_BYTES:
        raise refuse(Say("文件超过 {n} MB，请拆分后上传", n=MOST_BYTES // 1024 // 1024))
    if data.startswith(OLE):
        raise refuse(Say("这是加密的文件或旧版 .xls，请取消密码并另存为 .xlsx 后上传"))
    if not data.startswith(ZIP) and not name.lower().endswith((".csv", ".txt")):
        raise refuse(DAMAGED if data.startswith(b"PK") else FOREIGN)
    if data.startswith(ZIP):
        members_of(data)  # most broken files are told from this, without a child
    table = parse_apart(data) if data.startswith(ZIP) or len(data) > SMALL else parse(data)
    (_, headings), *rows = table.rows
    lines = tuple(Line(n, tuple(row)) for n, row in rows)
    digest = hashlib.sha256(data).hexdigest()
    return Sheet(name, digest, tuple(str(c) for c in headings), lines, table.key, table.notes)
