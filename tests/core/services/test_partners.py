"""Two made-up plugins that cooperate without importing each other: links, offers, reactions, own hooks, judgments, clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    LEAD,
    REPORTER,
    Action,
    Change,
    Complex,
    Deadline,
    Department,
    Door,
    Indicator,
    Look,
    Offer,
    Period,
    Problem,
    Reaction,
    Record,
    SameDay,
    Say,
    Scope,
    State,
    Transition,
    Workflow,
    choice,
    coverage,
    day,
    every,
    every_setting,
    holds,
    hookimpl,
    hookspec,
    id_number,
    integer,
    link,
    moment,
    month,
    origin,
    references,
    secret,
    tally,
    text,
)
from core.base.errors import DeclarationError, Forbidden, Invalid
from core.base.sealed import masked
from core.base.sql_days import days_between, local_day, month_of, plus_days
from core.estate.units import Company
from core.kernel import plugins
from core.services.audit.journal import JournalEntry
from core.services.campaign import setting_changes
from core.services.measuring import days, figures, measures
from core.services.operations import faults
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import many, records, registry
from core.testing import at, figure, small_platform

DAY = date(2024, 11, 20)


def judged(record: Any, look: Look) -> Iterator[Problem]:
    open_ones = look.read(select(Answer.id).where(Answer.case_id == record.id, Answer.answered_at.is_(None)))
    if open_ones:
        yield Problem("", Say("还有 {n} 个部门未答复", n=len(open_ones)))


HANDLING = Workflow(
    states=(State(key="open", label="待办"), State(key="done", label="办结", closed=True)),
    transitions=(
        Transition(
            key="close", label="办结", source=("open",), target="done", by=(LEAD,), stamps="closed_on", guard=judged
        ),
    ),
    editable=("open",),
)


class Case(Record):
    """Opened by a community, answered by each department called."""

    __tablename__ = "givers_case"
    unit, label, workflow = COMPLEX, "案件", HANDLING
    named_by: ClassVar[tuple[str, ...]] = ("title",)
    opened_at: Mapped[datetime] = moment("时间", happened=True)
    title: Mapped[str] = text("标题", required=True)
    urgency: Mapped[str] = choice("缓急", ("急", "缓"), required=True)
    called: Mapped[list[int]] = references("部门", DEPARTMENT, at_least=1)
    people: Mapped[int | None] = integer("人数")
    double: Mapped[int | None] = integer("两倍", derived=True)
    closed_on: Mapped[date | None] = day("办结日期", filed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"double": None if self.people is None else self.people * 2}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.people and self.people > 5:
            yield Problem("people", Say("通常不超过5人"), warning=True)


ANSWERING = Workflow(
    states=(State(key="asked", label="待答复"), State(key="answered", label="已答复", closed=True)),
    transitions=(
        Transition(
            key="answer", label="答复", source=("asked",), target="answered", by=(REPORTER,),
            fields=("opinion",), stamps="answered_at",
        ),
    ),
    editable=("asked",),
)  # fmt: skip


class Answer(Record):
    """One department's answer to a case."""

    __tablename__ = "givers_answer"
    unit, label, workflow, confidential = DEPARTMENT, "答复", ANSWERING, True
    case_id: Mapped[int] = link("案件", Case, required=True)
    opinion: Mapped[str | None] = secret("意见", filed=False, required=True)
    answered_at: Mapped[datetime | None] = moment("答复时间", filed=False)


class Person(Record):
    """A child of a case: its unit is the case's."""

    __tablename__ = "givers_person"
    unit, label, follows = COMPLEX, "人员", "case_id"
    case_id: Mapped[int] = link("案件", Case, required=True)
    number: Mapped[str | None] = id_number("证件号")


class Sheet(Record):
    """One a complex and month, by the lead department alone."""

    __tablename__ = "takers_sheet"
    unit, label = COMPLEX, "月表"
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    once_per: ClassVar[tuple[str, ...]] = ("complex_id", "month")
    month: Mapped[date] = month("月份", required=True)
    source: Mapped[str | None] = origin("来源")


def calls(change: Change, door: Door) -> None:
    """Each department called owes an answer."""
    if change.new:
        for department in change.after["called"]:
            door.save(Answer, {"department_id": department, "case_id": change.record_id})


def offered(scope: Scope) -> Any:
    return select(Case.complex_id, Case.opened_at.label("at")).where(scope.until(Case))


