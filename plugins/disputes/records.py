"""What is reported (plan 1.4, F3.1-F3.6, and the baselines of Q7), by topic in the files beside this one."""

from plugins.disputes.records_baseline import Baseline
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.records_mediation import Mediation
from plugins.disputes.records_meetings import (
    CommunityGroup,
    CommunityMeeting,
    GridSync,
    Promotion,
    StreetGroup,
    StreetMeeting,
)
from plugins.disputes.records_petition import Consultation, Petition

RECORDS = (
    Complaint,
    Petition,
    Consultation,
    Mediation,
    CommunityGroup,
    StreetGroup,
    CommunityMeeting,
    StreetMeeting,
    Promotion,
    GridSync,
    Baseline,
)
