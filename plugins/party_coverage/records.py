"""What is reported (plan 1.4, F1.1-F1.7), by topic: complexes, companies, systems and meetings."""

from plugins.party_coverage.records_company import CompanyCensus, CompanyCensusEntry, Coverage
from plugins.party_coverage.records_complex import CensusEntry, ComplexCensus, CrossPost, Eligibility, Organisation
from plugins.party_coverage.records_meetings import (
    CommunityDecision,
    CommunityMeeting,
    CommunitySystem,
    ComplexDecision,
    ComplexMeeting,
    ComplexSystem,
)

RECORDS = (
    CensusEntry,
    ComplexCensus,
    Organisation,
    Eligibility,
    CrossPost,
    CompanyCensusEntry,
    CompanyCensus,
    Coverage,
    ComplexSystem,
    CommunitySystem,
    ComplexMeeting,
    CommunityMeeting,
    ComplexDecision,
    CommunityDecision,
)

__all__ = [
    "CensusEntry",
    "CommunityDecision",
    "CommunityMeeting",
    "CommunitySystem",
    "CompanyCensus",
    "CompanyCensusEntry",
    "ComplexCensus",
    "ComplexDecision",
    "ComplexMeeting",
    "ComplexSystem",
    "Coverage",
    "CrossPost",
    "Eligibility",
    "Organisation",
    "RECORDS",
]
