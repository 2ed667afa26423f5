"""What follows from a change (plan 1.5, 1.6): reviewers are asked, answers gathered, terms end, cards move on, the pool fills."""

from datetime import date, timedelta

from sqlalchemy import or_, select

from core.api import Change, Department, Door, Reaction, counts
from plugins.self_governance.indicators import FILED
from plugins.self_governance.records import (
    Candidate,
    Committee,
    Formation,
    Opinion,
    PoolEntry,
    Progress,
    TemporaryCommittee,
)
from plugins.self_governance.records_candidate import COMMUNITY_ITSELF
from plugins.self_governance.workflows import STAGES

PARTY_OF = {"正式": "中共党员", "预备": "预备党员"}


def ask_reviewers(change: Change, door: Door) -> None:
    """Each department that must answer is asked, once a round; who wanted more looks again when it is there."""
    if change.state != "reviewing":
        return
    mine = select(Opinion.id, Opinion.department_id, Opinion.state).where(
        Opinion.candidate_id == change.record_id, Opinion.round == change.after["round"]
    )
    asked = {department: (number, state) for number, department, state in door.read(mine)}
    names = [n for n in door.setting("self_governance.reviewers") if n != COMMUNITY_ITSELF]
    for (department,) in door.read(select(Department.id).where(Department.name.in_(names)).order_by(Department.id)):
        if department not in asked:
            door.save(Opinion, {"candidate_id": change.record_id, "department_id": department, "asked_on": door.today})
    if change.step == "resupply":
        for number, state in asked.values():
            if state == "more":
                door.move(Opinion, number, "reopen", remark="材料已补充，请重新审查")


def gather(change: Change, door: Door) -> None:
    """The conclusion follows from the answers; who wants more sends the candidate back for it."""
    candidate_id = change.after["candidate_id"]
    door.correct(Candidate, candidate_id, {})
    states = [state for (state,) in door.read(select(Candidate.state).where(Candidate.id == candidate_id))]
    if change.entered("more") and states == ["reviewing"]:
        department = select(Department.name).where(Department.id == change.unit_id)
        ((name,),) = door.read(department)
        door.move(Candidate, candidate_id, "supplement", remark=f"{name}要求补充材料")


def succeed(change: Change, door: Door) -> None:
    """Each term ends the day before the next one counts, in whatever order they are registered; so does the temporary
    committee. The card follows."""
    home = change.after["complex_id"]
    filed = door.setting("self_governance.counts_from") == FILED
    c = Committee
    rows = select(c.id, c.started_on, c.filed_on, c.ends_on, c.ended_on, c.renewal_on)
    terms = door.read(rows.where(c.complex_id == home, counts(c)).order_by(c.started_on, c.id))
    for one in terms:
        later = [t for t in terms if t.started_on > one.started_on]
        begun = min((d for d in (t.filed_on if filed else t.started_on for t in later) if d is not None), default=None)
        if begun is None:
            continue
        last = max(begun - timedelta(days=1), one.started_on)
        if one.ended_on is None or one.ended_on > last:
            words = {"ended_on": last, "ended_why": "新一届业委会产生"}
            door.correct(Committee, one.id, words | {"renewal_on": one.renewal_on or later[0].started_on})
    running = [t for t in terms if (t.filed_on or not filed) and t.ended_on is None and t.ends_on >= door.today]
    if running:
        _end_temporary(home, (running[-1].filed_on if filed else running[-1].started_on), door)
    if terms and change.record_id == terms[-1].id and terms[-1].ended_on is None:
        over = terms[-1].ends_on < door.today
        if over or (
            running and terms[-1].renewal_on is None
        ):  # one being renewed sits on, its card is on the way again
            _card(home, "expire" if over else "form", door)


def _end_temporary(home: int, begun: date, door: Door) -> None:
    last, t = begun - timedelta(days=1), TemporaryCommittee
    rows = select(t.id, t.founded_on).where(t.complex_id == home, t.founded_on <= begun, counts(t))
    for number, founded_on in door.read(rows.where(or_(t.ended_on.is_(None), t.ended_on > last))):
        door.correct(TemporaryCommittee, number, {"ended_on": max(last, founded_on)})


def _card(home: int, step: str, door: Door) -> None:
    """The complex's card goes to 已组建 or 届满未换届; a complex that has none gets one."""
    rows = select(Formation.id, Formation.state).where(Formation.complex_id == home)
    found = list(door.read(rows))
    target = "formed" if step == "form" else "expired"
    if not found:
        found = [(door.save(Formation, {"complex_id": home, "opened_on": door.today}), "not_started")]
    for number, state in found:
        allowed = Formation.workflow.transition(step)
        if state != target and allowed is not None and state in allowed.source:
            door.move(Formation, number, step, remark="按业委会登记")


def log_stage(change: Change, door: Door) -> None:
    """Each stage a card enters stays on record with its day, so that any past day can be told."""
    ((state,),) = door.read(select(Formation.state).where(Formation.id == change.record_id))
    mine = select(Progress.stage).where(Progress.formation_id == change.record_id)
    last = [s for (s,) in door.read(mine.order_by(Progress.reported_on.desc(), Progress.id.desc()).limit(1))]
    label = STAGES[state]
    if last != [label]:
        words = {"formation_id": change.record_id, "reported_on": door.today, "this_week": f"进入“{label}”阶段"}
        door.save(Progress, words)
    if change.entered("re_electing"):
        running = select(Committee.id).where(
            Committee.complex_id == change.after["complex_id"], Committee.renewal_on.is_(None), counts(Committee)
        )
        for (number,) in door.read(running.where(Committee.ended_on.is_(None))):
            door.correct(Committee, number, {"renewal_on": door.today})


def add_to_pool(change: Change, door: Door) -> None:
    """Who said in the party census that they would serve is in the pool, once (A1 名册 to A2)."""
    values = change.after
    known = door.read(select(PoolEntry.id).where(PoolEntry.origin == change.origin))
    if "业委会" not in (values.get("willing") or ()) or known or change.state == "void":
        return
    door.save(
        PoolEntry,
        {
            "complex_id": values["complex_id"],
            "added_on": door.today,
            "name": values["name"],
            "politics": PARTY_OF[values["category"]],
            "origin": change.origin,
        },
    )


REACTIONS = (
    Reaction(to=("self_governance.candidate",), label="联审意见自动送各部门", code="F2.4", run=ask_reviewers),
    Reaction(to=("self_governance.opinion",), label="联审意见自动汇总", code="F2.4", run=gather),
    Reaction(to=("self_governance.committee",), label="新一届产生，前届和临时物管会届终", code="F2.2", run=succeed),
    Reaction(to=("self_governance.formation",), label="组建阶段自动留痕", code="F2.1", run=log_stage),
    Reaction(to=("party_coverage.census_entry",), label="摸底中有意愿者进入候选人库", code="F2.4", run=add_to_pool),
)
