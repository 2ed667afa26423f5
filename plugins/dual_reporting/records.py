"""What is reported (plan 1.4, F9.1-F9.7), collected from its two topics."""

from plugins.dual_reporting.records_homes import (
    Cadre,
    CommunityEvent,
    CommunityNeed,
    ComplexEvent,
    ComplexNeed,
    Opinion,
)
from plugins.dual_reporting.records_organs import Activity, Item, OrganLink, ProjectList

RECORDS = (
    OrganLink,
    ProjectList,
    Item,
    Activity,
    Cadre,
    CommunityNeed,
    ComplexNeed,
    CommunityEvent,
    ComplexEvent,
    Opinion,
)
