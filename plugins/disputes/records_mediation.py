"""F3.4: a dispute that is mediated: who answers for it, by which way, with what end."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    DEPARTMENT,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    link,
    long_text,
    money,
    personal,
    photos,
    reference,
    yes_no,
)
from plugins.disputes.records_complaint import Complaint

KINDS = ("物业服务合同", "物业收费", "公共收益", "维修资金", "业主自治", "相邻关系", "停车", "其他")
WAYS = ("司法调解", "行政调解", "人民调解", "行业调解")
SETTLED, FAILED, SUED = RESULTS = ("成功", "未成", "转诉讼")


class Mediation(Record):
    """谁主管谁负责: the department in charge is named; a money dispute calls in police, procuratorate, court, justice."""

    __tablename__ = "disputes_mediation"
    unit, label, code = COMPLEX, "矛盾纠纷化解", "F3.4"
    found_on: Mapped[date] = day("受理日期", happened=True)
    complaint_id: Mapped[int | None] = link("来源投诉", Complaint, listed=False)
    kind: Mapped[str] = choice("纠纷类型", KINDS, required=True)
    parties: Mapped[str] = personal("当事人", required=True, longest=200, listed=False)
    has_money: Mapped[bool] = yes_no("涉资金", required=True)
    amount: Mapped[Decimal | None] = money("涉及金额")
    responsible_id: Mapped[int] = reference("主管责任单位", DEPARTMENT, required=True)
    ways: Mapped[list[str]] = choices("调解方式", WAYS, required=True)
    judicial: Mapped[bool] = yes_no("申请公检法司介入", required=True, listed=False)
    result: Mapped[str | None] = choice("结果", RESULTS)
    ended_on: Mapped[date | None] = day("结束日期")
    agreement: Mapped[list[str] | None] = photos("调解协议")
    case_story: Mapped[bool | None] = yes_no("可作以案释法素材", listed=False)
    note: Mapped[str | None] = long_text("经过", longest=2000)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.has_money and self.amount is None:
            yield Problem("amount", Say("涉资金的请填写金额"))
        if (self.result is None) != (self.ended_on is None):
            yield Problem("ended_on", Say("结果和结束日期须一并填写"))
        if self.ended_on and not self.found_on <= self.ended_on <= look.today:
            yield Problem("ended_on", Say("结束日期应在受理日期之后、今天之前（含）"))
        if self.result == SETTLED and not self.agreement:
            yield Problem("agreement", Say("调解成功的请上传调解协议"))
        if self.has_money and not self.judicial:
            yield Problem(
                "judicial", Say("资金纠纷应申请公检法司介入（方案二（三）3）；未申请请说明理由"), warning=True
            )
