"""The whole face a plugin sees; it imports nothing else of the core. Contract version ``VERSION``.

The words, in order: who the plugin is (``Action``), what is reported (``Record`` and the field helpers), what it comes
to (``Indicator``, its measure over a ``Scope``), what is owed (``Deadline`` and the due rules), its ``ReportSection``.
Next stop: core/base/hookspecs.py.
"""

from typing import TYPE_CHECKING, Any

from core.base.blocks import (
    Attachment,
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Day,
    Document,
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
    plain,
)
from core.base.codes import id_number_problem, uscc_problem
from core.base.contradictions import contradictions
from core.base.declared import Base
from core.base.describe import (
    Action,
    Compilation,
    Deadline,
    Indicator,
    Job,
    Missed,
    Offer,
    Paper,
    Reaction,
    Readers,
    ReportSection,
    Rows,
    Sample,
    Setting,
    Shape,
)
from core.base.due import Every, Once, SameDay, Stated, Within
from core.base.errors import NoData, Problem
from core.base.facts import DeadlineFacts, Facts, IndicatorFacts, JobContext
from core.base.fields import (
    choice,
    choices,
    day,
    decimal,
    id_number,
    integer,
    link,
    long_text,
    moment,
    money,
    month,
    origin,
    personal,
    photos,
    reference,
    references,
    secret,
    text,
    yes_no,
)
from core.base.frequency import every, every_setting
from core.base.hookspecs import hookimpl, hookspec
from core.base.intake import Intake
from core.base.kinds import ChoiceKind, ChoicesKind, DecimalKind, IntegerKind, Look, TextKind, YesNoKind
from core.base.kinds_of_time import DayKind
from core.base.notice import Case, Colour, Ground, NoticeRule
from core.base.react import Change, Door
from core.base.record import Record
from core.base.say import Say
from core.base.scope import Scope, count, counts, coverage, has, holds, share, tally, whole
from core.base.shown import figure_cell, gap, target_text
from core.base.sql_days import days_between, local_day, month_of, plus_days
from core.base.target import DOWN, UP, at_least, at_most
from core.base.units import ACTION, COMMUNITY, COMPANY, COMPLEX, DEPARTMENT, GRID, LEADER, RECORD, STREET
from core.base.version import VERSION, Leaving
from core.base.version import found as _found
from core.base.window import TZ, Period, Window, day_of
from core.base.workflow import COORDINATOR, LEAD, REPORTER, REVIEW, SYSTEM, State, Transition, Workflow
from core.base.world import DemoComplex, World
from core.estate.units import (
    MANAGED,
    SERVICES,
    ActionUnit,
    Area,
    Community,
    Company,
    Complex,
    ComplexTerm,
    Department,
    Grid,
    Leader,
)

LEAVING: dict[str, Leaving] = {}  # a name that gets a better one stays here for one minor version


if not TYPE_CHECKING:  # a checker must still tell a misspelt name

    def __getattr__(name: str) -> Any:
        return _found(name, LEAVING, globals())


__all__ = [
    "ACTION",
    "Action",
    "ActionUnit",
    "Area",
    "Attachment",
    "Base",
    "Block",
    "Compilation",
    "Bullets",
    "COMMUNITY",
    "COMPANY",
    "COMPLEX",
    "COORDINATOR",
    "Case",
    "Cell",
    "Change",
    "Chart",
    "ChoiceKind",
    "ChoicesKind",
    "Colour",
    "Column",
    "Community",
    "Company",
    "Complex",
    "ComplexTerm",
    "DEPARTMENT",
    "DOWN",
    "Day",
    "DayKind",
    "Deadline",
    "DeadlineFacts",
    "DecimalKind",
    "DemoComplex",
    "Department",
    "Document",
    "Door",
    "Every",
    "Facts",
    "GRID",
    "Grid",
    "Ground",
    "Heading",
    "Indicator",
    "IndicatorFacts",
    "Intake",
    "IntegerKind",
    "Job",
    "JobContext",
    "LEAD",
    "LEADER",
    "Lamp",
    "Leader",
    "Light",
    "Look",
    "MANAGED",
    "Missed",
    "NoData",
    "Notice",
    "NoticeRule",
    "Number",
    "Offer",
    "Once",
    "Paper",
    "Paragraph",
    "Period",
    "Problem",
    "RECORD",
    "REPORTER",
    "REVIEW",
    "Ratio",
    "Reaction",
    "Readers",
    "Record",
    "Ref",
    "ReportSection",
    "Rows",
    "SERVICES",
    "STREET",
    "SYSTEM",
    "SameDay",
    "Sample",
    "Say",
    "Scope",
    "Series",
    "Setting",
    "Shape",
    "State",
    "Stated",
    "TZ",
    "Table",
    "Text",
    "TextKind",
    "Transition",
    "UP",
    "VERSION",
    "Window",
    "Within",
    "Workflow",
    "World",
    "YesNoKind",
    "at_least",
    "at_most",
    "choice",
    "choices",
    "contradictions",
    "count",
    "counts",
    "coverage",
    "day",
    "day_of",
    "days_between",
    "decimal",
    "every",
    "every_setting",
    "figure_cell",
    "gap",
    "has",
    "holds",
    "hookimpl",
    "hookspec",
    "id_number",
    "id_number_problem",
    "integer",
    "link",
    "local_day",
    "long_text",
    "moment",
    "money",
    "month",
    "month_of",
    "origin",
    "personal",
    "photos",
    "plain",
    "plus_days",
    "reference",
    "references",
    "secret",
    "share",
    "tally",
    "target_text",
    "text",
    "uscc_problem",
    "whole",
    "yes_no",
]
