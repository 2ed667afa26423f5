"""Anchors: once a day the head of the journal's chain is written to a file outside the database, and shown to who audits, to
be printed or mailed. Whoever cuts the tail, or holds the key and writes everything anew, is found out by them (finding 11)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.services.audit import journal_chain
from core.services.audit.journal_verify import Anchor, Verdict, verify
from core.services.store import whole_file


def file_in(data: Path) -> Path:
    """Where the anchors of the platform with this data folder stand, oldest first, a line each."""
    return data / "anchors" / "journal.jsonl"


def read(file: Path) -> Sequence[Anchor]:
    """The anchors of ``file``; none if there is no file. ``Invalid`` for a line that is none."""
    if not file.exists():
        return ()
    found = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            told = json.loads(text)
            found.append(Anchor(datetime.fromisoformat(told["at"]), int(told["line"]), str(told["digest"])))
        except (ValueError, KeyError, TypeError):
            raise Invalid([Problem("anchor", Say("锚文件 {f} 第 {n} 行读不懂", f=file.name, n=number))]) from None
    return found


def keep(connection: Connection, data: Path, now: datetime) -> tuple[Verdict, Anchor | None]:
    """Verify what was written since the last anchor and, if it is whole, anchor its end: what was found, and the anchor.
    The last line of ``connection``'s transaction must be a committed one."""
    earlier = read(file_in(data))
    last = earlier[-1] if earlier else None
    found = since_last(connection, earlier)
    if not found.whole or not found.last or (last is not None and last.line == found.last):
        return found, None
    anchor = Anchor(now, found.last, found.digest)
    _append(file_in(data), anchor)
    return found, anchor


def since_last(connection: Connection, anchors: Sequence[Anchor]) -> Verdict:
    """What was written since the last of ``anchors``, its own line included; everything if there is none."""
    return verify(connection, anchors[-1:], since=_before(connection, anchors[-1]) if anchors else None)


def text(anchor: Anchor) -> str:
    """One line of the file, of a print or of a mail."""
    told = {"at": anchor.at.isoformat(timespec="seconds"), "line": anchor.line, "digest": anchor.digest}
    return json.dumps(told, ensure_ascii=False)


def _before(connection: Connection, last: Anchor) -> Anchor | None:
    """Where to begin so that the anchored line itself is read again; None (from the first on) if its forerunner is gone."""
    row = journal_chain.at(connection, last.line - 1)
    return None if row is None else Anchor(last.at, last.line - 1, row)


def _append(file: Path, anchor: Anchor) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    whole_file.append(file, text(anchor) + "\n")