def busy(scope: Scope) -> Any:
    rows = scope.offered("givers.cases")
    return coverage(of=scope.units(COMPLEX), by=select(rows.c.complex_id))


def homes(scope: Scope) -> Any:
    return coverage(of=scope.units(COMMUNITY), by=scope.units(COMMUNITY))


def clues(scope: Scope) -> Any:
    parts = [
        rows.with_only_columns(*rows.selected_columns, literal(1)) for _, rows in scope.ask("takers_clues", of="x")
    ]
    return tally(parts[0], of=scope.units(COMPLEX)) if parts else tally(select(Complex.id, literal(0), literal(0)))


@hookspec
def takers_clues(of: str) -> Any:
    """Rows (complex_id, n) that count as clues."""


TAKERS_HOOKS = ModuleType("takers.hooks")
TAKERS_HOOKS.takers_clues = takers_clues  # type: ignore[attr-defined]


def drafted(change: Change, door: Door) -> None:
    if change.entered("done"):
        door.save(Sheet, {"complex_id": change.unit_id, "month": door.today, "source": change.origin})


def broken(change: Change, door: Door) -> None:
    door.save(Sheet, {"complex_id": change.unit_id, "month": date(2024, 1, 1)})
    raise RuntimeError("half done")


def givers(**more: Any) -> Any:
    said: dict[str, Any] = {
        "action": lambda: Action(slug="givers", number=21, label="给方", english="Givers"),
        "records": lambda: [Case, Answer, Person],
        "offers": lambda: [
            Offer(key="givers.cases", label="案件", columns={"complex_id": "小区", "at": "时间"}, rows=offered)
        ],
        "reactions": lambda: [Reaction(to=("givers.case",), label="呼叫部门", run=calls)],
        "settings": lambda: [every_setting("givers.often", "频次", Period.MONTH)],
        "deadlines": lambda: [
            Deadline(
                key="givers.urgent", label="急件当天办结", due=SameDay(), of=Case, opened="opened_at",
                done_on="closed_on", where=lambda: Case.urgency == "急",
            ),
            Deadline(
                key="givers.meeting", label="例会", due=every("givers.often")({"givers.often": "每月"}),
                due_from=every("givers.often"), done=lambda s: select(Case.complex_id, local_day(Case.opened_at)),
            ),
        ],
    }  # fmt: skip
    module = SimpleNamespace(__name__="givers.plugin", **{n: hookimpl(fn) for n, fn in (said | more).items()})

    @hookimpl(optionalhook=True)
    def takers_clues(of: str) -> Any:
        return select(Case.complex_id, literal(1)).where(literal(of) == "x")

    module.takers_clues = takers_clues
    return module


def takers(**more: Any) -> Any:
    indicators = [
        Indicator(key="takers.busy", label="有案件的小区", measure=busy, needs=("givers.cases",)),
        Indicator(key="takers.clues", label="线索", measure=clues),
        Indicator(key="takers.homes", label="社区", measure=homes, unit=COMMUNITY),
    ]
    said: dict[str, Any] = {
        "action": lambda: Action(slug="takers", number=22, label="取方", english="Takers"),
        "records": lambda: [Sheet],
        "indicators": lambda: indicators,
        "hookspecs": lambda: TAKERS_HOOKS,
        "reactions": lambda: [Reaction(to=("givers.case",), label="办结即立表", run=drafted)],
        "check_record": judge,
    }
    return SimpleNamespace(__name__="takers.plugin", **{n: hookimpl(fn) for n, fn in (said | more).items()})


def judge(key: str, before: Mapping[str, Any], after: Mapping[str, Any], look: Look) -> Iterator[Problem]:
    if key == "registry.company" and after.get("name") == "禁止":
        yield Problem("name", "已限制")


def opened(folder: Path, *modules: Any) -> Platform:
    loaders = {m.action().slug: (lambda m=m: m) for m in modules}
    return small_platform(folder, catalog=plugins.load(loaders, strict=True))


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Platform]:
    found = opened(tmp_path, givers(), takers())
    yield found
    found.db.close()


OFFICE = Actor(
    login="office", label="城管办", role="department", leads=frozenset({"givers", "takers"}), department_id=1
)
POLICE = Actor(login="police", label="派出所", role="department", department_id=2)
OFFICER = Actor(login="b", label="示例社区B", role="community", community_id=2)
LINKED = Actor(login="leader", label="领导", role="leader", linked=frozenset({1}))


