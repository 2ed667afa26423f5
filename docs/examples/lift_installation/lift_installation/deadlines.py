"""What is owed: thirty days of posting, a weekly look at the sites by each department, the census once."""

from sqlalchemy import select

from core.api import (
    COMMUNITY,
    DEPARTMENT,
    RECORD,
    Deadline,
    Every,
    IntegerKind,
    Once,
    Period,
    Rows,
    Scope,
    Setting,
    Within,
)
from lift_installation.records import Application, Census, Visit

INSPECTING = ("城管办", "安办")  # by name or alias, as the campaign's departments.csv has them
# [setting]
SETTINGS = (
    Setting(
        key="lift_installation.posting_days",
        label="公示几天",
        kind=IntegerKind(at_least=5, at_most=90, unit="天"),
        default=30,
        note="示例：默认三十日",
    ),
)
# [/setting]


# [weekly]
def inspecting(scope: Scope) -> Rows:
    return scope.departments(INSPECTING)


def visits(scope: Scope) -> Rows:
    return select(Visit.department_id, Visit.visited_on).where(scope.within(Visit))


# [/weekly]


def censuses(scope: Scope) -> Rows:
    return select(Census.community_id, Census.counted_on).where(scope.until(Census))


def communities(scope: Scope) -> Rows:
    return scope.units(COMMUNITY)


DEADLINES = (
    # [clock]
    Deadline(
        key="lift_installation.posting",
        label="公示期满开工",
        clause="示例",
        unit=RECORD,
        of=Application,
        opened="posted_on",
        done_on="begun_on",
        due=Within(days=30),
        due_from=lambda settings: Within(days=settings["lift_installation.posting_days"]),
        answers=Application,
        settles="公示期满，登记异议后开工",
    ),
    # [/clock]
    # [week]
    Deadline(
        key="lift_installation.weekly",
        label="每周施工现场巡查",
        clause="示例",
        unit=DEPARTMENT,
        due=Every(period=Period.WEEK),
        who=inspecting,
        done=visits,
        answers=Visit,
        settles="当周巡查1次",
    ),
    # [/week]
    # [once]
    Deadline(
        key="lift_installation.census",
        label="无电梯楼梯摸底",
        clause="示例",
        unit=COMMUNITY,
        due=Once(),
        who=communities,
        done=censuses,
        answers=Census,
        settles="报一次摸底数",
    ),
    # [/once]
)
