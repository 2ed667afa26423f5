"""The statutory clocks of a complaint that is a petition by law (plan 3.3, story 9), and its consultations (F3.3)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    COORDINATOR,
    DEPARTMENT,
    LEAD,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    day_of,
    link,
    long_text,
    moment,
    references,
    text,
)
from plugins.disputes.records_complaint import BODIES, Complaint
from plugins.disputes.workflows import PETITION

NOT_OURS = "不属本机关职权"
GROUNDS = (NOT_OURS, "依法应通过诉讼、仲裁、复议解决", "已终结或重复信访", "其他")


class Petition(Record):
    """F3.1 法定信访事项: opened by the system when a complaint is marked so; told in 15 days, answered in 60."""

    __tablename__ = "disputes_petition"
    unit, label, code = COMPLEX, "法定信访事项", "F3.1"
    help = "投诉登记为法定信访事项时由系统建立；此处办理受理告知、延期、答复、复查和复核。"
    workflow, follows, once_per = PETITION, "complaint_id", ("complaint_id",)
    by = (LEAD, COORDINATOR)
    named_by = ("received_on",)
    complaint_id: Mapped[int] = link("信访投诉", Complaint, required=True)
    received_on: Mapped[date | None] = day("收到日期", derived=True)
    accepted_on: Mapped[date | None] = day("受理告知日期", filed=False)
    notice_no: Mapped[str | None] = text("告知书编号", longest=60, filed=False)
    ground: Mapped[str | None] = choice("不予受理理由", GROUNDS, filed=False)
    declined_on: Mapped[date | None] = day("不予受理日期", filed=False, listed=False)
    limit_on: Mapped[date | None] = day("延期后的期限", filed=False, planned=True)
    approved_by: Mapped[str | None] = text("批准人（填职务）", longest=60, filed=False, listed=False)
    concluded_on: Mapped[date | None] = day("答复日期", filed=False)
    review_on: Mapped[date | None] = day("申请复查日期", filed=False, listed=False)
    reviewed_on: Mapped[date | None] = day("复查答复日期", filed=False, listed=False)
    recheck_on: Mapped[date | None] = day("申请复核日期", filed=False, listed=False)
    rechecked_on: Mapped[date | None] = day("复核答复日期", filed=False, listed=False)
    told_on: Mapped[date | None] = day("告知日期", derived=True, listed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        received = [day_of(at) for (at,) in look.read(_received(self.complaint_id))]
        return {"received_on": received[0] if received else None, "told_on": self.accepted_on or self.declined_on}

    def check(self, look: Look) -> Iterator[Problem]:
        rows = select(Complaint.statutory).where(Complaint.id == self.complaint_id)
        if not all(statutory for (statutory,) in look.read(rows)):
            yield Problem("complaint_id", Say("这件投诉没有登记为法定信访事项"))


def _received(complaint_id: int) -> Any:
    return select(Complaint.received_at).where(Complaint.id == complaint_id)


class Consultation(Record):
    """F3.3: a consultation on a complicated complaint; its limit becomes the complaint's."""

    __tablename__ = "disputes_consultation"
    unit, label, code = COMPLEX, "会商记录", "F3.3"
    help = "保存后，对应的投诉自动转为“已会商待处置”，分工期限作为它的应办结日期。"
    follows = "complaint_id"
    complaint_id: Mapped[int] = link("信访投诉", Complaint, required=True)
    held_at: Mapped[datetime] = moment("会商时间", happened=True)
    body: Mapped[str] = choice("会商层级", BODIES, required=True)
    host: Mapped[str] = text("主持（填职务）", required=True, longest=60)
    departments: Mapped[list[int] | None] = references("参加单位", DEPARTMENT)
    others: Mapped[str | None] = text("其他参加方", longest=200, listed=False)
    conclusion: Mapped[str] = long_text("结论", required=True, longest=2000)
    duties: Mapped[str | None] = long_text("分工", longest=1000)
    limit_on: Mapped[date] = day("分工期限", required=True, planned=True)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < day_of(self.held_at):
            yield Problem("limit_on", Say("分工期限不能早于会商时间"))
        for (received,) in look.read(_received(self.complaint_id)):
            if self.held_at < received:
                yield Problem("held_at", Say("会商时间不能早于收件时间"))
