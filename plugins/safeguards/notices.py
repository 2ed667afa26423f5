"""When which paper is proposed and what it says to begin with (habits.md: 督查督办). To communities and departments a
three-coloured sheet; to companies a reminder, then a rectification notice, then a talk, each when the one before went
unanswered (plan 1.5, D33)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from core.api import Case, Colour, Ground, NoticeRule
from plugins.safeguards.records_notices import CommunityNotice, DepartmentNotice
from plugins.safeguards.records_supervision import Rectification, Reminder, Talk

REPLY = {Colour.RED: 3, Colour.YELLOW: 5, Colour.BLUE: 3}  # days to answer in
MATTER = {Colour.RED: "多项工作逾期未办", Colour.YELLOW: "部分工作进度落后", Colour.BLUE: "部分工作即将到期"}
DEMAND = {
    Colour.RED: "请立即补办，逐项说明逾期原因和完成时间，并落实到人。",
    Colour.YELLOW: "请对照目标倒排工期，逐项说明落后原因和赶上进度的措施。",
    Colour.BLUE: "请在期限前办结并填报，有困难的及时报告。",
}
MOST, NAMED = 20, 5  # lines of a sheet, units named in a line
REMINDED, RECTIFIED = "safeguards.reminder_reply_due", "safeguards.rectification_reply_due"


def lines(case: Case) -> Iterator[str]:
    """What is late, behind and soon due, a line each."""
    for ground in case.grounds:
        said = [(ground.late, "逾期"), (ground.soon, "三天内到期")]
        counts = "，".join(f"{word}{n}件" for n, word in said if n)
        first = f"最早期限{ground.first.year}年{ground.first.month}月{ground.first.day}日"
        yield f"{ground.deadline.label}：{counts}，{first}{_whose(ground)}"
    for lag in case.lags:
        yield f"指标落后：{lag}"


def _whose(ground: Ground) -> str:
    if not ground.whose:
        return ""
    more = f"等{len(ground.whose)}个" if len(ground.whose) > NAMED else ""
    return f"（{'、'.join(ground.whose[:NAMED])}{more}）"


def sheet(case: Case) -> dict[str, Any]:
    found = list(lines(case))
    more = [f"其余{len(found) - MOST}类见“应办事项”"] if len(found) > MOST else []
    said = [f"{place}. {line}" for place, line in enumerate([*found[:MOST], *more], 1)]
    return {
        "drafted_on": case.today,
        "colour": case.colour.value,
        "matter": MATTER[case.colour],
        "facts": "；\n".join(said) + "。",
        "demand": DEMAND[case.colour],
        "limit_on": case.today + timedelta(days=REPLY[case.colour]),
    }


def _paper(case: Case, matter: str, demand: str) -> dict[str, Any]:
    return {
        "drafted_on": case.today,
        "matter": matter,
        "facts": "；\n".join(lines(case)) + "。",
        "demand": demand,
        "limit_on": case.today + timedelta(days=7),
    }


def unanswered(case: Case, rule: str) -> tuple[int, ...] | None:
    """The papers of ``rule`` that ran out unanswered; None if none did. Their numbers are known to a draft only."""
    return next((g.subjects for g in case.grounds if g.deadline.key == rule and g.late), None)


def _reminder(case: Case) -> dict[str, Any]:
    return _paper(case, "有关工作逾期未办", "请于期限内办结，并书面回执。")


def _rectification(case: Case) -> dict[str, Any]:
    before = unanswered(case, REMINDED) or (None,)
    return _paper(case, "工作提醒函逾期未回执", "请于期限内整改到位，并书面报告。") | {"reminder_id": before[-1]}


def _talk(case: Case) -> dict[str, Any]:
    before = unanswered(case, RECTIFIED) or (None,)
    return _paper(case, "整改通知书逾期未整改", "请说明未整改原因，提出整改措施和时限。") | {
        "rectification_id": before[-1],
        "place": "街道会议室",
    }


def _late(case: Case) -> bool:
    """Late with something that is not an answer to a paper of ours."""
    return any(g.late and not g.deadline.key.startswith("safeguards.") for g in case.grounds)


NOTICES = (
    NoticeRule(record=CommunityNotice, meets=lambda case: True, write=sheet),
    NoticeRule(record=DepartmentNotice, meets=lambda case: True, write=sheet),
    NoticeRule(record=Reminder, meets=_late, write=_reminder),
    NoticeRule(record=Rectification, meets=lambda case: unanswered(case, REMINDED) is not None, write=_rectification),
    NoticeRule(record=Talk, meets=lambda case: unanswered(case, RECTIFIED) is not None, write=_talk),
)
