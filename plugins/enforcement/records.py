"""What is reported (plan 1.4, F4.1-F4.9), collected from its three topics."""

from plugins.enforcement.records_daily import DailyPatrol, Keeper, LawItem, Posting
from plugins.enforcement.records_findings import Case, Finding
from plugins.enforcement.records_joint import Call, JointAction, Patrol, Training, Whistle

RECORDS = (
    LawItem,
    Posting,
    Whistle,
    Call,
    JointAction,
    Patrol,
    Finding,
    Keeper,
    DailyPatrol,
    Training,
    Case,
)
