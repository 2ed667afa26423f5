"""Committees, members and temporary committees drawn by chance with terms that overlap, end and expire: every figure on every
day equals the oracle, and nobody is left in two committees of one complex."""

from __future__ import annotations

import random
import tempfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.base.errors import Invalid
from core.kernel import plugins
from core.services.writing import records
from core.testing import START, at, small_platform
from tests.plugins.harness import differences

CATALOG = plugins.load(only=["self_governance", "party_coverage"], strict=True)
LAST = date(2024, 12, 31)
FEW = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def live(platform: Any, chance: random.Random) -> None:
    """60 acts in six complexes. What the door refuses is left out."""
    bodies: list[int] = []
    for day in sorted(START + timedelta(days=chance.randint(0, 53)) for _ in range(60)):
        with platform.work(now=at(day)) as work:
            home, what = chance.randint(1, 6), chance.random()
            try:
                with work.session.begin_nested():
                    if what < 0.25 or not bodies:
                        bodies.append(_committee(work, chance, home, day))
                    elif what < 0.7:
                        _member(work, chance, chance.choice(bodies), day)
                    elif what < 0.8:
                        raw = {"complex_id": home, "founded_on": day, "reason": "其他"}
                        records.save(work, "self_governance.temporary_committee", raw)
                    elif what < 0.9:
                        ended = {"ended_on": day - timedelta(days=chance.randint(0, 5))}
                        records.save(work, "self_governance.committee", ended, record_id=chance.choice(bodies))
                    else:
                        values = {"surveyed_on": day, "complex_id": home, "founded_on": day, "form": "功能型"}
                        values = {k: v for k, v in values.items() if k != "surveyed_on"}
                        raw = values | {"name": "某支部", "secretary": f"某{chance.randint(0, 9)}"}
                        records.save(work, "party_coverage.organisation", raw)
            except Invalid:
                continue


def _committee(work: Any, chance: random.Random, home: int, day: date) -> int:
    started = day - timedelta(days=chance.choice((0, 3, 20, 400, 1780)))
    raw = {
        "complex_id": home,
        "term": chance.randint(1, 9),
        "nature": chance.choice(("新组建", "换届", "存续")),
        "started_on": started,
        "ends_on": started + timedelta(days=1800),
        "seats": 5,
        "filed_on": chance.choice((None, day, max(started, day - timedelta(days=2)))),
    }
    return records.save(work, "self_governance.committee", raw).record.id


def _member(work: Any, chance: random.Random, body: int, day: date) -> None:
    model = work.catalog.records["self_governance.committee"]
    committee = work.session.scalars(select(model).where(model.id == body)).one()
    name, post = f"某{chance.randint(0, 9)}", chance.choice(("主任", "副主任", "委员", "委员", "候补"))
    politics = chance.choice(("中共党员", "中共党员", "预备党员", "群众"))
    raw = {"committee_id": body, "name": name, "post": post, "politics": politics, "from_on": committee.started_on}
    if committee.in_campaign:
        person = {"complex_id": committee.complex_id, "nominated_on": day, "body": "业委会"}
        person |= {"name": name, "post": post, "politics": politics}
        one = records.save(work, "self_governance.candidate", person).record
        if chance.random() < 0.8:  # as though the departments had answered: what is drawn here is who sits when
            one.state, one.screened_on, one.listed_on = "listed", day, day
            work.session.flush()
        raw["candidate_id"] = one.id
    if chance.random() < 0.3:
        raw["until_on"] = max(committee.started_on, day - timedelta(days=chance.randint(0, 9)))
    records.save(work, "self_governance.member", raw)


@FEW
@given(seed=st.integers(0, 10_000))
def test_worlds_with_overlapping_terms(seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        platform = small_platform(Path(folder), catalog=CATALOG, complexes=8)
        live(platform, chance)
        with platform.reading(now=at(LAST, 20)) as work:
            days = [START, LAST, *(START + timedelta(days=chance.randint(0, 53)) for _ in range(3))]
            found = [
                t for d in days for slug in ("self_governance", "party_coverage") for t in differences(work, slug, d)
            ]
            found = [t for t in found if "candidates_reviewed" not in t]  # answers were skipped above
            model = work.catalog.records["self_governance.committee"]
            assert work.session.scalars(select(model.id)).first(), "the door took no committee"
            assert work.session.scalars(select(work.catalog.records["self_governance.member"].id)).first()
            for home in range(1, 7):
                mine = select(model).where(model.complex_id == home, model.filed_on.is_not(None))
                terms = list(work.session.scalars(mine.order_by(model.started_on)))
                last = {t.id: min(t.ended_on or t.ends_on, t.ends_on) for t in terms}
                for one, after in pairwise(terms):
                    if one.started_on < after.started_on and after.ended_on is None:
                        assert last[one.id] < after.filed_on, "the former term ends before the next one counts"
        platform.db.close()
    assert not found, "\n".join(found[:20])
