"""What it comes to (plan 1.2, A8-1 to A8-6). The 40, 16 and 67 are named lists: what happens elsewhere never counts (Q21)."""

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from core.api import (
    MANAGED,
    STREET,
    ChoicesKind,
    Complex,
    ComplexTerm,
    Indicator,
    IntegerKind,
    Rows,
    Scope,
    Setting,
    Shape,
    at_least,
    counts,
    coverage,
    tally,
    whole,
)
from plugins.safety.records import (
    ChargingProject,
    FireRepair,
    Hazard,
    Maintenance,
    Operator,
    SmartGrade,
    Standardisation,
)
from plugins.safety.records_projects import IMPROVED, NEWEST, STANDARD
from plugins.safety.records_safety import EQUIPMENT

CHARGING_LIST, FIRE_LIST, BUILT_LIST = "safety.charging", "safety.fire", "built"

SETTINGS = (
    Setting(
        key="safety.standardisation_tasks",
        label="安全生产标准化创建目标任务数（0 表示专项行动开始时有物业管理的小区数）",
        kind=IntegerKind(at_least=0, at_most=10_000, unit="个"),
        default=0,
        note="Q20",
    ),
    Setting(
        key="safety.standard_years",
        label="安全生产标准化有效年数",
        kind=IntegerKind(at_least=1, at_most=20, unit="年"),
        default=3,
        note="F8.1：通行做法为3年，请按评审机构的规定核定",
    ),
    Setting(
        key="safety.major_fix_days",
        label="重大隐患落实五项（措施、责任、资金、时限、预案）的天数",
        kind=IntegerKind(at_least=0, at_most=60, unit="天"),
        default=3,
        note="F8.2：方案未定，系统默认",
    ),
    Setting(
        key="safety.expiry_days",
        label="维保合同、特种作业证到期前多少天应办妥续签或换证",
        kind=IntegerKind(at_least=0, at_most=180, unit="天"),
        default=30,
        note="F8.3、F8.4：方案未定，系统默认",
    ),
    Setting(
        key="safety.maintained_equipment",
        label="维保委托率要求委托的设备",
        kind=ChoicesKind(options=EQUIPMENT),
        default=["消防系统"],
        note="A8-6：并非每个小区都有电梯，默认只看消防系统",
    ),
)


def standardised_by(scope: Scope) -> Rows:
    """Complexes whose standard has been announced and has not run out."""
    return select(Standardisation.complex_id).where(
        scope.until(Standardisation, "achieved_on"),
        or_(Standardisation.valid_until.is_(None), Standardisation.valid_until >= scope.day),
    )


def managed_at_start(scope: Scope) -> Rows:
    """All complexes managed when the campaign began. Written out, for ``scope.managed()`` is cut to the touched units and
    this is counted as a whole."""
    in_force = and_(
        ComplexTerm.complex_id == Complex.id, ComplexTerm.since <= scope.start, ComplexTerm.until >= scope.start
    )
    return (
        select(Complex.id)
        .join(ComplexTerm, in_force)
        .where(
            ComplexTerm.service.in_(MANAGED),
            or_(Complex.opened_on.is_(None), Complex.opened_on <= scope.day),
            or_(Complex.closed_on.is_(None), Complex.closed_on >= scope.start),
        )
    )


def standardised(scope: Scope) -> Rows:
    """Q20: of the target number if one is entered, else of the complexes managed at the start."""
    tasks = int(scope.setting("safety.standardisation_tasks"))
    achieved = select(func.count(Standardisation.complex_id.distinct())).where(
        Standardisation.complex_id.in_(standardised_by(scope))
    )
    if tasks:
        return whole(scope.street(), achieved, tasks)
    managed = managed_at_start(scope)
    among = achieved.where(Standardisation.complex_id.in_(managed))
    return whole(scope.street(), among, select(func.count()).select_from(managed.subquery("managed")))


def standardised_by_complex(scope: Scope) -> Rows:
    return coverage(of=scope.managed(), by=standardised_by(scope))


def charged(scope: Scope) -> Rows:
    """Complexes with a charging place in use on the day."""
    return select(ChargingProject.complex_id).where(
        scope.until(ChargingProject, "opened_on"),
        or_(ChargingProject.stopped_on.is_(None), ChargingProject.stopped_on > scope.day),
    )


def charging(scope: Scope) -> Rows:
    return coverage(of=scope.listed(CHARGING_LIST), by=charged(scope))


def repaired(scope: Scope) -> Rows:
    """(complex, day): the last repair accepted, where none that was found by the day is still under way."""
    other = aliased(FireRepair)
    unfinished = select(literal(1)).where(
        other.complex_id == FireRepair.complex_id,
        other.state.in_(FireRepair.workflow.counting),
        other.found_on <= scope.day,
        or_(other.accepted_on.is_(None), other.accepted_on > FireRepair.accepted_on),
    )
    return select(FireRepair.complex_id, FireRepair.accepted_on).where(
        scope.until(FireRepair, "accepted_on"), ~unfinished.correlate(FireRepair).exists()
    )


def fire(scope: Scope) -> Rows:
    return coverage(of=scope.listed(FIRE_LIST), by=repaired(scope))


