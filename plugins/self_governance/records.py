"""What is reported (plan 1.4, F2.1-F2.10), by topic: candidates, committees, the way to a committee, how they work."""

from plugins.self_governance.records_candidate import Candidate, Opinion, PoolEntry
from plugins.self_governance.records_committee import Committee, Member, TemporaryCommittee, TemporaryMember
from plugins.self_governance.records_conduct import Attendance, Award, Evaluation, Recommendation, Rule, Training
from plugins.self_governance.records_formation import Formation, Progress

RECORDS = (
    Formation,
    Progress,
    Candidate,
    Opinion,
    Committee,
    Member,
    TemporaryCommittee,
    TemporaryMember,
    Training,
    Attendance,
    Rule,
    Evaluation,
    Award,
    Recommendation,
    PoolEntry,
)

__all__ = [
    "Attendance",
    "Award",
    "Candidate",
    "Committee",
    "Evaluation",
    "Formation",
    "Member",
    "Opinion",
    "PoolEntry",
    "Progress",
    "RECORDS",
    "Recommendation",
    "Rule",
    "TemporaryCommittee",
    "TemporaryMember",
    "Training",
]
