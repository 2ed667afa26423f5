"""What it comes to (plan 1.2, A5-1 to A5-7), the choices the notice leaves open, and what is offered to other plugins."""

from decimal import Decimal

from sqlalchemy import and_, case, literal, or_, select
from sqlalchemy.orm import aliased

from core.api import (
    COMPANY,
    COMPLEX,
    ChoiceKind,
    ChoicesKind,
    Complex,
    DecimalKind,
    Indicator,
    IntegerKind,
    Offer,
    Period,
    Rows,
    Scope,
    Setting,
    Shape,
    TextKind,
    at_least,
    counts,
    coverage,
    every_setting,
    share,
    tally,
)
from plugins.market_order.records_assessment import Assessment, Deduction
from plugins.market_order.records_company import ANY, MEAN, Credit, Restriction, below, restricting
from plugins.market_order.records_income import Income, IncomeProblem
from plugins.market_order.records_publicity import ITEMS, PARTS, Issue, Place, SelfCheck

FULL = at_least(1)
WEIGHTS = {  # points of the sheet for one point of evidence, by category: key, default, label
    "投诉": ("complaint", "0.5", "每件物业管理类投诉扣分"),
    "执法": ("enforcement", "2", "每件物业履职不到位等执法问题扣分"),
    "保洁": ("cleaning", "1", "每个环境卫生问题扣分"),
    "保安": ("guards", "1", "每个保安履职问题扣分"),
    "安全": ("safety", "1", "每个安全隐患扣分"),
    "其他": ("other", "1", "其他依据每分折算扣分"),
}


def _points(key: str, label: str, default: str, note: str = "") -> Setting:
    kind = DecimalKind(places=2, at_least=Decimal(0), at_most=Decimal(100), unit="分")
    return Setting(key=f"market_order.{key}", label=label, kind=kind, default=Decimal(default), note=note)


SETTINGS = (
    _points("pass_line", "达标线", "60", "低于此分为不达标；施行的考评标准另有达标线的，从其规定"),
    Setting(
        key="market_order.company_rule",
        label="企业不达标的判定",
        kind=ChoiceKind(options=(ANY, MEAN)),
        default=ANY,
        note="任一项目不达标，企业即不达标；也可按各项目平均分",
    ),
    _points("band_excellent", "“优秀”起分", "90", "F5.2：等次，差异化监管用"),
    _points("band_good", "“良好”起分", "80", "F5.2：等次，差异化监管用"),
    _points("supervisor_weight", "监督员评价权重", "10", "F9.7→F5.2：满分不扣，0分扣完"),
    _points("complaint_cap", "每月投诉扣分上限", "10", "1.6：投诉量计入考评"),
    *(_points(f"points_{key}", label, default, "1.6：其他行动的依据") for key, default, label in WEIGHTS.values()),
    Setting(
        key="market_order.required_items",
        label="必须公示的项目",
        kind=ChoicesKind(options=ITEMS),
        default=list(ITEMS),
        note="D19：《民法典》第九百四十三条",
    ),
    Setting(
        key="market_order.income_days",
        label="公共收益问题整改天数",
        kind=IntegerKind(at_least=1, at_most=365, unit="天"),
        default=15,
        note="D20：排查时没有写明期限的",
    ),
    Setting(
        key="market_order.notice_days",
        label="解约通知天数",
        kind=IntegerKind(at_least=0, at_most=365, unit="天"),
        default=60,
        note="F5.4：《民法典》第九百四十六条，合同另有约定的可调",
    ),
    every_setting("market_order.credit_every", "征集信用不良信息频次", Period.MONTH, note="D18：定期"),
    every_setting("market_order.income_every", "公共收益排查频次", Period.MONTH, note="D20：常态化"),
    *(
        Setting(
            key=f"market_order.label_{name}",
            label=f"“{label}”的叫法",
            kind=TextKind(longest=40),
            default=label,
            note="F5.7：方案没有说明“一箱二牌三栏”，名称可改",
        )
        for name, label in PARTS.items()
    ),
)


