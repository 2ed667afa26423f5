"""F3.1: one complaint, from receipt to the end, with what is derived from it. The clock starts at receipt, whoever signs for
it and whenever (plan 1.5, Q8-Q11)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, func, select
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
    day_of,
    integer,
    link,
    long_text,
    moment,
    personal,
    photos,
    secret,
    text,
    yes_no,
)
from plugins.disputes.workflows import COMPLAINT, COMPLICATED, SIMPLE

CHANNELS = (
    "12345",
    "信访平台",
    "来访",
    "来信",
    "来电",
    "网格+/晋江网格服务",
    "社区",
    "上级交办",
    "媒体",
    "其他",
)
CATEGORIES = (
    "服务质量",
    "物业收费",
    "公共收益",
    "维修资金",
    "停车充电",
    "环境卫生",
    "设施维修",
    "消防安全",
    "业委会履职",
    "装修违建",
    "噪声扰民",
    "邻里纠纷",
    "其他",
)
LEVELS = ("网格", "社区", "街道", "市级")
BODIES = ("市主管部门", "街道", "社区")
SATISFACTION = ("满意", "基本满意", "不满意", "未回访")
REPEAT_DAYS = 90  # complaints of one kind from one complex within so many days are one cluster
VISITORS = 5  # 信访工作条例 art. 20: at most five representatives
PETITION_DAYS = 15 + 60  # a statutory petition is told in 15 days and answered in 60 more (art. 23, 34)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")  # of the mainland, with or without breaks
FIXED = ("complex_id", "received_at", "complexity", "is_property")  # what counts and clocks stand on


class Complaint(Record):
    """F3.1. ``ended_at`` stops the clock of the whole item: closed, taken over by another body, or merged."""

    __tablename__ = "disputes_complaint"
    __table_args__ = (Index(None, "complex_id", "category", "received_at"), Index(None, "closed_at"))
    unit, label, code = COMPLEX, "信访投诉", "F3.1"
    help = "期限从收件时间起算：简单件当天办结，复杂件当天向群众解释。事由里不写姓名、电话、房号。"
    workflow = COMPLAINT
    once_per = ("number",)
    named_by = ("received_at", "category")

    received_at: Mapped[datetime] = moment("收件时间", happened=True)
    number: Mapped[str | None] = text("编号", longest=30, help="收件登记簿的编号；不填则用系统编号")
    channel: Mapped[str] = choice("渠道", CHANNELS, required=True)
    order_no: Mapped[str | None] = text("原平台工单号", longest=60, listed=False)
    category: Mapped[str] = choice("类别", CATEGORIES, required=True)
    is_property: Mapped[bool] = yes_no("物业管理类", required=True, given=lambda _today: True, help="是：计入投诉量")
    complexity: Mapped[str] = choice("复杂程度", (SIMPLE, COMPLICATED), required=True)
    statutory: Mapped[bool] = yes_no(
        "法定信访事项",
        required=True,
        listed=False,
        given=lambda _today: False,
        help="是：按《信访工作条例》15日告知、60日办结",
    )
    summary: Mapped[str] = text("事由", required=True, longest=100, help="一句话，不写姓名、电话、房号")
    content: Mapped[str] = secret("诉求内容", required=True, longest=5000)
    petitioner: Mapped[str | None] = personal("诉求人", longest=50, listed=False, help="匿名的不填")
    phone: Mapped[str | None] = personal("联系电话", longest=40, searchable=True, listed=False)
    people: Mapped[int | None] = integer("反映人数", at_least=1, at_most=5000, unit="人", listed=False)
    pictures: Mapped[list[str] | None] = photos("照片", at_most=9, listed=False)

    explained_at: Mapped[datetime | None] = moment("当日解释时间", filed=False, listed=False)
    refer_to: Mapped[list[str] | None] = choices("会商提请对象", BODIES, filed=False, listed=False)
    referred_on: Mapped[date | None] = day("提请会商日期", filed=False, listed=False)
    measures: Mapped[str | None] = long_text("处置措施", longest=2000, filed=False)
    level: Mapped[str | None] = choice("化解层级", LEVELS, filed=False, listed=False)
    satisfaction: Mapped[str | None] = choice("回访满意度", SATISFACTION, filed=False, listed=False)
    closed_at: Mapped[datetime | None] = moment("办结时间", filed=False)
    transfer_to: Mapped[str | None] = text("转往单位", longest=100, filed=False, listed=False)
    transferred_at: Mapped[datetime | None] = moment("对方受理时间", filed=False, listed=False)
    merged_at: Mapped[datetime | None] = moment("并案时间", filed=False, listed=False)

    due_on: Mapped[date | None] = day("应办结日期", derived=True, planned=True)
    answered_at: Mapped[datetime | None] = moment("首次答复时间", derived=True, listed=False)
    ended_at: Mapped[datetime | None] = moment("终结时间", derived=True, listed=False)
    redone: Mapped[int | None] = integer("重办次数", derived=True, listed=False)
    repeat_no: Mapped[int | None] = integer("90天内同类第几次", derived=True)
    if TYPE_CHECKING:  # columns that point at this class itself, added below
        main_id: Mapped[int | None]
        repeat_id: Mapped[int | None]

    def check(self, look: Look) -> Iterator[Problem]:
        for name in ("explained_at", "closed_at"):
            at: datetime | None = getattr(self, name)
            if at is not None and at < self.received_at:
                yield Problem(name, Say("不能早于收件时间"))
            if at is not None and day_of(at) > look.today:
                yield Problem(name, Say("不能晚于今天（{d}）", d=look.today.isoformat()))
        if self.channel == "来访" and (self.people or 0) > VISITORS:
            yield Problem("people", Say("多人走访应推选代表，代表不超过5人（信访工作条例第二十条）"), warning=True)
        if self.id is None and self.order_no:
            same = select(Complaint.id).where(Complaint.order_no == self.order_no, Complaint.channel == self.channel)
            for (other,) in look.read(same.limit(1)):
                yield Problem("order_no", Say("这一工单号已登记过（编号 {i}），请确认不是重复", i=other), warning=True)
        if MOBILE.search(self.summary or ""):
            yield Problem("summary", Say("事由人人可见，里面像是有手机号码：请改填“联系电话”，并从这里去掉"))
        yield from self._unchanged(look)

    def _unchanged(self, look: Look) -> Iterator[Problem]:
        """Once sorted, what counts and clocks stand on is changed by a step of the lead only, never by a correction."""
        if self.id is None:
            return
        names = ("state", *FIXED)
        stored = look.read(select(*(getattr(Complaint, n) for n in names)).where(Complaint.id == self.id))
        for row in stored:
            if row[0] == self.state and row[0] != "received":
                changed = [n for n, was in zip(FIXED, row[1:], strict=True) if getattr(self, n) != was]
                yield from (Problem(n, Say("分类以后不能修改此项")) for n in changed)

    def derive(self, look: Look) -> Mapping[str, Any]:
        ended = self.closed_at or self.transferred_at or self.merged_at
        answers = [at for at in (self.explained_at, ended) if at is not None]
        earlier = self._earlier(look)
        return {
            "due_on": self._due(look),
            "answered_at": min(answers, default=None),
            "ended_at": ended,
            "redone": self._redone(look),
            "repeat_no": len(earlier) + 1,
            "repeat_id": earlier[0] if earlier else None,
        }

    def _due(self, look: Look) -> date:
        """Simple: the day it came in. Complicated: what the consultation settled, else the days of the setting."""
        received = day_of(self.received_at)
        if self.complexity == SIMPLE:
            return received
        if self.id is not None:
            held = Complaint.metadata.tables["disputes_consultation"]  # links to this class, so it is made after it
            agreed = select(func.max(held.c.limit_on)).where(held.c.complaint_id == self.id, held.c.state != "returned")
            for (limit,) in look.read(agreed):
                if limit is not None and limit >= received:
                    found: date = limit
                    return found
        days: int = PETITION_DAYS if self.statutory else look.setting("disputes.complex_days")
        return received + timedelta(days=days)

    def _redone(self, look: Look) -> int:
        if self.id is None:
            return 0
        for state, times in look.read(select(Complaint.state, Complaint.redone).where(Complaint.id == self.id)):
            return (times or 0) + (self.state == "redo" and state in ("visited", "closed"))
        return 0

    def _earlier(self, look: Look) -> list[int]:
        """Complaints of this kind from this complex in the days before, the latest first."""
        rows = (
            select(Complaint.id)
            .where(
                Complaint.complex_id == self.complex_id,
                Complaint.category == self.category,
                Complaint.received_at < self.received_at,
                Complaint.received_at >= self.received_at - timedelta(days=REPEAT_DAYS),
                Complaint.id != (self.id or 0),
                counts(Complaint),
            )
            .order_by(Complaint.received_at.desc(), Complaint.id.desc())
        )
        return [key for (key,) in look.read(rows)]


# A class can't be named while it is being made: the two links to another complaint come after it.
Complaint.main_id = link("并入主件", Complaint, filed=False, listed=False)
Complaint.repeat_id = link("上一次同类投诉", Complaint, derived=True, listed=False)