def graded(scope: Scope, grades: tuple[str, ...]) -> Rows:
    """Of the 67, whose newest grade on the day is among ``grades``."""
    of = scope.listed(BUILT_LIST).subquery("of")
    newest = select(SmartGrade.grade).where(scope.until(SmartGrade), SmartGrade.complex_id == of.c.unit_id)
    grade = newest.order_by(*NEWEST).limit(1).correlate(of).scalar_subquery()
    return select(of.c.unit_id, case((grade.in_(grades), 1), else_=0).label("n"), literal(1).label("d"))


def standard_grade(scope: Scope) -> Rows:
    return graded(scope, STANDARD)


def improved_grade(scope: Scope) -> Rows:
    return graded(scope, (IMPROVED,))


def hazards(scope: Scope) -> Rows:
    closed = case((and_(Hazard.closed_on.is_not(None), Hazard.closed_on <= scope.day), 1), else_=0)
    return tally(select(Hazard.complex_id, closed, literal(1)).where(scope.until(Hazard)), of=scope.units(Complex.kind))


def maintained(scope: Scope) -> Rows:
    """Complexes with a contract in force, by a qualified company, for all the equipment that is demanded."""
    unit = scope.units(Complex.kind).subquery("of")
    valid = [
        select(literal(1))
        .where(
            Maintenance.complex_id == unit.c.unit_id,
            Maintenance.equipment == equipment,
            scope.until(Maintenance),
            Maintenance.expires_on >= scope.day,
            or_(Maintenance.state != "ended", Maintenance.settled_on > scope.day),
        )
        .correlate(unit)
        .exists()
        for equipment in scope.setting("safety.maintained_equipment")
    ]
    having = case((and_(*valid), 1), else_=0) if valid else literal(0)
    return select(unit.c.unit_id, having.label("n"), literal(1).label("d"))


def operators(scope: Scope) -> Rows:
    """Of the posts of special work on the day, those held by somebody with a certificate in force; vacant ones lack it."""
    certified = and_(Operator.certified_on <= scope.day, Operator.valid_until >= scope.day)
    posts = select(Operator.complex_id, case((certified, 1), else_=0), literal(1)).where(
        scope.until(Operator), or_(Operator.settled_on.is_(None), Operator.settled_on > scope.day), counts(Operator)
    )
    return tally(posts, of=scope.units(Complex.kind))


INDICATORS = (
    Indicator(
        key="safety.standardised",
        label="安全生产标准化创建完成率",
        code="A8-1",
        clause="二（八）一",
        unit=STREET,
        measure=standardised,
        numerator="已公告达标且在有效期内的小区",
        denominator="创建目标任务数；未填时为专项行动开始时有物业管理的小区",
        target=at_least("0.5"),
        evidence=(Standardisation,),
    ),
    Indicator(
        key="safety.standardised_by_complex",
        label="安全生产标准化达标小区占比（分社区）",
        code="A8-1",
        clause="二（八）一",
        measure=standardised_by_complex,
        numerator="已公告达标且在有效期内的小区",
        denominator="专项行动开始时有物业管理的小区",
        watch=True,
        evidence=(Standardisation,),
    ),
    Indicator(
        key="safety.charging",
        label="增设电动自行车停放充电场所小区数",
        code="A8-2",
        clause="二（八）二",
        measure=charging,
        shape=Shape.COUNT,
        suffix="个",
        numerator="充电任务名单内有充电场所投用的小区",
        denominator="充电任务名单内的小区（40个）",
        target=at_least(40),
        evidence=(ChargingProject,),
    ),
    Indicator(
        key="safety.fire",
        label="消防设施问题小区整改数",
        code="A8-3",
        clause="二（八）三",
        measure=fire,
        shape=Shape.COUNT,
        suffix="个",
        numerator="消防整改名单内全部整改验收合格的小区",
        denominator="消防整改名单内的小区（16个）",
        target=at_least(16),
        evidence=(FireRepair,),
    ),
    Indicator(
        key="safety.standard_grade",
        label="“标准型”智能安防小区覆盖率",
        code="A8-4",
        clause="二（八）四",
        measure=standard_grade,
        numerator="当前等级为标准型、提高型的已建小区",
        denominator="已建小区名单（67个）",
        target=at_least(1),
        evidence=(SmartGrade,),
    ),
    Indicator(
        key="safety.improved_grade",
        label="“提高型”智能安防小区占比",
        code="A8-5",
        clause="二（八）四",
        measure=improved_grade,
        numerator="当前等级为提高型的已建小区",
        denominator="已建小区名单（67个）",
        target=at_least("0.2"),
        evidence=(SmartGrade,),
    ),
    Indicator(
        key="safety.hazards_closed",
        label="安全隐患整改率",
        code="A8-6",
        clause="二（八）一",
        measure=hazards,
        numerator="已销号的隐患",
        denominator="已发现的隐患，不属实的不计",
        watch=True,
        evidence=(Hazard,),
    ),
    Indicator(
        key="safety.maintained",
        label="设备维保委托率",
        code="A8-6",
        clause="二（八）一",
        measure=maintained,
        numerator="设置所列设备都有在有效期内的维保合同（单位资质有效）的小区",
        denominator="全部小区",
        watch=True,
        evidence=(Maintenance,),
    ),
    Indicator(
        key="safety.operators_certified",
        label="特种作业持证率",
        code="A8-6",
        clause="二（八）一",
        measure=operators,
        numerator="证书在有效期内的特种作业岗位",
        denominator="应设的特种作业岗位，空缺的也计",
        watch=True,
        evidence=(Operator,),
    ),
)