def a_case(platform: Platform, who: Actor = OFFICER, hour: int = 16, **more: Any) -> int:
    values = {"complex_id": 1, "opened_at": "2024-11-20 16:50", "title": "堵塞", "urgency": "急", "called": ["城管办"]}
    reason = more.pop("reason", "")
    with platform.work(who, now=at(DAY, hour, 55)) as work:
        return records.save(work, "givers.case", values | more, reason=reason).record.id


def test_each_department_called_answers_for_itself_and_only_then_it_closes(both: Platform) -> None:
    with both.work(now=at(DAY)) as work:
        registry.save_many(work, Department, [{"name": "派出所", "category": "派驻站所"}])
    case = a_case(both, called=["城管办", "派出所"])
    with both.work(OFFICE, now=at(DAY, 17)) as work:
        with pytest.raises(Invalid, match="还有 2 个部门未答复"):
            records.move(work, "givers.case", case, "close")
        first, second = work.session.scalars(select(Answer).order_by(Answer.department_id)).all()
        assert (first.department_id, second.department_id, first.created_by) == (1, 2, "system")
        records.move(work, "givers.answer", first.id, "answer", {"opinion": "已到场"})
        with pytest.raises(Forbidden):
            records.move(work, "givers.answer", second.id, "answer", {"opinion": "代答"})
    with both.work(POLICE, now=at(DAY, 17)) as work:
        records.move(work, "givers.answer", second.id, "answer", {"opinion": "已处理"})
    with both.work(OFFICE, now=at(DAY, 18)) as work:
        assert records.move(work, "givers.case", case, "close").state == "done"
    with both.reading() as work:
        sheet = work.session.scalars(select(Sheet)).one()
        assert sheet.source == f"givers.case/{case}", "the other plugin reacted, with a link back"
        assert sheet.month == date(2024, 11, 1)


def test_confidential_rows_are_hidden_from_communities_and_leaders_and_texts_from_the_journal(both: Platform) -> None:
    case = a_case(both)
    with both.work(OFFICE, now=at(DAY, 17)) as work:
        answer = work.session.scalars(select(Answer.id)).one()
        records.move(work, "givers.answer", answer, "answer", {"opinion": "不同意，有前科"})
    for hidden in (OFFICER, LINKED, POLICE):
        with both.reading(hidden) as work, pytest.raises(Exception, match=r"givers\.answer"):
            records.get(work, "givers.answer", answer)
    with both.reading() as work:
        lines = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "givers.answer")).all()
        assert lines and "前科" not in "".join(str(line.changes) for line in lines)
        assert work.look.record_name(Case, case) == "示例小区01 · 堵塞"


def test_what_a_person_may_not_type_stays_what_a_step_or_the_system_made_it(both: Platform) -> None:
    case = a_case(both, people=3)
    with both.work(OFFICER, now=at(DAY, 17)) as work:
        saved = records.save(
            work, "givers.case", {"people": 4, "double": 99, "closed_on": "2024-11-20"}, record_id=case
        )
        assert (saved.record.double, saved.record.closed_on) == (8, None)  # type: ignore[attr-defined]


def test_the_unusual_is_taken_with_a_reason_and_the_reason_is_kept(both: Platform) -> None:
    with pytest.raises(Invalid) as refused:
        a_case(both, people=6)
    assert refused.value.only_warnings
    case = a_case(both, people=6, reason="群体来访，已核实")
    with both.reading() as work:
        assert records.get(work, "givers.case", case).remark == "群体来访，已核实"
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "givers.case")).one()
        assert line.changes["remark"] == [None, "群体来访，已核实"]
    with pytest.raises(Invalid):
        a_case(both, people=6, title="", reason="理由不能代替必填项")


def test_a_child_takes_its_parents_unit_and_a_bad_id_number_is_refused(both: Platform) -> None:
    case = a_case(both)
    with both.work(OFFICER, now=at(DAY)) as work:
        saved = records.save(work, "givers.person", {"case_id": f"#{case}", "number": "11010519491231002x"})
        assert saved.record.complex_id == 1
        with pytest.raises(Invalid, match="校验"):
            records.save(work, "givers.person", {"case_id": case, "number": "110105194912310021"})
        with pytest.raises(Invalid, match="没有这条案件"):
            records.save(work, "givers.person", {"case_id": 999})
    with both.reading() as work:
        raw = work.session.connection().exec_driver_sql("select number from givers_person").scalar_one()
        assert "110105" not in raw, "sealed at rest"


