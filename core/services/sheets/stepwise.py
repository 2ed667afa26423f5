"""A large sheet goes in piece by piece: the rows of a piece and the place reached are one transaction, so that after a crash, a
closed page or a stop every row is in once or not at all, and going on takes up where it ended. Who asks for the next piece
(a page, a program) is free to stop. Nobody else waits for longer than a piece."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

from core.services.sheets.applying import Result, apply
from core.services.sheets.kept import SheetUpload
from core.services.sheets.layout import Model
from core.services.sheets.planned import Flaw, Plan
from core.services.work import Work

LARGE = 1000  # rows from which on a sheet is better brought in by pieces
PIECE = 500  # rows of one transaction: a second or two


@dataclass(frozen=True)
class Progress:
    """``chosen``: the rows to take, by number; ``at``: how many of them were dealt with."""

    chosen: tuple[int, ...]
    at: int = 0
    created: int = 0
    changed: int = 0
    repeated: int = 0
    failed: tuple[Flaw, ...] = ()
    stopped: bool = False

    @property
    def done(self) -> bool:
        return self.at >= len(self.chosen)


def begin(kept: SheetUpload, plan: Plan, chosen: Collection[int]) -> Progress:
    """Lay out what is to be done; nothing is saved yet. Begun twice it goes on."""
    if kept.progress is None:
        _keep(kept, Progress(tuple(sorted(r.number for r in plan.rows if r.number in chosen))))
    return read(kept)


def read(kept: SheetUpload) -> Progress:
    told = json.loads(kept.progress or '{"chosen": []}')
    failed = tuple(Flaw(**f) for f in told.pop("failed", ()))
    return Progress(**told | {"chosen": tuple(told["chosen"]), "failed": failed})


def step(work: Work, model: Model, kept: SheetUpload, plan: Plan, piece: int = PIECE) -> Progress:
    """The next ``piece`` rows, in the caller's unit of work. ``kept`` must be locked by it: two pages take turns."""
    before = read(kept)
    if before.done or before.stopped:
        return before
    rows = before.chosen[before.at : before.at + piece]
    result = apply(work, model, kept.key, plan, set(rows))
    now = replace(
        before,
        at=before.at + len(rows),
        created=before.created + result.created,
        changed=before.changed + result.changed,
        repeated=before.repeated + result.repeated,
        failed=(*before.failed, *result.failed),
    )
    _keep(kept, now)
    if now.done:
        kept.result = result_of(now, plan)
    return now


def stop(kept: SheetUpload, *, stopped: bool = True) -> Progress:
    """Take no further piece; what is in stays in. ``stopped`` False: go on after all."""
    now = replace(read(kept), stopped=stopped)
    _keep(kept, now)
    return now


def result_of(now: Progress, plan: Plan) -> str:
    found = Result(now.created, now.changed, now.repeated, len(plan.rows) - len(now.chosen), now.failed)
    return json.dumps(vars(found) | {"ids": [], "failed": [vars(f) for f in found.failed]})


def _keep(kept: SheetUpload, now: Progress) -> None:
    kept.progress = json.dumps(asdict(now))
