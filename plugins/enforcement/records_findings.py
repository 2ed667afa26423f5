"""What was found and brought to its end: F4.6 findings, F4.9 cases."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    STREET,
    Complex,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    long_text,
    origin,
    personal,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.enforcement.records_joint import KINDS
from plugins.enforcement.workflows import FINDING

SOURCES = ("吹哨", "联合执法", "部门巡查", "物业巡查", "社区巡查", "投诉")
MEASURES = ("当场制止", "责令改正", "立案处罚", "移送公安", "强制拆除")
CAUSES = ("恶意拒缴物业费", "非法侵占", "挪用资金")
STAGES = ("线索", "立案", "侦办", "移送起诉", "结案")


class Finding(Record):
    """F4.6: one unlawful act, from found to 执法到位 (Q16: an outcome and a passed re-check, or filed or transferred)."""

    __tablename__ = "enforcement_finding"
    __table_args__ = (Index(None, "kind", "done_on"),)
    unit, label, code, workflow = COMPLEX, "违法违规问题", "F4.6", FINDING
    named_by: ClassVar[tuple[str, ...]] = ("found_on", "kind")
    found_on: Mapped[date] = day("发现日期", happened=True)
    kind: Mapped[str] = choice("类型", KINDS, required=True)
    source: Mapped[str] = choice("来源", SOURCES, required=True)
    place: Mapped[str] = text("位置", required=True, longest=100)
    content: Mapped[str | None] = long_text("情况", longest=1000)
    offender: Mapped[str | None] = personal("责任人", longest=60, listed=False)
    scene: Mapped[list[str]] = photos("现场照片", at_least=1)
    whence: Mapped[str | None] = origin("来源记录", listed=False, help="吹哨单、投诉等的编号")
    stopped_on: Mapped[date | None] = day("制止报告日期", filed=False, listed=False)
    measure: Mapped[str | None] = choice("措施", MEASURES, filed=False)
    limit_on: Mapped[date | None] = day("整改期限", planned=True, filed=False)
    doc_no: Mapped[str | None] = text("文书号", longest=60, listed=False, help="立案、移送的必填")
    recheck_photos: Mapped[list[str] | None] = photos("复查照片", help="其余措施复查到位时必填")
    acted_on: Mapped[date | None] = day("采取措施日期", filed=False, listed=False)
    done_on: Mapped[date | None] = day("执法到位日期", filed=False)
    served_by_id: Mapped[int | None] = reference("当时的物业企业", COMPANY, derived=True, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于发现日期"))

    def derive(self, look: Look) -> Mapping[str, Any]:
        """The company on the day it was first reported; a later change of company does not move the blame."""
        if self.served_by_id is not None:
            return {"served_by_id": self.served_by_id}
        found = look.read(select(Complex.company_id).where(Complex.id == self.complex_id))
        return {"served_by_id": found[0][0] if found else None}


class Case(Record):
    """F4.9: a case brought by the police, as far as it may be told (D16)."""

    __tablename__ = "enforcement_case"
    unit, label, code, confidential = STREET, "打击案例", "F4.9", True
    formed_on: Mapped[date] = day("形成日期", happened=True)
    cause: Mapped[str] = choice("案由", CAUSES, required=True)
    agency: Mapped[str] = text("办案单位", required=True, longest=60)
    stage: Mapped[str] = choice("阶段", STAGES, required=True)
    summary: Mapped[str] = long_text("案情概要", required=True, longest=2000, help="不写个人信息")
    outcome: Mapped[str | None] = text("结果", longest=200)
    open: Mapped[bool] = yes_no("可公开", required=True)
