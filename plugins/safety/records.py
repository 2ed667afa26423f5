"""What is reported (plan 1.4, F8.1-F8.7), collected: standing safety and the three yearly projects."""

from plugins.safety.records_projects import ChargingProject, FireRepair, SmartGrade
from plugins.safety.records_safety import Hazard, Maintenance, Operator, Standardisation

RECORDS = (Standardisation, Hazard, Maintenance, Operator, ChargingProject, FireRepair, SmartGrade)

__all__ = [
    "RECORDS",
    "ChargingProject",
    "FireRepair",
    "Hazard",
    "Maintenance",
    "Operator",
    "SmartGrade",
    "Standardisation",
]
