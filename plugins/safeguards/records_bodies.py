"""Surveys and yearly tasks (G-1, G-2), the bodies of the safeguards (G15-G17) and the final summary (D38)."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Mapped

from core.api import (
    DEPARTMENT,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    integer,
    long_text,
    photos,
    reference,
    text,
)
from plugins.safeguards.workflows import TASK


class SurveyWave(Record):
    """G-1: one wave of the satisfaction survey: valid answers and how many are satisfied."""

    __tablename__ = "safeguards_survey_wave"
    unit, label, code, once_per = STREET, "群众满意度调查", "G-1", ("area_id", "wave")
    held_on: Mapped[date] = day("调查日期", happened=True)
    wave: Mapped[int] = integer("第几轮", required=True, at_least=1, at_most=99)
    valid: Mapped[int] = integer("有效问卷", required=True, at_least=1, at_most=4000, unit="份")
    satisfied: Mapped[int] = integer("满意", required=True, at_most=4000, unit="份")
    method: Mapped[str | None] = text("调查方式", longest=100)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.satisfied > self.valid:
            yield Problem("satisfied", Say("满意份数不能多于有效问卷"))


class YearTask(Record):
    """G-2: one task of 2024 of 物业党建联建融入基层治理, from the list 党建办 enters."""

    __tablename__ = "safeguards_year_task"
    unit, label, code, workflow = STREET, "年度任务", "G-2", TASK
    listed_on: Mapped[date] = day("列入日期", happened=True)
    task: Mapped[str] = text("任务", required=True, longest=120)
    office: Mapped[int | None] = reference("责任部门", DEPARTMENT)
    limit_on: Mapped[date | None] = day("完成时限", planned=True)
    result: Mapped[str | None] = long_text("完成情况", longest=1000, filed=False)
    done_on: Mapped[date | None] = day("完成日期", filed=False)


class IntegrityItem(Record):
    """G15: an item or a clue of the supervision of small powers; only the task force sees it."""

    __tablename__ = "safeguards_integrity_item"
    unit, label, code, confidential = STREET, "小微权力监督事项", "G15", True
    entered_on: Mapped[date] = day("登记日期", happened=True)
    matter: Mapped[str] = text("事项", required=True, longest=120)
    state_of: Mapped[str] = choice("进展", ("已登记", "核查中", "已办结"), required=True)
    note: Mapped[str | None] = long_text("情况", longest=1000, help="不写个人信息")


class Alliance(Record):
    """G16: a member of the judicial alliance for property management."""

    __tablename__ = "safeguards_alliance"
    unit, label, code = STREET, "物业管理司法联盟成员", "G16"
    joined_on: Mapped[date] = day("加入日期", happened=True)
    member: Mapped[int] = reference("成员单位", DEPARTMENT, required=True)
    part: Mapped[str] = text("职责", required=True, longest=120)


class Association(Record):
    """G17: the street's association for property management: its articles and its meetings."""

    __tablename__ = "safeguards_association"
    unit, label, code = STREET, "物业促进会事项", "G17"
    held_on: Mapped[date] = day("日期", happened=True)
    kind: Mapped[str] = choice("类型", ("章程", "理事", "会议"), required=True)
    content: Mapped[str] = long_text("内容", required=True, longest=2000)
    photos: Mapped[list[str] | None] = photos("照片")


class Summary(Record):
    """D38: the final summary and the lasting mechanisms."""

    __tablename__ = "safeguards_summary"
    unit, label, code = STREET, "总结和长效机制", "D38"
    finished_on: Mapped[date] = day("完成日期", happened=True)
    title: Mapped[str] = text("名称", required=True, longest=100)
    content: Mapped[str] = long_text("要点", required=True, longest=5000)
    files: Mapped[list[str] | None] = photos("文件照片")
