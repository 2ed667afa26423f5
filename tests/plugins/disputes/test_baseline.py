"""What A3-1 is compared with (Q7): parts of a period, means that are no whole number, communities without a base."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.base.blocks import Light
from core.base.errors import Invalid
from core.estate.campaign import SettingValue
from core.services.writing import records
from core.testing import at, figure, light

DAY, LAST = date(2024, 11, 20), date(2024, 12, 31)
KEY = "disputes.complaint"


def test_a_mean_that_is_no_whole_number_is_compared_exactly(desk: Any) -> None:
    desk.december(17)
    with desk.working("office", at(date(2024, 12, 3))) as work:
        work.session.add(SettingValue(key="disputes.baseline", value="2024年1-10月月均", since=DAY))
        work.forget()
        for month in range(1, 11):  # 201 in ten months: 20.1 a month, of which 17 is 84.6 %
            end_of = (date(2024, month + 1, 1) - date.resolution).isoformat()
            records.save(
                work, "disputes.baseline", desk.base(work, "B", 20 + (month == 1), f"2024-{month:02d}-01", end_of)
            )
    with desk.platform.work(now=at(LAST)) as work:
        assert figure(work, "disputes.complaints_reduced", LAST) == (170, 201)
        assert light(work, "disputes.complaints_reduced", LAST) is Light.GREEN
        assert figure(work, "disputes.complaints_reduced", date(2024, 12, 10)) == (17, 6), "ten of 31 days: 6.48"


def test_the_same_days_of_last_year(desk: Any) -> None:
    """Ranges that don't cover every day make no base; a part of one counts by its days; others' communities stay out."""
    desk.december(6)
    desk.december(3, complex_number=2)
    with desk.working("office", at(date(2024, 12, 3))) as work:
        records.save(work, "disputes.baseline", desk.base(work, "B", 23, "2023-11-08", "2023-11-30"))
    with desk.platform.work(now=at(LAST)) as work:
        assert figure(work, "disputes.complaints_reduced", date(2024, 11, 30)) == (0, 23)
        assert figure(work, "disputes.complaints_reduced", date(2024, 11, 17)) == (0, 10), "ten of 23 days"
        assert figure(work, "disputes.complaints_reduced", date(2024, 12, 2)) == (0, 0), "December has no base"
    with desk.working("office", at(date(2024, 12, 3))) as work:
        with pytest.raises(Invalid, match="重叠"):
            records.save(work, "disputes.baseline", desk.base(work, "B", 9, "2023-11-30", "2023-12-31"))
        with pytest.raises(Invalid, match="整月"):
            records.save(work, "disputes.baseline", desk.base(work, "B", 9, "2024-01-01", "2024-01-30"))
        records.save(work, "disputes.baseline", desk.base(work, "B", 31, "2023-12-01", "2023-12-31"))
    with desk.platform.work(now=at(LAST)) as work:
        assert figure(work, "disputes.complaints_reduced", date(2024, 12, 2)) == (6, 25)
        assert figure(work, "disputes.complaints_reduced", LAST) == (6, 54), "示例社区A has no base and stays out"


def test_last_month_is_taken_from_the_register_where_it_is_whole(desk: Any) -> None:
    desk.december(10)
    with desk.platform.work(now=at(DAY, 8)) as work:
        work.session.add(SettingValue(key="disputes.baseline", value="上月", since=DAY))
        work.forget()
    with desk.platform.work(now=at(date(2025, 1, 31))) as work:
        assert figure(work, "disputes.complaints_reduced", LAST) == (0, 0), "the register holds November from the 8th"
        assert figure(work, "disputes.complaints_reduced", date(2025, 1, 31)) == (0, 10)
