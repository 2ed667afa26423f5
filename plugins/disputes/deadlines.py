"""What is owed (plan 1.3, D8-D10; plan 3.3 for statutory petitions). Overdue is a status of these, not a state."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, select

from core.api import (
    COMMUNITY,
    RECORD,
    STREET,
    Deadline,
    Every,
    Once,
    Period,
    Rows,
    SameDay,
    Scope,
    Stated,
    Within,
    every,
    local_day,
)
from plugins.disputes.indicators import OFF
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.records_meetings import CommunityGroup, CommunityMeeting, StreetGroup, StreetMeeting
from plugins.disputes.records_petition import NOT_OURS, Petition
from plugins.disputes.workflows import COMPLICATED, PETITION_DAYS, SIMPLE


def street(scope: Scope) -> Rows:
    return scope.street()


def community_groups(scope: Scope) -> Rows:
    return select(CommunityGroup.community_id, CommunityGroup.founded_on).where(scope.until(CommunityGroup))


def street_groups(scope: Scope) -> Rows:
    return select(StreetGroup.area_id, StreetGroup.founded_on).where(scope.until(StreetGroup))


def community_meetings(scope: Scope) -> Rows:
    held = local_day(CommunityMeeting.held_at)
    return select(CommunityMeeting.community_id, held).where(scope.within(CommunityMeeting))


def street_meetings(scope: Scope) -> Rows:
    return select(StreetMeeting.area_id, local_day(StreetMeeting.held_at)).where(scope.within(StreetMeeting))


def same_day(settings: Mapping[str, Any]) -> SameDay:
    """Q11: "当天" means the calendar day; with a cut-off, what comes later or on a rest day is due the next working day."""
    word: str = settings["disputes.cutoff"]
    return SameDay(cutoff=None if word == OFF else time.fromisoformat(word))


def simple() -> ColumnElement[bool]:
    return Complaint.complexity == SIMPLE


def complicated() -> ColumnElement[bool]:
    return Complaint.complexity == COMPLICATED


def not_ours() -> ColumnElement[bool]:
    return Petition.ground == NOT_OURS


DEADLINES = (
    Deadline(
        key="disputes.simple_closed",
        label="简单件当天处置",
        code="D10",
        clause="二（三）2",
        unit=RECORD,
        of=Complaint,
        where=simple,
        due=SameDay(),
        due_from=same_day,
        opened="received_at",
        done_on="ended_at",
        answers=Complaint,
        settles="办结；对方已受理的转出、并案也停止计时",
    ),
    Deadline(
        key="disputes.complex_explained",
        label="复杂件当天解释",
        code="D10",
        clause="二（三）2",
        unit=RECORD,
        of=Complaint,
        where=complicated,
        due=SameDay(),
        due_from=same_day,
        opened="received_at",
        done_on="answered_at",
        answers=Complaint,
        settles="当日解释；解释不等于办结",
    ),
    Deadline(
        key="disputes.complex_closed",
        label="复杂件按期办结",
        code="F3.1",
        clause="二（三）2",
        unit=RECORD,
        of=Complaint,
        where=complicated,
        due=Stated(days=15),
        opened="received_at",
        stated="due_on",
        done_on="ended_at",
        answers=Complaint,
        settles="办结",
    ),
    Deadline(
        key="disputes.petition_told",
        label="法定信访事项受理告知",
        code="F3.1",
        clause="信访工作条例第二十三条",
        unit=RECORD,
        of=Petition,
        due=Within(days=15),
        opened="received_on",
        done_on="told_on",
        answers=Petition,
        settles="书面告知受理或不予受理",
    ),
    Deadline(
        key="disputes.petition_objection",
        label="不属本机关职权的异议",
        code="F3.1",
        clause="信访工作条例第二十三条",
        unit=RECORD,
        of=Petition,
        where=not_ours,
        due=Within(days=5, working=True),
        opened="received_on",
        done_on="declined_on",
        answers=Petition,
        settles="以“不属本机关职权”不予受理",
    ),
    Deadline(
        key="disputes.petition_concluded",
        label="法定信访事项办结",
        code="F3.1",
        clause="信访工作条例第三十四条",
        unit=RECORD,
        of=Petition,
        due=Stated(days=PETITION_DAYS),
        opened="accepted_on",
        stated="limit_on",
        done_on="concluded_on",
        answers=Petition,
        settles="书面答复；经批准可延长不超过30天",
    ),
    Deadline(
        key="disputes.petition_review",
        label="信访复查答复",
        code="F3.1",
        clause="信访工作条例第三十五条",
        unit=RECORD,
        of=Petition,
        due=Within(days=30),
        opened="review_on",
        done_on="reviewed_on",
        answers=Petition,
        settles="复查答复",
    ),
    Deadline(
        key="disputes.petition_recheck",
        label="信访复核答复",
        code="F3.1",
        clause="信访工作条例第三十六条",
        unit=RECORD,
        of=Petition,
        due=Within(days=30),
        opened="recheck_on",
        done_on="rechecked_on",
        answers=Petition,
        settles="复核答复",
    ),
    Deadline(
        key="disputes.group_set_up",
        label="社区信访处置小组成立、专人负责",
        code="D9",
        clause="二（三）2",
        unit=COMMUNITY,
        due=Once(),
        done=community_groups,
        answers=CommunityGroup,
        settles="登记小组和专人",
    ),
    Deadline(
        key="disputes.street_group_set_up",
        label="街道信访处置小组成立、专人负责",
        code="D9",
        clause="二（三）2",
        unit=STREET,
        due=Once(),
        who=street,
        done=street_groups,
        answers=StreetGroup,
        settles="登记小组和专人",
    ),
    Deadline(
        key="disputes.community_meeting",
        label="社区物业管理联席会议",
        code="D8",
        clause="二（三）1",
        unit=COMMUNITY,
        due=Every(period=Period.MONTH),
        due_from=every("disputes.meeting_every"),
        done=community_meetings,
        answers=CommunityMeeting,
        settles="当期召开1次",
    ),
    Deadline(
        key="disputes.street_meeting",
        label="街道物业管理联席会议",
        code="D8",
        clause="二（三）1",
        unit=STREET,
        due=Every(period=Period.MONTH),
        due_from=every("disputes.meeting_every"),
        who=street,
        done=street_meetings,
        answers=StreetMeeting,
        settles="当期召开1次",
    ),
)
