"""The three yearly projects (plan 1.4, F8.5-F8.7): charging places, fire repairs, smart security."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    counts,
    day,
    integer,
    long_text,
    money,
    origin,
    photos,
    text,
    yes_no,
)
from plugins.safety.workflows import CHARGING, FIRE

PROBLEMS = ("消防设施损坏", "墙体脱落", "监控探头损坏")
FUNDS = ("公维金", "公共收益", "多方筹集", "其他")
LEDGERS = {"公共收益": "market_order.", "多方筹集": "safeguards."}  # whose records keep that money (plan 1.6)
GRADES = ("未达标", "基本型", "标准型", "提高型")  # in ascending order
STANDARD = GRADES[2:]  # 提高型 counts as at least 标准型
IMPROVED = GRADES[3]


class ChargingProject(Record):
    """F8.5, A8-2, D25: one place to park and charge electric bicycles, from its site to its use."""

    __tablename__ = "safety_charging_project"
    unit, label, code = COMPLEX, "电动自行车充电场所", "F8.5"
    workflow = CHARGING
    sited_on: Mapped[date] = day("选址日期", happened=True)
    place: Mapped[str] = text("位置", required=True, longest=100)
    spaces: Mapped[int | None] = integer("停放车位", at_most=5000, unit="个")
    sockets: Mapped[int | None] = integer("充电插座", at_most=5000, unit="个")
    note: Mapped[str | None] = long_text("备注", longest=500)
    noticed_on: Mapped[date | None] = day("公示日期", filed=False)
    started_on: Mapped[date | None] = day("开工日期", filed=False, listed=False)
    accepted_on: Mapped[date | None] = day("验收日期", filed=False)
    independent: Mapped[bool | None] = yes_no("独立设置", filed=False, listed=False)
    fire_gear: Mapped[bool | None] = yes_no("配有消防器材", filed=False, listed=False)
    auto_cutoff: Mapped[bool | None] = yes_no("充满自动断电", filed=False, listed=False)
    after_photos: Mapped[list[str] | None] = photos("投用照片", at_most=9, filed=False)
    opened_on: Mapped[date | None] = day("投用日期", filed=False)
    stopped_on: Mapped[date | None] = day("停用日期", filed=False, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if not self.spaces and not self.sockets:
            yield Problem("sockets", Say("请填写停放车位或充电插座数"))


class FireRepair(Record):
    """F8.6, A8-3, D25: one repair of fire gear, walls or cameras; its money points to a line of a ledger (plan 1.6)."""

    __tablename__ = "safety_fire_repair"
    unit, label, code = COMPLEX, "消防设施整改", "F8.6"
    workflow = FIRE
    found_on: Mapped[date] = day("排查日期", happened=True)
    problems: Mapped[list[str]] = choices("问题", PROBLEMS, required=True)
    place: Mapped[str] = text("位置", required=True, longest=100)
    limit_on: Mapped[date | None] = day("整改期限", planned=True)
    before_photos: Mapped[list[str]] = photos("整改前照片", at_least=1, at_most=9)
    ledger: Mapped[str | None] = origin("关联台账记录", listed=False, help="公共收益、基金支出等系统内的记录，有则填")
    funding: Mapped[list[str] | None] = choices("资金来源", FUNDS, filed=False, help="公维金即住宅专项维修资金")
    amount: Mapped[Decimal | None] = money("金额", filed=False)
    ledger_line: Mapped[str | None] = text("资金台账（账户、凭证号）", longest=120, filed=False)
    funded_on: Mapped[date | None] = day("资金落实日期", filed=False, listed=False)
    started_on: Mapped[date | None] = day("开工日期", filed=False, listed=False)
    after_photos: Mapped[list[str] | None] = photos("整改后照片", at_most=9, filed=False)
    finished_on: Mapped[date | None] = day("完工日期", filed=False, listed=False)
    accepted_on: Mapped[date | None] = day("验收日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于排查日期"))
        known = [prefix for fund, prefix in LEDGERS.items() if fund in (self.funding or ())]
        if self.ledger and known and not self.ledger.startswith(tuple(known)):
            yield Problem("ledger", Say("关联的记录与资金来源不是同一本台账，请核对"), warning=True)


class SmartGrade(Record):
    """F8.7, A8-4, A8-5, D25: the grade of smart security a complex was found to have; the newest one is in force."""

    __tablename__ = "safety_smart_grade"
    unit, label, code = COMPLEX, "智能安防等级", "F8.7"
    graded_on: Mapped[date] = day("评定日期", happened=True)
    grade_2022: Mapped[str | None] = choice("2022年等级", GRADES)
    target: Mapped[str | None] = choice("目标等级", STANDARD)
    grade: Mapped[str] = choice("当前等级", GRADES, required=True)
    accepted_by: Mapped[str] = text("验收单位", required=True, longest=80, given=lambda today: "派出所")
    files: Mapped[list[str] | None] = photos("验收材料照片", at_most=9)

    @classmethod
    def known(cls, look: Look, unit_id: int) -> Mapping[str, Any]:
        rows = look.read(select(cls.grade_2022, cls.target).where(*_latest(unit_id)).order_by(*NEWEST).limit(1))
        return dict(zip(("grade_2022", "target"), rows[0], strict=True)) if rows else {}

    def check(self, look: Look) -> Iterator[Problem]:
        earlier = select(SmartGrade.grade).where(
            *_latest(self.complex_id), SmartGrade.graded_on <= self.graded_on, SmartGrade.id != (self.id or 0)
        )
        for (was,) in look.read(earlier.order_by(*NEWEST).limit(1)):
            if GRADES.index(self.grade) < GRADES.index(was):
                yield Problem("grade", Say("比上次评定的“{was}”低，请核对", was=was), warning=True)


NEWEST = (SmartGrade.graded_on.desc(), SmartGrade.id.desc())


def _latest(complex_id: int) -> tuple[Any, ...]:
    return SmartGrade.complex_id == complex_id, counts(SmartGrade)