def test_one_a_month_by_the_lead_alone(both: Platform) -> None:
    with both.work(OFFICER, now=at(DAY)) as work, pytest.raises(Forbidden):
        records.save(work, "takers.sheet", {"complex_id": 1, "month": "2024-11"})
    with both.work(OFFICE, now=at(DAY)) as work:
        first = records.save(work, "takers.sheet", {"complex_id": 1, "month": "2024年11月"}).record
        with pytest.raises(Invalid, match=f"编号 {first.id}"):
            records.save(work, "takers.sheet", {"complex_id": 1, "month": "2024-11-20"})
        assert records.save(work, "takers.sheet", {"month": "2024-11"}, record_id=first.id).changed is False
        records.save(work, "takers.sheet", {"complex_id": 2, "month": "2024-11"})


def test_offers_and_own_hooks_move_the_partners_figures_in_the_same_transaction(both: Platform) -> None:
    a_case(both)
    with both.reading(now=at(DAY, 18)) as work:
        busy_now, clues_now, _homes = figures.indicators(work, DAY)
        assert (busy_now.n, busy_now.d) == (1, 10)
        assert (clues_now.n, clues_now.d) == (1, 1)
        assert figure(work, "takers.busy", DAY) == (1, 10)


def test_a_new_day_keeps_the_sums_of_communities_beside_what_communities_come_to_themselves(both: Platform) -> None:
    a_case(both)
    for later in (1, 2):
        with both.work(now=at(DAY.replace(day=DAY.day + later))) as work:
            days.begin(work)
    with both.reading(now=at(DAY.replace(day=DAY.day + 2))) as work:
        found = {i.indicator.key: (i.n, i.d) for i in figures.indicators(work, work.today)}
        assert found == {"takers.busy": (1, 10), "takers.clues": (1, 1), "takers.homes": (2, 2)}


def test_without_the_partner_the_figure_says_whose_data_is_missing(tmp_path: Path) -> None:
    alone = opened(tmp_path, takers())
    with alone.reading(now=at(DAY)) as work:
        busy_now, clues_now, _homes = figures.indicators(work, DAY)
        assert "没有来自 givers 的数据" in busy_now.fault
        assert clues_now.fault == ""
    with alone.work(OFFICE, now=at(DAY)) as work:  # whoever reports something else is not troubled
        records.save(work, "takers.sheet", {"complex_id": 1, "month": "2024-11"})
    alone.db.close()


def test_a_reaction_that_fails_takes_back_what_it_wrote_and_the_save_stands(tmp_path: Path) -> None:
    bad = takers(reactions=lambda: [Reaction(to=("givers.case",), label="坏", run=broken)])
    loaders = {"givers": lambda: givers(), "takers": lambda: bad}
    found = small_platform(tmp_path, catalog=plugins.load(loaders), strict=False)
    case = a_case(found)
    with found.reading() as work:
        assert records.get(work, "givers.case", case).state == "open"
        assert work.session.scalar(select(func.count()).select_from(Sheet)) == 0
        assert "half done" in faults.standing(work.session)["reaction:takers:坏"].what
    found.db.close()


def test_of_many_that_are_reacted_to_one_that_fails_costs_itself_alone(tmp_path: Path) -> None:
    def picky(change: Change, door: Door) -> None:
        door.save(Sheet, {"complex_id": change.unit_id, "month": door.today, "source": change.origin})
        if change.after["title"] == "坏":
            raise RuntimeError("half done")

    bad = takers(reactions=lambda: [Reaction(to=("givers.case",), label="坏", run=picky)])
    loaders = {"givers": lambda: givers(), "takers": lambda: bad}
    found = small_platform(tmp_path, catalog=plugins.load(loaders), strict=False)
    values = {"opened_at": "2024-11-20 16:50", "urgency": "急", "called": ["城管办"]}
    cases = [many.Entry(values | {"complex_id": n, "title": t}) for n, t in ((1, "堵塞"), (2, "坏"), (3, "漏水"))]
    with found.work(now=at(DAY, 17)) as work:
        many.save_many(work, "givers.case", cases)
    with found.reading() as work:
        assert sorted(work.session.scalars(select(Sheet.complex_id))) == [1, 3]
        assert sorted(work.session.scalars(select(Answer.case_id))) == [1, 2, 3]
        lines = select(func.count()).where(JournalEntry.subject == "takers.sheet")
        assert work.session.scalar(lines) == 2
        assert list(faults.standing(work.session)) == ["reaction:takers:坏"]
    found.db.close()


