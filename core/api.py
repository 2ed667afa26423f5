"""The whole face a plugin sees; it imports nothing else of the core. Contract version ``VERSION``.

The words, in order: who the plugin is (``Action``), what is reported (``Record`` and the field helpers), what it comes
to (``Indicator``, its measure over a ``Scope``), what is owed (``Deadline`` and the due rules), its ``ReportSection``.
Next stop: core/base/hookspecs.py.
"""

from core.base.blocks import (
    Block,
    Bullets,
    Chart,
    Column,
    Day,
    Heading,
    Lamp,
    Light,
    Notice,
    Number,
    Paragraph,
    Ratio,
    Ref,
    Series,
    Table,
    Text,
)
from core.base.codes import id_number_problem, uscc_problem
from core.base.declared import Base
from core.base.describe import Action, Deadline, Indicator, Job, Missed, ReportSection, Rows, Sample, Setting, Shape
from core.base.due import Every, Once, SameDay, Stated, Within
from core.base.errors import NoData, Problem
from core.base.facts import DeadlineFacts, Facts, IndicatorFacts, JobContext
from core.base.fields import (
    choice,
    choices,
    day,
    decimal,
    integer,
    long_text,
    moment,
    money,
    personal,
    photos,
    reference,
    text,
    yes_no,
)
from core.base.hookspecs import hookimpl
from core.base.kinds import ChoicesKind, DecimalKind, IntegerKind, Look, YesNoKind
from core.base.record import Record
from core.base.say import Say
from core.base.scope import Scope, count, counts, coverage, has, share, tally
from core.base.target import DOWN, UP, at_least, at_most
from core.base.units import ACTION, COMMUNITY, COMPANY, COMPLEX, DEPARTMENT, GRID, LEADER, RECORD, STREET
from core.base.window import Period
from core.base.workflow import COORDINATOR, LEAD, REPORTER, REVIEW, State, Transition, Workflow
from core.base.world import DemoComplex, World
from core.estate.units import MANAGED, SERVICES, Community, Company, Complex, ComplexTerm

VERSION = "1.0"

__all__ = [
    "ACTION",
    "Action",
    "Base",
    "Block",
    "Bullets",
    "COMMUNITY",
    "COMPANY",
    "COMPLEX",
    "COORDINATOR",
    "Chart",
    "ChoicesKind",
    "Column",
    "Community",
    "Company",
    "Complex",
    "ComplexTerm",
    "DEPARTMENT",
    "DOWN",
    "Day",
    "Deadline",
    "DeadlineFacts",
    "DecimalKind",
    "DemoComplex",
    "Every",
    "Facts",
    "GRID",
    "Heading",
    "Indicator",
    "IndicatorFacts",
    "IntegerKind",
    "Job",
    "JobContext",
    "LEAD",
    "LEADER",
    "Lamp",
    "Light",
    "Look",
    "MANAGED",
    "Missed",
    "NoData",
    "Notice",
    "Number",
    "Once",
    "Paragraph",
    "Period",
    "Problem",
    "RECORD",
    "REPORTER",
    "REVIEW",
    "Ratio",
    "Record",
    "Ref",
    "ReportSection",
    "Rows",
    "SERVICES",
    "STREET",
    "SameDay",
    "Sample",
    "Say",
    "Scope",
    "Series",
    "Setting",
    "Shape",
    "State",
    "Stated",
    "Table",
    "Text",
    "Transition",
    "UP",
    "VERSION",
    "Within",
    "Workflow",
    "World",
    "YesNoKind",
    "at_least",
    "at_most",
    "choice",
    "choices",
    "count",
    "counts",
    "coverage",
    "day",
    "decimal",
    "has",
    "hookimpl",
    "id_number_problem",
    "integer",
    "long_text",
    "moment",
    "money",
    "personal",
    "photos",
    "reference",
    "share",
    "tally",
    "text",
    "uscc_problem",
    "yes_no",
]
