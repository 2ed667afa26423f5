"""The demo numbers of plan section 4: satisfaction 78.4 % to 84.1 %, the fund's balance, eight of ten in 2024-W46."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from core.testing import figure, light
from plugins.safeguards.records_fund import Donation, Grant, Spending
from tests.plugins.worlds import demo_world


def test_the_numbers_of_the_plan_come_out_of_the_records(tmp_path: Path) -> None:
    world = demo_world(tmp_path, ("safeguards",))
    with world.reading() as work:
        assert figure(work, "safeguards.satisfaction", date(2024, 11, 15)) == (784, 1000)
        assert figure(work, "safeguards.satisfaction", date(2024, 11, 30)) == (841, 1000)
        assert light(work, "safeguards.satisfaction_gain", date(2024, 11, 30)).value == "green"
        assert figure(work, "safeguards.info_sent", date(2024, 11, 17)) == (8, 10)
        given, granted, spent = (
            work.session.scalar(select(func.sum(model.amount))) for model in (Donation, Grant, Spending)
        )
        assert (given, granted, spent) == (Decimal(860_000), Decimal(300_000), Decimal(523_000))
        assert given + granted - spent == Decimal(637_000)
        assert work.session.scalar(select(func.count()).select_from(Donation)) == 8
    world.db.close()
