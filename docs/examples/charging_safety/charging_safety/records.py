"""What is reported: one round through a complex, looking for charging cables out of windows, and their removal."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Mapped

from charging_safety.workflows import REMOVAL
from core.api import COMPLEX, Look, Problem, Record, Say, day, integer, photos, text


# [record]
class Check(Record):
    """How many cables were found. None found: the record is closed at once (reactions.py)."""

    __tablename__ = "charging_safety_check"
    unit, label, code, workflow = COMPLEX, "飞线充电排查", "F20.1", REMOVAL
    help = "每月每个小区至少排查一次；发现的三日内清除并上传清除后照片。"
    checked_on: Mapped[date] = day("排查日期", happened=True)
    found: Mapped[int] = integer("发现飞线", required=True, at_least=0, at_most=500, unit="处")
    place: Mapped[str | None] = text("位置", longest=100, help="如 3号楼东侧2层")
    before_photos: Mapped[list[str] | None] = photos("现场照片")
    after_photos: Mapped[list[str] | None] = photos("清除后照片", filed=False)
    cleared_on: Mapped[date | None] = day("清除日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.found and not self.place:
            yield Problem("place", Say("发现飞线的，请写明位置"))


# [/record]


RECORDS = (Check,)
