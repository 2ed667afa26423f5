"""The demo's numbers come out of its records (plan section 4), at both dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.blocks import Light, plain
from core.estate.units import Community, Complex
from core.services.measuring import figures
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import figure, light
from plugins.self_governance.records import Committee, Member, TemporaryCommittee
from plugins.self_governance.sample import TABLE
from tests.plugins.worlds import demo_world

FIRST, NOVEMBER, DECEMBER = date(2024, 11, 8), date(2024, 11, 30), date(2024, 12, 31)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = demo_world(tmp_path_factory.mktemp("demo"), ("self_governance",))
    yield found
    found.db.close()


def test_the_numbers_of_the_plan(demo: Platform) -> None:
    expected = {
        FIRST: {"committees_formed": (31, 72)},
        NOVEMBER: {"committees_formed": (39, 72)},
        DECEMBER: {
            "committees_formed": (46, 72),
            "self_governed": (70, 72),
            "new_members_in_party": (48, 95),
            "new_committees_in_party": (11, 15),
        },
    }
    with demo.reading() as work:
        for day, some in expected.items():
            assert {k: figure(work, f"self_governance.{k}", day) for k in some} == some
        assert light(work, "self_governance.committees_formed", DECEMBER) is Light.GREEN
        assert light(work, "self_governance.self_governed", DECEMBER) is Light.RED
        assert light(work, "self_governance.new_members_in_party", DECEMBER) is Light.GREEN


def test_each_community_as_in_the_table(demo: Platform) -> None:
    with demo.reading() as work:
        names = dict(work.session.execute(select(Community.id, Community.name)).all())
        (formed,) = figures.indicators(work, DECEMBER, [work.catalog.indicators["self_governance.committees_formed"]])
        (both,) = figures.indicators(work, DECEMBER, [work.catalog.indicators["self_governance.self_governed"]])
        assert {g.group: (g.n, g.d) for g in formed.by_community} == {
            f"示例社区{letter}": (committees, whole) for letter, (whole, committees, _) in TABLE.items()
        }
        missing = {g.group: g.d - g.n for g in both.by_community if g.n < g.d}
        assert missing == {"示例社区E": 1, "示例社区I": 1}
        homes = dict(work.session.execute(select(Complex.id, Complex.community_id)).all())
        rows = work.session.scalars(select(TemporaryCommittee).where(TemporaryCommittee.ended_on.is_(None)))
        many = Counter(names[homes[t.complex_id]][-1] for t in rows)
        assert sum(many.values()) == 24
        assert many == {letter: temporary for letter, (_, _, temporary) in TABLE.items()}


def test_members_are_as_the_plan_counts_them(demo: Platform) -> None:
    """22 of 46 committees with three or more party members; one with exactly two; 15 new ones of 7x5, 6x7 and 2x9."""
    with demo.reading() as work:
        party = func.sum(func.iif(Member.politics.in_(("中共党员", "预备党员")), 1, 0))
        rows = work.session.execute(
            select(Committee.in_campaign, func.count(), party)
            .join(Member, Member.committee_id == Committee.id)
            .where(Committee.ended_on.is_(None), Committee.ends_on >= DECEMBER)
            .group_by(Committee.id)
        ).all()
        assert len(rows) == 46 and sum(1 for _, _, p in rows if p >= 3) == 22
        assert any(p == 2 for _, _, p in rows)
        assert Counter(n for new, n, _ in rows if new) == {5: 7, 7: 6, 9: 2}


def test_its_section_says_where_each_complex_stands(demo: Platform) -> None:
    with demo.reading() as work:
        (facts,) = (f for f in reports.gather(work, DECEMBER, "self_governance") if f.action.slug == "self_governance")
        blocks = list(work.catalog.plugins["self_governance"].sections[0].build(facts))
    tables = {b.title: b for b in blocks if getattr(b, "title", "")}
    stages = {plain(label): plain(many) for label, many in tables["业委会组建进度"].rows}
    assert stages == {"已组建": "46个", "不具备条件": "25个", "联审": "1个"}
    new = tables["新组建（换届）业委会成员"].rows
    assert sum(int(plain(row[1])[:-1]) for row in new) == 15
    assert sum(int(plain(row[2])[:-1]) for row in new) == 95
    assert sum(int(plain(row[3])[:-1]) + int(plain(row[4])[:-1]) for row in new) == 48
    assert "信访办1件" in "".join(plain(run) for run in blocks[-1].runs)


@pytest.mark.parametrize("complexes", [10])
def test_a_small_world_has_samples_too(tmp_path: Path, complexes: int) -> None:
    small = demo_world(tmp_path, ("self_governance",), complexes=complexes, until=date(2024, 12, 10))
    with small.reading() as work:
        n, d = figure(work, "self_governance.committees_formed", date(2024, 12, 10))
        assert d == complexes and 0 < n < d
    small.db.close()