def self_checks(scope: Scope) -> Rows:
    return select(SelfCheck.complex_id).where(scope.until(SelfCheck))


def unsettled_issue(scope: Scope) -> Rows:
    open_on = or_(Issue.closed_on.is_(None), Issue.closed_on > scope.day)
    return select(Issue.complex_id).where(scope.until(Issue), open_on)


def published(scope: Scope) -> Rows:
    """Self-checked, and nothing is left that was missing or improper."""
    checked = self_checks(scope).where(SelfCheck.complex_id == Complex.id).correlate(Complex).exists()
    left = unsettled_issue(scope).where(Issue.complex_id == Complex.id).correlate(Complex).exists()
    return share(scope.managed(), having=and_(checked, ~left))


def self_checked(scope: Scope) -> Rows:
    return coverage(of=scope.managed(), by=self_checks(scope))


def issues_closed(scope: Scope) -> Rows:
    found = select(Issue.complex_id, case((Issue.closed_on <= scope.day, 1), else_=0), literal(1))
    return tally(found.where(scope.until(Issue)), of=scope.units(COMPLEX))


def with_problem(scope: Scope) -> Rows:
    return select(IncomeProblem.complex_id).where(scope.until(IncomeProblem))


def income_settled(scope: Scope) -> Rows:
    """Q17: problem complexes alone; one counts once all its problems are set right or penalised."""
    left = with_problem(scope).where(or_(IncomeProblem.settled_on.is_(None), IncomeProblem.settled_on > scope.day))
    open_ones = left.where(IncomeProblem.complex_id == Complex.id).correlate(Complex).exists()
    return share(scope.units(COMPLEX).where(Complex.id.in_(with_problem(scope))), having=~open_ones)


def income_clean(scope: Scope) -> Rows:
    """Q17: reviewed and never a problem: said apart as 无问题, not as 100 %."""
    reviewed = select(Income.complex_id).where(scope.until(Income))
    return share(scope.units(COMPLEX).where(Complex.id.in_(reviewed)), having=Complex.id.not_in(with_problem(scope)))


def assessed(scope: Scope) -> Rows:
    done = and_(counts(Assessment), Assessment.month == scope.start, Assessment.scored_on <= scope.day)
    return coverage(of=scope.managed(), by=select(Assessment.complex_id).where(done))


def restricted(scope: Scope) -> Rows:
    """A5-4: companies below the line on the day, and those of them under restriction that day."""
    poor = below(scope.day, scope.setting("market_order.company_rule"))
    return coverage(of=poor, by=select(Restriction.company_id).where(restricting(scope.day)))


def place_set_up(scope: Scope) -> Rows:
    """The newest inspection passes in all eight."""
    newer = aliased(Place)
    later = or_(
        newer.inspected_on > Place.inspected_on, and_(newer.inspected_on == Place.inspected_on, newer.id > Place.id)
    )
    newest = ~(
        select(newer.id)
        .where(
            newer.complex_id == Place.complex_id,
            newer.state.in_(Place.workflow.counting),
            newer.inspected_on <= scope.day,
            later,
        )
        .exists()
    )
    every = and_(*(getattr(Place, name) for name in PARTS))
    return coverage(of=scope.managed(), by=select(Place.complex_id).where(scope.until(Place), newest, every))


