"""Safeguards: meetings, decisions, information, notices, the community assessment and the fund (保障措施)."""
