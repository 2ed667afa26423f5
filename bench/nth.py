"""``python -m bench.nth``: the store and the disk refuse one call, the first, the second, the third ... until the operation passes
untouched (what SQLite's own tests do; reliability.md, G4). After each refusal the person was told in words, nothing is kept by half,
both ledgers and the journal agree, no scratch file is left, and the same operation then succeeds.

It prints counts and ends with 1 if one of that does not hold. ``--weakened`` runs a build that must fail: one that commits each
statement by itself, or one that writes files where they are to stand.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from bench.operations import OPERATIONS, Operation
from bench.refusals import refusing, writes
from core.services.store import whole_file

ON_POSTGRES = ("import", "upload", "migrate")  # the others write files, as on SQLite


@dataclass
class Found:
    """``refused``: calls that were refused, one in each run; ``broken``: what did not hold then."""

    name: str
    refused: int = 0
    passed_over: int = 0  # runs that were done all the same
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.broken

    def __str__(self) -> str:
        told = f"{self.name}: {self.refused} calls refused, {self.passed_over} of them did not matter, {len(self.broken)} broken"
        return "\n  ".join([told, *self.broken[:10]])


@contextmanager
def statement_by_statement() -> Iterator[None]:
    """Weakened: what is written is committed at once."""

    def commit(connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if writes(statement) and not statement.startswith("BEGIN"):
            cursor.connection.commit()
            cursor.connection.execute("BEGIN IMMEDIATE")

    event.listen(Engine, "after_cursor_execute", commit)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", commit)


@contextmanager
def in_place() -> Iterator[None]:
    """Weakened: a file is written where it is to stand."""

    @contextmanager
    def placing(file: Path, **_more: Any) -> Iterator[Path]:
        file.parent.mkdir(parents=True, exist_ok=True)
        yield file

    with patch.object(whole_file, "placing", placing):
        yield


WEAKENED: dict[str, Callable[[], Any]] = {
    "product": ExitStack,
    "statement_by_statement": statement_by_statement,
    "in_place": in_place,
}


def run(
    folder: Path,
    name: str,
    *,
    url: Callable[[], str] = str,
    variant: str = "product",
    numbers: Iterable[int] | None = None,
) -> Found:
    """Each of ``numbers`` (default: 1, 2, 3 ...) in turn, until one was never reached. ``url``: gives the address of an empty
    PostgreSQL database, "" for SQLite."""
    found = Found(name)
    for number in numbers or count(1):
        (place := folder / f"{name}-{number}").mkdir()
        one = OPERATIONS[name](place, url())
        try:
            with WEAKENED[variant](), refusing(number) as calls:
                done, wrong = _tried(one)
            if not calls.refused:
                found.broken += wrong
                break
            found.refused += 1
            found.passed_over += done
            found.broken += [f"call {number} ({calls.refused}): {what}" for what in wrong or _afterwards(one, done)]
        finally:
            one.close()
    return found


def calls_of(folder: Path, name: str) -> int:
    """How many calls of the operation write, when none is refused."""
    (place := folder / f"{name}-whole").mkdir()
    one = OPERATIONS[name](place)
    with refusing(0) as calls:
        one.act()
    one.close()
    return calls.made


def _tried(one: Operation) -> tuple[bool, list[str]]:
    """Whether the operation was done, and what no refusal may look like."""
    try:
        return one.act(), []
    except Exception as error:
        return False, [f"neither done nor refused in words: {type(error).__name__}: {error}"]


def _afterwards(one: Operation, done: bool) -> list[str]:
    if not done:
        if half := one.half():
            return half
        if not one.act():
            return ["refused again, although there is room"]
    return [*([] if one.done() else ["the effect is not there once"]), *one.strays()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nth", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="OPERATION", help=f"of {', '.join(OPERATIONS)}; all if none is named"
    )
    parser.add_argument("--every", type=int, default=1, help="refuse only each so many-th call")
    parser.add_argument("--weakened", default="product", choices=list(WEAKENED))
    parser.add_argument("--postgres", action="store_true", help=f"on a private PostgreSQL: {', '.join(ON_POSTGRES)}")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)  # each refusal is logged, as it should be
    held, fresh = True, count(1)
    with ExitStack() as stack:
        url = str
        if asked.postgres:
            from tests.postgres import cluster, empty_database  # noqa: PLC0415 - only where there is one

            server = stack.enter_context(cluster())
            url = lambda: empty_database(server, f"nth_{next(fresh)}")  # noqa: E731 - as str() is none
        for name in asked.names or (ON_POSTGRES if asked.postgres else OPERATIONS):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nth-")))
            found = run(folder, name, url=url, variant=asked.weakened, numbers=count(1, asked.every))
            print(f"{asked.weakened}, {found}", flush=True)
            held = held and found.held
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
