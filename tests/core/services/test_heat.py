"""作战图: each cell is what a slow look at every obligation says, today and on a day gone by; groups sum their complexes."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.base.status import SOON
from core.base.units import COMPLEX
from core.base.window import end_of
from core.estate.units import Complex
from core.services.measuring import days, heat
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records
from core.testing import at

DAY = date(2024, 12, 3)


@pytest.fixture
def lived(platform: Platform) -> Platform:
    """November over: some complexes cleaned, one of them late."""
    with platform.work(now=at(date(2024, 11, 20))) as work:
        days.begin(work)
        for unit_id in (1, 2, 3):
            records.save(work, "environment.cleanup", _cleanup(unit_id, "2024-11-14"))
    with platform.work(now=at(DAY)) as work:
        days.begin(work)
        records.save(work, "environment.cleanup", _cleanup(4, "2024-12-02"))
    return platform


def _cleanup(unit_id: int, on: str) -> dict[str, object]:
    spots = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]
    return {"complex_id": f"#{unit_id}", "held_on": on, "spots": spots, "people": "9", "photos": ["demo"]}


def slow(work: Work, as_of: date, over: object) -> Counter[tuple[int, str, str]]:
    out: Counter[tuple[int, str, str]] = Counter()
    for o in work.session.scalars(select(Obligation).where(Obligation.unit_kind == COMPLEX.name)):
        if o.opened_at > end_of(as_of) or (o.done_at is not None and o.done_at <= end_of(as_of)):
            continue
        word = "late" if o.due_at < over else "soon" if o.due_at <= over + SOON else ""
        if word:
            out[o.unit_id, o.rule.partition(".")[0], word] += 1
    return out


@pytest.mark.parametrize("as_of", [DAY, DAY - timedelta(days=10), date(2024, 11, 30)])
def test_a_cell_is_what_each_obligation_says(lived: Platform, as_of: date) -> None:
    with lived.reading(now=at(DAY)) as work:
        found = {
            (row.key, slug, word): getattr(cell, word)
            for group in heat.groups(work, as_of)
            for row in group.rows
            for slug, cell in row.cells.items()
            for word in ("late", "soon")
            if getattr(cell, word)
        }
        wanted = slow(work, as_of, at(DAY) if as_of == DAY else end_of(as_of))
    assert found == wanted and wanted


@pytest.mark.parametrize("by", heat.GROUPS)
def test_groups_hold_every_complex_once_and_sum_them(lived: Platform, by: str) -> None:
    with lived.reading(now=at(DAY)) as work:
        found = heat.groups(work, DAY, by)
        names = sorted(row.label for group in found for row in group.rows)
        assert names == sorted(work.session.scalars(select(Complex.name)))
        for group in found:
            assert group.row.total.late == sum(row.total.late for row in group.rows)
            assert group.row.total.units == sum(1 for row in group.rows if row.total.late)
        assert [g.row.total.late for g in found] == sorted((g.row.total.late for g in found), reverse=True)
