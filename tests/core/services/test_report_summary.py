"""The summary of the combined report says whose indicators it counts: the notice's actions, the safeguards, and by name any action
that is installed and not in the notice."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete

from core.base.blocks import Paragraph, plain
from core.estate.units import ActionUnit
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import DAY, at, small_platform


def summary(platform: Platform) -> str:
    with platform.reading(now=at(DAY)) as work:
        document = reports.combined(work, DAY)
    said = ("".join(map(plain, one.runs)) for one in document.blocks if isinstance(one, Paragraph))
    return next(text for text in said if "有目标的指标" in text)


def test_an_action_the_notice_does_not_list_is_named(tmp_path: Path) -> None:
    platform = small_platform(tmp_path)
    with platform.work() as work:
        work.session.execute(delete(ActionUnit).where(ActionUnit.code == "safeguards"))
    assert "，10个专项行动和保障措施共" in summary(platform)
    with platform.work() as work:
        work.session.execute(delete(ActionUnit).where(ActionUnit.code == "environment"))
    assert "，9个专项行动和保障措施，另有方案未列的小区环境提升专项行动，共" in summary(platform)
    platform.db.close()
