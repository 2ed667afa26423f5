"""Sheets: one generic way out and in, for every declared class of records and of units.

``template`` and ``export`` give workbooks; ``read`` an upload, ``plan`` says what it would do, ``apply`` does it and
``to_mend`` hands back what was wrong. Next: layout.py, intake.py.
"""

from core.services.sheets import stepwise
from core.services.sheets.applying import Result, apply, to_mend
from core.services.sheets.export import export
from core.services.sheets.intake import plan
from core.services.sheets.planned import Change, Flaw, Plan, PlannedRow
from core.services.sheets.reading import Line, Sheet, read
from core.services.sheets.template import template

# template and export are functions here; their modules are reached by "from core.services.sheets.template import ...".
__all__ = [
    "Change",
    "Flaw",
    "Line",
    "Plan",
    "PlannedRow",
    "Result",
    "Sheet",
    "apply",
    "export",
    "plan",
    "read",
    "stepwise",
    "template",
    "to_mend",
]
