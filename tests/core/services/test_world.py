"""The synthetic world is the one of plan section 4: its counts, its service history, nobody real, the same by seed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, inspect, select

from core.base import keys
from core.base.codes import uscc_problem
from core.base.declared import Base
from core.base.window import TZ
from core.base.world import World
from core.estate.campaign import Campaign, SettingValue
from core.estate.units import MANAGED, UNITS, Company, Complex, ComplexTerm, Leader, Listing, Responsibility
from core.kernel.catalog import Catalog
from core.services.demo_world import demo_photo, world
from core.services.permission.access import SYSTEM_ACTOR
from core.services.store.db import Database
from core.services.work import Work

MEILING = Path(__file__).parents[3] / "campaigns" / "meiling-2024"
PLAN = """A 5 5 2/2/1 3 2|B 7 7 2/4/1 4 2|C 4 4 1/2/1 2 1|D 8 7 2/5/1 4 2|E 6 6 2/3/1 3 2|F 9 8 1/6/2 5 1
|G 8 8 2/5/1 5 2|H 9 8 1/5/3 5 1|I 6 5 2/3/1 3 1|J 5 5 2/2/1 3 1|K 5 4 1/3/1 3 1"""  # as printed in plan section 4


@contextmanager
def working(file: Path) -> Iterator[Work]:
    keys.use(b"test")
    db = Database(f"sqlite:///{file}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        yield Work(session, Catalog(plugins={}), SYSTEM_ACTOR, datetime(2024, 12, 31, 9, tzinfo=TZ), "demo")
    db.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Work, World]]:
    with working(tmp_path_factory.mktemp("world") / "demo.db") as work:
        yield work, world.build(work, MEILING)


def rows_of(work: Work) -> dict[str, list[dict[str, Any]]]:
    """Every row of registry, lists, duties and settings, as values."""
    models: list[Any] = [*UNITS.values(), ComplexTerm, Listing, Responsibility, SettingValue]
    return {
        m.__tablename__: [
            {a.key: getattr(row, a.key) for a in inspect(m).column_attrs}
            for row in work.session.scalars(select(m).order_by(m.id))
        ]
        for m in models
    }


def managed(work: Work, day: date) -> tuple[int, int]:
    """(with property service, without) by the terms in force on ``day``; a month counts who was served as it began."""
    in_force = select(ComplexTerm.service).where(ComplexTerm.since <= day, ComplexTerm.until >= day)
    states = list(work.session.scalars(in_force))
    served = sum(state in MANAGED for state in states)
    return served, len(states) - served


def test_every_community_has_the_counts_of_the_plan(built: tuple[Work, World]) -> None:
    _, made = built
    said = {}
    for letter in sorted({c.community for c in made.complexes}):
        own = [c for c in made.complexes if c.community == letter]
        types = Counter(c.type for c in own)
        lists = Counter(name for c in own for name in c.lists)
        each = "/".join(str(types[t]) for t in ("整顿型", "提质型", "示范型"))
        said[letter] = (
            f"{letter} {len(own)} {sum(c.built for c in own)} {each} {lists['safety.charging']} {lists['safety.fire']}"
        )
    assert "|".join(said.values()) == PLAN.replace("\n", "")


def test_the_sums_stand_in_the_store(built: tuple[Work, World]) -> None:
    work, made = built
    lists = dict(work.session.execute(select(Listing.name, func.count()).group_by(Listing.name)).all())
    assert lists == {"built": 67, "safety.charging": 40, "safety.fire": 16}
    types = dict(work.session.execute(select(Complex.type, func.count()).group_by(Complex.type)).all())
    assert types == {"整顿型": 18, "提质型": 40, "示范型": 14}
    states = dict(work.session.execute(select(Complex.built, func.count()).group_by(Complex.built)).all())
    assert states == {"已建": 67, "在建/新交付": 5}
    assert [c.name for c in made.complexes][::71] == ["示例小区01", "示例小区72"]
    assert [name for _, name in made.communities] == [f"示例社区{letter}" for letter in "ABCDEFGHIJK"]
    assert made.companies[0][1] == "示例物业A01" and made.companies[-1][1] == "示例物业A28"
    assert sum(name.startswith("示例市直单位") for name in made.departments) == 18


def test_66_complexes_are_managed_in_november_and_70_in_december(built: tuple[Work, World]) -> None:
    work, made = built
    assert managed(work, date(2024, 11, 1)) == (66, 6)
    assert managed(work, date(2024, 12, 1)) == managed(work, date(2024, 12, 31)) == (70, 2)
    served = [c for c in made.complexes if len(c.services) > 1]
    assert len(served) == 4 and all(date(2024, 11, 20) <= c.services[1][0] <= date(2024, 11, 29) for c in served)
    assert all(
        (c.company_id is None) == (c.service_on(date(2024, 12, 31)) in ("无物业", "业主自管")) for c in made.complexes
    )
    assert {c.company_id for c in made.complexes} - {None} == {key for key, _ in made.companies}


def test_the_notice_is_the_real_one_and_marked_as_demo(built: tuple[Work, World]) -> None:
    work, made = built
    campaign = work.session.scalars(select(Campaign)).one()
    assert campaign.demo and campaign.today == date(2024, 12, 31) and campaign.number == "晋梅工委〔2024〕97号"
    assert work.settings["environment.first_cleanup.due"] == "2024-11-15"
    assert "城管办" in made.departments and next(iter(made.leaders)) == "专项组长一" and len(made.leaders) == 10
    roles = dict(work.session.execute(select(Responsibility.role, func.count()).group_by(Responsibility.role)).all())
    assert roles["leads"] == 10 and roles["first_grid"] == 11 and roles["linked"] == 72 and roles["lead"] == 13


def test_nobody_and_nothing_real_is_in_it(built: tuple[Work, World]) -> None:
    work, made = built
    real = set()
    for file in ("leaders.csv", "communities.csv"):
        with (MEILING / file).open(encoding="utf-8") as lines:
            real |= {row["名称"] for row in csv.DictReader(lines)}
    assert len(real) == 31 + 16
    everything = repr(rows_of(work)) + repr(made)
    assert not [name for name in real if name in everything]
    assert all(name.startswith("专项组长") for name in work.session.scalars(select(Leader.name)))


def test_companies_have_valid_and_fictitious_codes(built: tuple[Work, World]) -> None:
    work, _ = built
    codes = list(work.session.scalars(select(Company.code).order_by(Company.id)))
    assert codes[0] == "91000000MA0000001R" and len(set(codes)) == 28
    assert all(code is not None and uscc_problem(code) is None and code[2:8] == "000000" for code in codes)
    assert all(str(phone).startswith("000-") for phone in work.session.scalars(select(Company.phone)))


def test_the_same_seed_makes_the_same_rows(built: tuple[Work, World], tmp_path: Path) -> None:
    work, made = built
    with working(tmp_path / "again.db") as other:
        assert world.build(other, MEILING) == made
        assert rows_of(other) == rows_of(work)
    with working(tmp_path / "different.db") as other:
        assert world.build(other, MEILING, seed=98).complexes != made.complexes


def test_an_earlier_end_knows_nothing_of_what_comes_later(built: tuple[Work, World], tmp_path: Path) -> None:
    _, made = built
    with working(tmp_path / "early.db") as work:
        early = world.build(work, MEILING, until=date(2024, 11, 15))
        same = [[(c.type, c.households, c.lists) for c in one.complexes] for one in (early, made)]
        assert same[0] == same[1]
        assert sum(len(c.services) for c in early.complexes) == 72
        assert managed(work, date(2024, 12, 31)) == (66, 6)


@pytest.mark.parametrize("size", [10, 100, 720])
def test_other_sizes_keep_the_proportions(tmp_path: Path, size: int) -> None:
    with working(tmp_path / "sized.db") as work:
        made = world.build(work, MEILING, complexes=size)
        assert len(made.complexes) == size == work.session.scalar(select(func.count()).select_from(Complex))
        assert len(made.companies) == round(28 * size / 72)
        share = sum("safety.charging" in c.lists for c in made.complexes) / size
        assert share == pytest.approx(40 / 72, abs=1 / size**0.5 / 2)
        if size == 720:
            assert managed(work, date(2024, 12, 31)) == (700, 20)
            assert "示例社区A10" in {name for _, name in made.communities}


def test_the_demo_picture_is_small_and_says_what_it_is() -> None:
    one, two = demo_photo.picture("示例小区01 大扫除"), demo_photo.picture("示例小区02 大扫除")
    assert one == demo_photo.picture("示例小区01 大扫除") != two
    image = Image.open(io.BytesIO(one))
    assert (image.format, image.size) == ("JPEG", (800, 600)) and len(one) < 30_000


def test_the_demo_picture_needs_no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_photo, "chinese_font", lambda: None)
    assert Image.open(io.BytesIO(demo_photo.picture("示例小区01"))).size == (800, 600)
