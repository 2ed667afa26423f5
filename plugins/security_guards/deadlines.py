"""What is owed (plan 1.3, D21): filing within 30 days of taking up the post, training by the campaign's term, a linked officer."""

from sqlalchemy import select

from core.api import COMPLEX, RECORD, Deadline, Once, Rows, Scope, Stated, Within
from plugins.security_guards.records import Guard, PoliceLink


def links(scope: Scope) -> Rows:
    return select(PoliceLink.complex_id, PoliceLink.since).where(scope.until(PoliceLink))


DEADLINES = (
    Deadline(
        key="security_guards.filing",
        label="保安员审查备案",
        code="D21",
        clause="二（六）四",
        unit=RECORD,
        of=Guard,
        due=Within(days=30),
        opened="filing_from",
        done_on="filing_settled_on",
        answers=Guard,
        settles="派出所审查并备案，或已离岗",
    ),
    Deadline(
        key="security_guards.training",
        label="保安员培训",
        code="D21",
        clause="二（六）四",
        unit=RECORD,
        of=Guard,
        due=Stated(days=90),
        opened="since",
        stated="train_by",
        done_on="training_settled_on",
        answers=Guard,
        settles="参加派出所、街道联合培训并考核合格",
    ),
    Deadline(
        key="security_guards.officer",
        label="片警挂钩小区",
        code="A6-4",
        clause="二（六）一",
        unit=COMPLEX,
        due=Once(),
        done=links,
        answers=PoliceLink,
        settles="登记挂钩片警",
    ),
)
