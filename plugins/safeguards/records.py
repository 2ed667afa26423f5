"""What is kept (plan 1.4, G1-G17), collected from its topics."""

from plugins.safeguards.records_bodies import Alliance, Association, IntegrityItem, Summary, SurveyWave, YearTask
from plugins.safeguards.records_fund import Donation, Grant, Spending
from plugins.safeguards.records_meetings import (
    CommunityDecision,
    Coordination,
    Decision,
    Dispatch,
    Exemplar,
    Hearing,
    LinkedMeeting,
    WeeklyInfo,
)
from plugins.safeguards.records_notices import CommunityNotice, DepartmentNotice
from plugins.safeguards.records_people import AttackPlan, CommunityScore, CommunityTeam, Liaison
from plugins.safeguards.records_supervision import (
    Inspection,
    Issue,
    Publication,
    Rectification,
    Reminder,
    Talk,
)
from plugins.safeguards.records_texts import ActionText

RECORDS = (
    Liaison,
    CommunityTeam,
    CommunityScore,
    AttackPlan,
    Dispatch,
    Coordination,
    LinkedMeeting,
    Hearing,
    Decision,
    CommunityDecision,
    Inspection,
    Issue,
    Publication,
    CommunityNotice,
    DepartmentNotice,
    Reminder,
    Rectification,
    Talk,
    Donation,
    Grant,
    Spending,
    WeeklyInfo,
    ActionText,
    Exemplar,
    IntegrityItem,
    Alliance,
    Association,
    SurveyWave,
    YearTask,
    Summary,
)
