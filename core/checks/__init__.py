"""The contract's rules as data (docs/plugin-guide.md): ``actions doctor`` and tests/contract run the same list over every
plugin. Each rule says what it looks at and how to mend what it finds. Start at rule.py; ``doctor.py`` runs them all."""

from core.checks.doctor import Report, doctor, examine
from core.checks.rule import Medal, Rule, Subject
from core.checks.rules import RULES

__all__ = ["RULES", "Medal", "Report", "Rule", "Subject", "doctor", "examine"]
