"""Whether the journal is what was written: every digest reckoned anew from the first line, and compared with what anchors
outside the database kept. Each finding names the first line that is not as it was (A64, G35)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from core.base import keys
from core.base.say import Say
from core.services.audit import journal_chain
from core.services.audit.journal_chain import CHECKED, SUBJECT


@dataclass(frozen=True)
class Anchor:
    """What the chain was at a moment, kept outside the database: the number and the digest of its last line."""

    at: datetime
    line: int
    digest: str


@dataclass(frozen=True)
class Finding:
    """``line``: the first one that is changed, missing or too much."""

    line: int
    what: Say


@dataclass
class Verdict:
    """``lines`` were read; ``unchained`` of them are older than the chain; ``last`` and ``digest`` are of the last one.
    ``fold``: of the content of all lines, without a key; "" if not all were read."""

    lines: int = 0
    unchained: int = 0
    last: int = 0
    digest: str = ""
    fold: str = ""
    anchors: int = 0  # that agree
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.findings

    @property
    def first(self) -> Finding | None:
        return min(self.findings, key=lambda f: f.line, default=None)


def verify(connection: Connection, anchors: Iterable[Anchor] = (), *, since: Anchor | None = None) -> Verdict:
    """Read the whole journal, or what came after ``since``, an anchor that was found right before."""
    kept = sorted(anchors, key=lambda a: a.line)
    walk = _Walk({a.line: a for a in kept}, whole=since is None)
    start = (since.line, since.digest, "") if since is not None else journal_chain.begun(connection)
    verdict = walk.verdict
    verdict.last, verdict.digest, verdict.fold = start
    for row, content in journal_chain.lines(connection, after=start[0] if since is not None else 0):
        walk.step(row, content)
    walk.end()
    if kept and (cut := [a for a in kept if a.line > verdict.last]):
        words = {"d": f"{cut[0].at:%Y-%m-%d %H:%M}", "n": cut[0].line, "m": verdict.last}
        verdict.findings.append(
            Finding(verdict.last + 1, Say("末尾被删：{d}的锚记有第 {n} 条，现在只到第 {m} 条", **words))
        )
    return verdict


class _Walk:
    """One pass over the lines: what the next must follow, and which stretch waits for the checkpoint of a lost key."""

    def __init__(self, anchors: dict[int, Anchor], *, whole: bool) -> None:
        self.verdict, self._anchors, self._whole = Verdict(), anchors, whole
        self._chained = not whole  # has a line with a digest been met?
        self._unknown: tuple[int, str] | None = None  # first line of a stretch whose key is not at hand, its key

    def step(self, row: RowMapping, content: bytes) -> None:
        told = self.verdict
        number, before, fold = row["id"], told.digest, told.fold
        if self._whole:
            told.fold = journal_chain.folded(told.fold, content)
        if (digest := row["digest"]) is None:
            self._without(number)
        else:
            self._with(number, before, digest, content)
            self._checkpoint(row, fold)
        told.lines, told.last = told.lines + 1, number
        told.digest = digest if digest is not None else told.fold
        self._anchored(number, digest)

    def _without(self, number: int) -> None:
        if self._chained:
            self._found(number, Say("第 {n} 条没有校验码，不是由平台写入的", n=number))
        else:
            self.verdict.unchained += 1

    def _with(self, number: int, before: str, digest: str, content: bytes) -> None:
        first, self._chained = not self._chained, True
        if (key := keys.named(digest.partition(":")[0])) is None:
            self._unknown = self._unknown or (number, digest.partition(":")[0])
        elif journal_chain.chained(key, before, content) != digest:
            self._found(*self._broken(number, first))

    def _broken(self, number: int, first: bool) -> tuple[int, Say]:
        last, older = self.verdict.last, self.verdict.unchained
        if number > last + 1:
            return last + 1, Say("缺少第 {a} 至 {b} 条", a=last + 1, b=number - 1)
        if first and older:
            return number - older, Say("第 {a} 至 {b} 条（早于防篡改链）中有被改动的", a=number - older, b=number)
        return number, Say("第 {n} 条与校验码不符：被改动、换位或插入", n=number)

    def _checkpoint(self, row: RowMapping, fold: str) -> None:
        """A sound line of a key at hand that tells the fold of all before it vouches for those of a key given up."""
        sound = keys.named(row["digest"].partition(":")[0]) is not None and not self._findings_at(row["id"])
        if self._unknown is None or (row["verb"], row["subject"]) != (CHECKED, SUBJECT) or not sound:
            return
        if json.loads(row["changes"])["fold"][1] != fold:
            words = {"a": self._unknown[0], "b": row["id"] - 1}
            self._found(self._unknown[0], Say("第 {a} 至 {b} 条中有与更换密钥时不一致的", **words))
        self._unknown = None

    def _anchored(self, number: int, digest: str | None) -> None:
        if (anchor := self._anchors.get(number)) is None:
            return
        if anchor.digest == digest:
            self.verdict.anchors += 1
        else:
            self._found(
                number, Say("第 {n} 条与{d}的锚不符：此前的日志被重写", n=number, d=f"{anchor.at:%Y-%m-%d %H:%M}")
            )

    def end(self) -> None:
        if self._unknown is not None:
            number, name = self._unknown
            words = {"n": number, "k": name}
            self._found(number, Say("自第 {n} 条起无法核验：缺少密钥 {k}（ACTIONS_OLD_KEYS）", **words))

    def _found(self, number: int, what: Say) -> None:
        self.verdict.findings.append(Finding(number, what))

    def _findings_at(self, number: int) -> bool:
        return any(f.line == number for f in self.verdict.findings)