def test_another_plugin_may_judge_the_registry(both: Platform) -> None:
    with both.work(SYSTEM_ACTOR, now=at(DAY)) as work, pytest.raises(Invalid, match="已限制"):
        registry.save(work, Company, {"name": "禁止"})


def test_a_hook_answered_with_other_arguments_is_quarantined_with_the_mend() -> None:
    wrong = givers()

    @hookimpl(optionalhook=True)
    def takers_clues(whatever: str) -> None: ...

    wrong.takers_clues = takers_clues
    catalog = plugins.load({"givers": lambda: wrong, "takers": takers})
    assert [f.plugin for f in catalog.faults] == ["givers"]
    with pytest.raises(DeclarationError):
        plugins.load({"givers": lambda: wrong, "takers": takers}, strict=True)


def test_only_the_urgent_have_the_clock_and_it_runs_to_midnight(both: Platform) -> None:
    urgent = a_case(both)
    a_case(both, urgency="缓")
    with both.reading() as work:
        (one,) = work.session.scalars(select(Obligation).where(Obligation.rule == "givers.urgent")).all()
        assert (one.subject_id, one.due_at) == (urgent, at(DAY, 23, 59).replace(second=59))


def test_a_changed_setting_is_journalled_with_its_reason_and_reckoned_at_once(both: Platform) -> None:
    with both.work(OFFICER, now=at(DAY)) as work, pytest.raises(Forbidden):
        setting_changes.change(work, "givers.often", "每周", "想改")
    with both.work(OFFICE, now=at(DAY)) as work:
        with pytest.raises(Invalid, match="请写明修改原因"):
            setting_changes.change(work, "givers.often", "每周", " ")
        setting_changes.change(work, "givers.often", "每周", "例会改为每周")
    with both.reading(now=at(DAY)) as work:
        periods = work.session.scalars(
            select(Obligation.period).where(Obligation.rule == "givers.meeting", Obligation.period.like("%W%"))
        ).all()
        assert "2024-W47" in periods
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "givers.often")).one()
        assert (line.actor, line.changes) == (
            "城管办",
            {"value": ["每月", "每周"], "remark": [None, "例会改为每周"]},
        )


def test_days_in_sql(both: Platform) -> None:
    case = a_case(both, opened_at="2024-11-20 07:30")  # still the 19th in UTC
    with both.reading() as work:
        mine = select(
            local_day(Case.opened_at),
            plus_days(local_day(Case.opened_at), -30),
            days_between(literal(date(2025, 1, 1)), local_day(Case.opened_at)),
            month_of(local_day(Case.opened_at)),
        ).where(Case.id == case, holds(Case.called, 1), ~holds(Case.called, 11))
        assert work.session.execute(mine).one() == (DAY, date(2024, 10, 21), 42, date(2024, 11, 1))
        on_the_day = measures.scope_for(work, Period.MONTH)
        bound = on_the_day.binds(measures.window_for(work, work.catalog.indicators["takers.busy"], DAY))
        rows = select(func.count(), func.max(on_the_day.days)).where(on_the_day.until(Case))
        assert work.session.execute(rows, bound).one() == (1, 13)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("张三丰", "张**"),
        ("示例居民020", "示******"),
        ("350582199001010016", "3505**********0016"),
        ("13800000000", "138****0000"),
        ("8567890", "8******"),
        ("", ""),
    ],
)
def test_a_mask_never_lets_a_whole_value_through(value: str, shown: str) -> None:
    assert masked(value) == shown


def test_a_late_case_does_not_vanish_and_what_others_lean_on_stays(both: Platform) -> None:
    case = a_case(both, called=["城管办"])
    with both.work(OFFICER, now=at(DAY)) as work, pytest.raises(Invalid, match="关联着这条记录"):
        records.remove(work, "givers.case", case)
    with both.work(OFFICE, now=at(DAY, 17)) as work:
        answer = work.session.scalars(select(Answer.id)).one()
        records.move(work, "givers.answer", answer, "answer", {"opinion": "已到场"})
        records.move(work, "givers.case", case, "close")
        with pytest.raises(Invalid, match="不能删除"):
            records.remove(work, "givers.case", case)
