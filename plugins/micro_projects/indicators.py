"""What it comes to (plan 1.2, A10-1 and A10-2). From which stage on a project counts is a setting (story 20)."""

from sqlalchemy import case, literal, select

from core.api import ChoiceKind, Complex, Indicator, Rows, Scope, Setting, at_least, counts, coverage, tally
from plugins.micro_projects.records import Project

STAGES = {
    "征集": Project.wished_on,
    "方案": Project.planned_on,
    "立项": Project.approved_on,
    "开工": Project.begun_on,
    "完工": Project.built_on,
    "验收": Project.accepted_on,
}
SETTINGS = (
    Setting(
        key="micro_projects.counts_from",
        label="“微实事”从哪个阶段起计入覆盖率",
        kind=ChoiceKind(options=tuple(STAGES)),
        default="立项",
        note="A10-1：方案写“每个小区不少于1个”，默认立项及以后",
    ),
)


def reached(scope: Scope) -> Rows:
    """(complex, day) of each project that has come to the stage that counts."""
    on = STAGES[scope.setting("micro_projects.counts_from")]
    return select(Project.complex_id, on).where(on.is_not(None), on <= scope.day, counts(Project))


def planned(scope: Scope) -> Rows:
    on = Project.planned_on
    return select(Project.complex_id, on).where(on.is_not(None), on <= scope.day, counts(Project))


def covered(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=reached(scope))


def with_plan(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=planned(scope))


def finished(scope: Scope) -> Rows:
    done = case((Project.accepted_on <= scope.day, 1), else_=0)
    rows = select(Project.complex_id, done, literal(1)).where(Project.approved_on <= scope.day, counts(Project))
    return tally(rows, of=scope.units(Complex.kind))


INDICATORS = (
    Indicator(
        key="micro_projects.covered",
        label="“微实事”覆盖率",
        code="A10-1",
        clause="二（十）",
        measure=covered,
        numerator="至少有1个立项“微实事”的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Project,),
    ),
    Indicator(
        key="micro_projects.planned",
        label="“一个小区一个方案”率",
        code="A10-2",
        clause="二（十）",
        measure=with_plan,
        numerator="有方案的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Project,),
    ),
    Indicator(
        key="micro_projects.accepted",
        label="已立项“微实事”验收率",
        code="F10.1",
        clause="二（十）",
        measure=finished,
        numerator="已验收的项目",
        denominator="已立项的项目",
        watch=True,
        evidence=(Project,),
    ),
)
