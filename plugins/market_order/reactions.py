"""What follows from a change (plan 1.6): evidence becomes proposed deductions, deductions a score; a bulletin publishes its
assessments; missing items become issues, income problems cases; facts of any action become drafts for the credit file."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from core.api import COMPANY, MANAGED, Change, Door, Look, Problem, Reaction, Say, counts
from plugins.market_order.indicators import WEIGHTS
from plugins.market_order.records_assessment import (
    CATEGORIES,
    OTHER,
    SUPERVISOR,
    Assessment,
    Deduction,
    Standard,
)
from plugins.market_order.records_company import BAD, FIRM, Credit, Restriction, restricting
from plugins.market_order.records_income import IncomeProblem
from plugins.market_order.records_publicity import NOT_POSTED, NOT_PROPER, Issue, limit_of

FULL_MARKS = Decimal(5)  # a supervisor's score is out of five
ALIASES = (("环境", "保洁"), ("卫生", "保洁"), ("隐患", "安全"), ("监督", SUPERVISOR))
CENT = Decimal("0.01")
TAKING_ON = ("registry.complex", "micro_projects.project", "environment.fallback")  # where a company gets work


def propose(change: Change, door: Door) -> None:
    """One deduction for each fact other actions hold against the complex since its last assessment, each fact once."""
    if not change.new and change.step != "collect":
        return
    facts = list(_evidence(change, door))
    opinions = [f for f in facts if f["category"] == SUPERVISOR]
    for fact in facts:
        measured: Decimal = fact.pop("measured")
        if fact["category"] == SUPERVISOR:
            missing = min(max(measured, Decimal(0)), FULL_MARKS)
            weight: Decimal = door.setting("market_order.supervisor_weight")
            fact["rating"] = (FULL_MARKS - missing).quantize(CENT)
            fact["points"] = (weight * missing / FULL_MARKS / len(opinions)).quantize(CENT)
        else:
            name = WEIGHTS.get(fact["category"], WEIGHTS[OTHER])[0]
            fact["points"] = min((door.setting(f"market_order.points_{name}") * measured).quantize(CENT), Decimal(100))
        door.save(Deduction, {"assessment_id": change.record_id, **fact})


def _evidence(change: Change, door: Door) -> Iterator[dict[str, Any]]:
    """From the month of the last assessment (or this one's) to the end of this month, but for what was judged already."""
    month: date = change.after["month"]
    end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    own = Assessment.complex_id == change.unit_id
    ((before,),) = door.read(select(func.max(Assessment.month)).where(own, Assessment.month < month))
    known = {
        source
        for (source,) in door.read(
            select(Deduction.source).where(Deduction.complex_id == change.unit_id, Deduction.source.is_not(None))
        )
    }
    for _, rows in door.ask("market_order_evidence", start=before or month, end=end):
        found = rows.subquery("evidence")
        columns = list(found.c)
        mine = select(*columns).where(columns[0] == change.unit_id).order_by(columns[1], columns[6])
        for _, _, category, measured, text, key, number in door.read(mine):
            source = f"{key}/{number}"
            if source not in known:
                known.add(source)
                name = _category(category)
                fact = text if name == category else f"{category}：{text}"
                yield {"category": name, "measured": Decimal(str(measured)), "fact": fact[:200], "source": source}


def _category(said: str) -> str:
    words = (*((name, name) for name in CATEGORIES), *ALIASES)
    return next((name for word, name in words if word in said), OTHER)


def sum_up(change: Change, door: Door) -> None:
    """The assessment's score is that of its deductions."""
    door.correct(Assessment, change.after["assessment_id"], {})


def total(change: Change, door: Door) -> None:
    """The standard shows what its items add up to."""
    door.correct(Standard, change.after["standard_id"], {})


def publish(change: Change, door: Door) -> None:
    """An issued bulletin publishes the month's approved assessments."""
    if not change.entered("issued"):
        return
    waiting = select(Assessment.id, Assessment.passed).where(
        Assessment.state == "approved", Assessment.month == change.after["month"]
    )
    for number, passed in door.read(waiting.order_by(Assessment.id)):
        door.move(Assessment, number, "publish_passed" if passed else "publish_failed", remark="通报印发")


def retest(change: Change, door: Door) -> None:
    """A restriction shows whether the company has been assessed anew and passed."""
    if not change.entered("approved"):
        return
    mine = select(Restriction.id).where(
        Restriction.state == "in_force", Restriction.company_id == change.after["company_id"]
    )
    for (number,) in door.read(mine):
        door.correct(Restriction, number, {})


def open_issues(change: Change, door: Door) -> None:
    """Each required item that is missing or improper, unless it is open already (story 15)."""
    if change.state not in ("submitted", "checked"):
        return
    after = change.after
    still = select(Issue.item, Issue.fault).where(
        Issue.complex_id == change.unit_id, counts(Issue), Issue.closed_on.is_(None)
    )
    made = select(Issue.item, Issue.fault).where(Issue.check_id == change.record_id)
    known = {tuple(row) for row in (*door.read(still), *door.read(made))}
    for item in door.setting("market_order.required_items"):
        if item in (after.get("proper") or ()):
            continue
        fault = NOT_PROPER if item in (after.get("posted") or ()) else NOT_POSTED
        if (item, fault) not in known:
            limit = limit_of(door.setting, door.today)
            values = {"complex_id": change.unit_id, "found_on": after["checked_on"], "item": item, "fault": fault}
            door.save(Issue, {**values, "limit_on": limit, "check_id": change.record_id})


def open_problem(change: Change, door: Door) -> None:
    """A review that names a problem opens its case, once."""
    after = change.after
    if not after.get("fault") or change.state not in ("submitted", "checked"):
        return
    if door.read(select(IncomeProblem.id).where(IncomeProblem.review_id == change.record_id)):
        return
    limit = after.get("limit_on") or after["reviewed_on"] + timedelta(days=door.setting("market_order.income_days"))
    values = {"complex_id": change.unit_id, "found_on": after["reviewed_on"], "fault": after["fault"]}
    door.save(IncomeProblem, {**values, "problem": after["problem"], "limit_on": limit, "review_id": change.record_id})


def draft_credit(change: Change, door: Door) -> None:
    """What any action reports for the credit file (1.6), once for each origin."""
    for _, fact in door.ask("market_order_credit", change=change):
        if door.read(select(Credit.id).where(Credit.source == fact["origin"])):
            continue
        values = {"company_id": fact["company_id"], "subject": FIRM, "kind": BAD, "source": fact["origin"]}
        values |= {"fact": str(fact["fact"])[:1000], "happened_on": fact["happened_on"]}
        door.save(Credit, values | {"determined_by": str(fact.get("determined_by") or "")[:60] or None})


def own_credit(change: Change) -> Mapping[str, Any] | None:
    """``market_order_credit`` of this action itself: failed assessments, penalised incomes, issues left to lie."""
    after = change.after
    if change.key == "market_order.assessment" and change.entered("failed"):
        fact = f"{after['month'].year}年{after['month'].month}月考评得分{after['score']:.1f}分，低于达标线{after['line']:.1f}分"
        day = after["held_on"]
    elif change.key == "market_order.income_problem" and change.entered("penalised"):
        fact, day = f"公共收益问题（{after['fault']}）未及时整改被查处", after["found_on"]
    elif change.key == "market_order.issue" and change.entered("enforced"):
        fact, day = f"“{after['item']}”{after['fault']}，逾期未整改被查处", after["found_on"]
    else:
        return None
    if after["company_id"] is None:
        return None
    found = {"company_id": after["company_id"], "fact": fact, "happened_on": day, "origin": change.origin}
    return found | {"determined_by": "城管办"}


def refuse_restricted(key: str, before: Mapping[str, Any], after: Mapping[str, Any], look: Look) -> Iterator[Problem]:
    """``check_record``: a company under restriction takes on nothing new, packaged or not (story 13)."""
    company = after.get("company_id")
    if company is None or key not in TAKING_ON:
        return
    if key == "registry.complex":
        same = company == before.get("company_id") and after.get("service") == before.get("service")
        if same or after.get("service") not in MANAGED:
            return
    elif company == before.get("company_id"):
        return
    rows = select(Restriction.from_on, Restriction.until_on).where(
        Restriction.company_id == company, restricting(look.today)
    )
    for since, until in look.read(rows.order_by(Restriction.from_on).limit(1)):
        end = f"至{until}" if until else "至复评达标解除"
        name = look.unit_name(COMPANY, company)
        yield Problem(
            "company_id", Say("{c}考评不达标，自{s}{e}限制承接新项目，不能登记为承接企业", c=name, s=str(since), e=end)
        )


REACTIONS = (
    Reaction(to=("market_order.assessment",), label="各行动的依据自动列为扣分", code="F5.2", run=propose),
    Reaction(to=("market_order.deduction",), label="扣分计入总分", code="F5.2", run=sum_up),
    Reaction(to=("market_order.item",), label="条目分值合计", code="F5.1", run=total),
    Reaction(to=("market_order.bulletin",), label="通报印发即公布考评结果", code="F5.3", run=publish),
    Reaction(to=("market_order.assessment",), label="复评达标提示", code="F5.4", run=retest),
    Reaction(to=("market_order.self_check",), label="缺项自动建立整改问题", code="D19、F5.8", run=open_issues),
    Reaction(to=("market_order.income",), label="公共收益问题自动立项", code="D20、F5.9", run=open_problem),
    Reaction(to=("*",), label="不良事实拟记信用", code="F5.5", run=draft_credit),
)
