"""Many rows at once leave exactly what one by one would: rows, journal, receipts, measures and obligations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import ActionsError, Invalid, KeyReused, NotFound, Stale
from core.services.audit.journal import JournalEntry
from core.services.measuring import days
from core.services.measuring.measures import Measure
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.writing import many, records
from core.services.writing.receipts import Receipt
from core.testing import at, small_platform

KEY, NOW = "environment.cleanup", at(date(2024, 11, 20))


def raws() -> list[dict[str, Any]]:
    spots = "出入口、地下室、入户大堂、卫生死角、垃圾收集点"
    return [
        {
            "complex_id": f"示例小区{i % 9 + 1:02d}",
            "held_on": f"2024-11-{9 + i % 9:02d}",
            "spots": spots,
            "people": i + 1,
        }
        | {"photos": ["demo"]}
        for i in range(25)
    ]


def one_by_one(platform: Platform) -> None:
    with platform.work(now=NOW, source="sheet") as work:
        days.begin(work)
        for n, raw in enumerate(raws()):
            records.save(work, KEY, raw, idempotency=f"k{n}")
        for i in range(1, 6):
            records.save(work, KEY, {"people": 99, "held_on": "2024-11-18"}, record_id=i, version=1)


def together(platform: Platform) -> None:
    with platform.work(now=NOW, source="sheet") as work:
        days.begin(work)
        many.save_many(work, KEY, [many.Entry(raw, idempotency=f"k{n}") for n, raw in enumerate(raws())])
        edits = [many.Entry({"people": 99, "held_on": "2024-11-18"}, i, 1) for i in range(1, 6)]
        assert all(isinstance(d, many.Done) and d.changed for d in many.save_many(work, KEY, edits))


def everything(platform: Platform) -> dict[str, list[tuple[Any, ...]]]:
    tables = [m.__table__ for m in (platform.catalog.records[KEY], JournalEntry, Receipt, Measure, Obligation)]
    with platform.reading(now=NOW) as work:
        # ids of ledger rows depend on the order in which units are settled, not on what is settled
        found = {t.name: [tuple(r._mapping.items()) for r in work.session.execute(select(t))] for t in tables}
    ledgers = ("measure", "obligation")
    return {
        n: sorted((str([x for x in r if n not in ledgers or x[0] != "id"]),) for r in rows) for n, rows in found.items()
    }


def test_together_is_the_same_as_one_by_one(tmp_path: Path) -> None:
    found = []
    for name, way in (("one", one_by_one), ("many", together)):
        (tmp_path / name).mkdir()
        platform = small_platform(tmp_path / name)
        way(platform)
        found.append(everything(platform))
        platform.db.close()
    assert found[0] == found[1]
    assert len(found[0]["receipt"]) == 25


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (many.Entry({"people": 0}, 1, 2), Invalid),
        (many.Entry({"people": 5}, 1, 7), Stale),
        (many.Entry({"people": 5}, 999), NotFound),
        (many.Entry(raws()[3], idempotency="k0"), KeyReused),
    ],
)
def test_a_bad_row_comes_back_and_the_others_are_saved(
    tmp_path: Path, entry: many.Entry, error: type[ActionsError]
) -> None:
    platform = small_platform(tmp_path)
    one_by_one(platform)
    with platform.work(now=NOW) as work:
        first, bad, last = many.save_many(
            work, KEY, [many.Entry(raws()[0] | {"people": 7}), entry, many.Entry(raws()[0], idempotency="k0")]
        )
    assert isinstance(first, many.Done) and first.record_id == 26
    assert isinstance(bad, error)
    assert isinstance(last, many.Done) and last.repeated and last.record_id == 1
