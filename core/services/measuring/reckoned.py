"""Do the ledgers say what the records come to? They are computed anew inside the caller's transaction and compared with what was
kept; whoever only wants to know rolls back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core.base.window import FAR
from core.services.measuring import measures
from core.services.measuring.measures import Measure
from core.services.owing import obligations
from core.services.owing.obligations import Obligation
from core.services.work import Work

M = (Measure.indicator, Measure.period, Measure.unit_kind, Measure.unit_id, Measure.n, Measure.d)
O = (  # noqa: E741 - the table's short name
    Obligation.rule,
    Obligation.period,
    Obligation.unit_kind,
    Obligation.unit_id,
    Obligation.subject_id,
    Obligation.due_at,
    Obligation.done_at,
)


def ledgers(work: Work) -> dict[str, set[tuple[Any, ...]]]:
    """Both as they stand, without row numbers and without the days on which they were known."""
    return {
        "指标账": {tuple(r) for r in work.session.execute(select(*M).where(Measure.until == FAR))},
        "应办账": {tuple(r) for r in work.session.execute(select(*O))},
    }


def differences(work: Work) -> Iterator[str]:
    """Each ledger that does not equal a rebuild, with the first rows in which it differs."""
    kept = ledgers(work)
    measures.rebuild(work)
    obligations.rebuild(work)
    work.session.expire_all()
    for name, rows in ledgers(work).items():
        if unlike := kept[name] ^ rows:
            yield f"{name}与重算结果有 {len(unlike)} 行不同，如 {sorted(map(str, unlike))[0]}"
