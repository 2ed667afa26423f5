"""F5.6-F5.8: smile service, the service place, the self-check of what must be posted and the issues it finds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    integer,
    link,
    long_text,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.market_order.records_common import serving
from plugins.market_order.workflows import ISSUE

ITEMS = (
    "服务事项",
    "负责人员",
    "质量要求",
    "收费项目",
    "收费标准",
    "履行情况",
    "维修资金使用情况",
    "共有部分经营与收益情况",
)  # 民法典 art. 943
NOT_POSTED, NOT_PROPER = "未公示", "公示不规范"
YEAR_END = date(2024, 12, 31)
CAMPAIGN, ROUTINE = "专项自查", "日常检查"
POSTS = ("客服", "保安", "保洁", "工程管理")
PARTS = {
    "place": "接待场所",
    "staff": "人员配齐",
    "box": "意见箱",
    "sign_firm": "企业和人员公示牌",
    "sign_fees": "收费和服务标准公示牌",
    "board_service": "物业服务公示栏",
    "board_party": "党务（业委会）公开栏",
    "board_news": "宣传栏",
}  # 一箱二牌三栏 is not defined in the notice: the names are settings


def campaign_limit(setting: Callable[[str], Any]) -> date:
    """The day by which the notice wants the self-checks' issues closed (12月底前): that of the duty D19."""
    try:
        said = setting("market_order.rectified.due")
    except KeyError:
        said = None
    return date.fromisoformat(said) if said else YEAR_END


def limit_of(setting: Callable[[str], Any], today: date) -> date:
    """Until the campaign's day; what is found after it has thirty days."""
    campaign = campaign_limit(setting)
    return campaign if today <= campaign else today + timedelta(days=30)


class Smile(Record):
    """F5.6: a training in, or a judgment of, "smile service" of the four posts."""

    __tablename__ = "market_order_smile"
    unit, label, code = COMPLEX, "微笑服务", "F5.6"
    firm = True
    held_on: Mapped[date] = day("日期", happened=True)
    posts: Mapped[list[str]] = choices("岗位", POSTS, required=True)
    trained: Mapped[int | None] = integer("培训人数", at_most=5000, unit="人")
    rating: Mapped[str | None] = choice("评价", ("好", "较好", "一般", "差"))
    note: Mapped[str | None] = long_text("备注", longest=500)
    photos: Mapped[list[str] | None] = photos("照片", at_most=9)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.trained is None and self.rating is None:
            yield Problem("trained", Say("请填写培训人数，或选择评价"))


class Place(Record):
    """F5.7: one look at the service place, its staff and 一箱二牌三栏."""

    __tablename__ = "market_order_place"
    unit, label, code = COMPLEX, "接待场所与一箱二牌三栏", "F5.7"
    help = "各项的具体叫法由街道在“设置”中定，检查结果按设置的叫法列出缺项。"
    inspected_on: Mapped[date] = day("检查日期", happened=True)
    place: Mapped[bool] = yes_no("接待场所", required=True)
    staff: Mapped[bool] = yes_no("人员配齐", required=True)
    box: Mapped[bool] = yes_no("一箱", required=True)
    sign_firm: Mapped[bool] = yes_no("二牌之一", required=True, listed=False)
    sign_fees: Mapped[bool] = yes_no("二牌之二", required=True, listed=False)
    board_service: Mapped[bool] = yes_no("三栏之一", required=True, listed=False)
    board_party: Mapped[bool] = yes_no("三栏之二", required=True, listed=False)
    board_news: Mapped[bool] = yes_no("三栏之三", required=True, listed=False)
    photos: Mapped[list[str]] = photos("照片", at_least=1, at_most=9)
    missing: Mapped[str | None] = text("缺项", derived=True, longest=500)
    passed: Mapped[bool | None] = yes_no("规范", derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        gaps = [look.setting(f"market_order.label_{name}") for name in PARTS if not getattr(self, name)]
        return {"missing": "、".join(gaps) or None, "passed": not gaps}


class SelfCheck(Record):
    """F5.8: what a complex has posted of what must be. What is missing or improper becomes an issue at once (D19)."""

    __tablename__ = "market_order_self_check"
    unit, label, code = COMPLEX, "公示公开自查", "F5.8"
    firm = True
    help = "11月15日前自查。没有公示、公示不规范的项目自动列为整改问题。"
    checked_on: Mapped[date] = day("自查日期", happened=True)
    posted: Mapped[list[str] | None] = choices("已公示的项目", ITEMS)
    proper: Mapped[list[str] | None] = choices("公示规范的项目", ITEMS)
    finding: Mapped[str | None] = long_text("问题说明", longest=1000)
    photos: Mapped[list[str]] = photos("公示照片", at_least=1, at_most=9)

    def check(self, look: Look) -> Iterator[Problem]:
        if extra := [item for item in self.proper or () if item not in (self.posted or ())]:
            yield Problem("proper", Say("{i}还没有公示，不能填为规范", i="、".join(extra)))


class Issue(Record):
    """F5.8: one thing not posted, or not properly. Closing takes a photo and another person (story 15)."""

    __tablename__ = "market_order_issue"
    __table_args__ = (Index(None, "closed_on"),)
    unit, label, code = COMPLEX, "公示整改问题", "F5.8"
    firm = True
    help = "由自查自动建立，检查中发现的也可直接填报。"
    workflow = ISSUE
    named_by = ("item", "fault")
    found_on: Mapped[date] = day("发现日期", happened=True)
    item: Mapped[str] = choice("项目", ITEMS, required=True)
    fault: Mapped[str] = choice("问题", (NOT_POSTED, NOT_PROPER), required=True)
    limit_on: Mapped[date] = day("整改期限", required=True, planned=True)
    check_id: Mapped[int | None] = link("自查表", SelfCheck, listed=False)
    kind: Mapped[str | None] = choice("来源", (CAMPAIGN, ROUTINE), derived=True, listed=False)
    company_id: Mapped[int | None] = reference(  # type: ignore[assignment]
        "物业企业", COMPANY, derived=True, listed=False
    )
    after_photos: Mapped[list[str] | None] = photos("整改后照片", at_most=9, filed=False)
    mended_on: Mapped[date | None] = day("整改完成日期", filed=False)
    enforced_on: Mapped[date | None] = day("查处日期", filed=False, listed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    @classmethod
    def known(cls, look: Look, unit_id: int) -> dict[str, Any]:
        return {"limit_on": limit_of(look.setting, look.today)}

    def derive(self, look: Look) -> Mapping[str, Any]:
        campaign = self.limit_on <= campaign_limit(look.setting)
        kind = self.kind or (CAMPAIGN if campaign else ROUTINE)
        return {"kind": kind, "company_id": serving(look, self.complex_id, self.found_on)}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于发现日期"))
