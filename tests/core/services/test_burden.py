"""What reporting asks of a community: counted by hand from the ledger's rows and the forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core import cli
from core.base.window import day_of
from core.cli import opening
from core.estate.units import Community, Complex
from core.kernel import plugins
from core.services.measuring import burden
from core.services.measuring.burden import Form
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.testing import at
from tests.plugins.worlds import demo_world

END = date(2024, 12, 31)
FORMS = {  # rule: asked, required, prefilled: without the unit and what is derived or stamped
    "environment.first_cleanup": Form(4, 3, 1),
    "environment.monthly_cleanup": Form(4, 3, 1),
    "environment.fallback": Form(4, 1, 1),
    "environment.shortboard": Form(5, 4, 1),  # the photos after mending are asked by a step
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    made = demo_world(tmp_path_factory.mktemp("burden"), ("environment",))
    yield made
    made.db.close()


def _by_hand(work: Work, month: date, home: int | None) -> tuple[int, int, int, int]:
    """Obligations, fields asked, of them required, and prefilled."""
    homes = dict(work.session.execute(select(Complex.id, Complex.community_id)).all())
    rows = [o for o in work.session.scalars(select(Obligation)) if day_of(o.due_at).replace(day=1) == month]
    mine = [FORMS[o.rule] for o in rows if home is None or homes[o.unit_id] == home]
    return len(mine), sum(f.asked for f in mine), sum(f.required for f in mine), sum(f.prefilled for f in mine)


@pytest.mark.parametrize("month", [date(2024, 11, 1), date(2024, 12, 1)])
def test_the_average_is_counted_from_the_ledger(world: Platform, month: date) -> None:
    with world.reading(now=at(END, 20)) as work:
        found = burden.of(work, day=month)
        owed, asked, required, prefilled = _by_hand(work, month, None)
    assert found.communities > 1 and owed > 0
    total = found.total
    assert (total.obligations, total.asked) == (Fraction(owed, found.communities), Fraction(asked, found.communities))
    assert (total.required, total.prefilled) == (
        Fraction(required, found.communities),
        Fraction(prefilled, found.communities),
    )
    assert found.complexes == Fraction(72, found.communities)


def test_the_communities_add_up_to_the_street(world: Platform) -> None:
    with world.reading(now=at(END, 20)) as work:
        everybody = burden.of(work)
        parts = [burden.of(work, one) for one in work.session.scalars(select(Community))]
        first = work.session.scalars(select(Community).order_by(Community.id)).first()
        assert first is not None
        told = burden.of(work, first).total
        owed, asked, required, prefilled = _by_hand(work, END.replace(day=1), first.id)
    assert sum(p.total.asked for p in parts) == everybody.total.asked * everybody.communities
    assert (told.obligations, told.asked, told.required, told.prefilled) == (owed, asked, required, prefilled)


def test_a_form_asks_what_it_shows_empty(world: Platform) -> None:
    catalog = plugins.load(only=("environment",))
    with world.reading(now=at(END, 20)) as work:
        for rule, expected in FORMS.items():
            one = catalog.deadlines[rule]
            assert one.answers is not None
            assert burden.form_of(work, one.answers, steps=one.of is one.answers) == expected, rule


def test_a_record_under_two_clocks_is_one_form(world: Platform) -> None:
    first = plugins.load(only=("environment",)).deadlines["environment.shortboard"]
    other = replace(first, key="environment.other")
    with world.reading(now=at(END, 20)) as work:
        line = burden._line(work, "", [first, other], {first.key: [1, 2], other.key: [2, 3]}, 1)
    assert (line.obligations, line.filings, line.asked) == (4, 3, 3 * FORMS[first.key].asked)


def test_the_command_prints_one_table_with_a_total(world: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "platform", lambda data=None: Platform(world.config, world.db, world.catalog))
    monkeypatch.setattr(world.db, "close", lambda: None)
    run = CliRunner().invoke(cli.main, ["burden", "--as-of", "2024-12-31", "--community", "示例社区A"])
    assert run.exit_code == 0, run.output
    lines = run.output.splitlines()
    assert lines[0] == "2024-12 示例社区A，5 个小区" and lines[1].split() == list(burden.HEADS)
    assert lines[-2].startswith("合计")
    run = CliRunner().invoke(cli.main, ["burden", "--community", "没有"])
    assert run.exit_code == 2 and "没有名为“没有”的社区" in run.output