INDICATORS = (
    Indicator(
        key="market_order.published",
        label="物业服务事项公开公示率",
        code="A5-1",
        clause="二（五）目标",
        measure=published,
        numerator="已自查、应公示项目全部公示规范的小区",
        denominator="专项行动开始时有物业管理的小区",
        target=FULL,
        evidence=(SelfCheck, Issue),
    ),
    Indicator(
        key="market_order.income_settled",
        label="公共收益整治到位率",
        code="A5-2",
        clause="二（五）目标",
        measure=income_settled,
        numerator="问题全部整改到位或已查处的小区",
        denominator="排查出公共收益问题的小区（没有问题的为“无问题”，不计入）",
        target=FULL,
        evidence=(IncomeProblem,),
    ),
    Indicator(
        key="market_order.income_clean",
        label="公共收益无问题小区",
        code="A5-2",
        clause="二（五）5",
        measure=income_clean,
        shape=Shape.COUNT,
        numerator="已排查、没有发现过问题的小区",
        denominator="已排查的小区",
        suffix="个",
        watch=True,
        evidence=(Income,),
    ),
    Indicator(
        key="market_order.assessed",
        label="精细化考评覆盖率",
        code="A5-3",
        clause="二（五）1",
        measure=assessed,
        numerator="当月已打分的小区",
        denominator="当月初有物业管理的小区",
        every=Period.MONTH,
        target=FULL,
        evidence=(Assessment, Deduction),
    ),
    Indicator(
        key="market_order.restricted",
        label="考评不达标企业限制承接新项目率",
        code="A5-4",
        clause="二（五）1",
        unit=COMPANY,
        measure=restricted,
        numerator="当日处于限制承接期的不达标企业",
        denominator="最近一次审定的考评不达标的企业",
        every=Period.MONTH,
        target=FULL,
        evidence=(Restriction, Assessment),
    ),
    Indicator(
        key="market_order.self_checked",
        label="公示公开自查完成率",
        code="A5-5",
        clause="二（五）4",
        measure=self_checked,
        numerator="已报自查表的小区",
        denominator="专项行动开始时有物业管理的小区",
        target=FULL,
        evidence=(SelfCheck,),
    ),
    Indicator(
        key="market_order.issues_closed",
        label="自查问题整改率",
        code="A5-6",
        clause="二（五）4",
        measure=issues_closed,
        numerator="已复核销号的公示问题",
        denominator="已发现的公示问题",
        target=FULL,
        evidence=(Issue,),
    ),
    Indicator(
        key="market_order.place_set_up",
        label="服务场所、人员、“一箱二牌三栏”规范设置率",
        code="A5-7",
        clause="二（五）4",
        measure=place_set_up,
        numerator="最近一次检查各项齐全的小区",
        denominator="专项行动开始时有物业管理的小区",
        target=FULL,
        evidence=(Place,),
    ),
)


def credit_origins(scope: Scope) -> Rows:
    """Recorded by the day and not revoked: a draft is not yet in the credit file."""
    standing = or_(Credit.revoked_on.is_(None), Credit.revoked_on > scope.day)
    return select(Credit.source.label("origin"), Credit.recorded_on.label("day")).where(
        counts(Credit), Credit.source.is_not(None), Credit.recorded_on <= scope.day, standing
    )


def restrictions(scope: Scope) -> Rows:
    return select(
        Restriction.company_id, Restriction.from_on, Restriction.until_on, Restriction.id.label("record_id")
    ).where(restricting(scope.day))


def scores(scope: Scope) -> Rows:
    return select(
        Assessment.complex_id,
        Assessment.company_id,
        Assessment.month,
        Assessment.score,
        Assessment.passed,
        Assessment.id.label("record_id"),
    ).where(counts(Assessment), Assessment.approved_on <= scope.day)


OFFERS = (
    Offer(
        key="market_order.credit_origins",
        label="已记入信用的事实",
        columns={"origin": "来源记录", "day": "记入日期"},
        rows=credit_origins,
    ),
    Offer(
        key="market_order.restrictions",
        label="限制承接中的企业",
        columns={"company_id": "物业企业", "from_on": "起始", "until_on": "截止（空为至解除）", "record_id": "编号"},
        rows=restrictions,
    ),
    Offer(
        key="market_order.scores",
        label="已审定的月度考评",
        columns={
            "complex_id": "小区",
            "company_id": "物业企业",
            "month": "月份",
            "score": "总分",
            "passed": "达标",
            "record_id": "编号",
        },
        rows=scores,
    ),
)
