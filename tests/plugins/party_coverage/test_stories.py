"""Acceptance stories 1, 2 and 3 of plan section 5, through the one door; and who may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.base.blocks import Light, plain
from core.base.errors import Forbidden, Invalid, NotFound
from core.estate.campaign import SettingValue
from core.estate.units import Complex
from core.kernel import plugins
from core.services.campaign import setting_changes
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.measuring import days
from core.services.operations.fault_row import FaultRow
from core.services.owing import duties
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from core.testing import START, at, figure, light, small_platform
from tests.plugins.worlds import demo_world

DAY, LAST = date(2024, 11, 20), date(2024, 12, 31)
THREE = "party_coverage.committees_with_three"


def test_story_1_the_third_member_turns_the_light_green(tmp_path: Path) -> None:
    platform = demo_world(tmp_path, ("party_coverage", "self_governance"))
    with platform.reading() as work:
        assert figure(work, THREE, LAST) == (22, 46)
        assert light(work, THREE, LAST) is Light.RED, "47.8%"
        model = work.catalog.records["self_governance.member"]
        politics: Any = model.politics
        two = (
            select(model.committee_id)
            .where(politics == "中共党员", model.candidate_id.is_(None))
            .group_by(model.committee_id)
            .having(func.count() == 2)
        )
        rows = select(model.id).where(model.committee_id.in_(two), politics == "群众", model.post == "委员")
        third = work.session.scalars(rows.limit(1)).one()
        account = work.session.scalars(select(Account).where(Account.login == "department")).one()
        actor = accounts.actor_of(work.session, account, LAST)
    with platform.work(actor, now=at(LAST, 11)) as work:
        records.save(work, "self_governance.member", {"politics": "中共党员"}, record_id=third)
    with platform.reading() as work:
        assert figure(work, THREE, LAST) == (23, 46)
        assert light(work, THREE, LAST) is Light.GREEN, "50.0% meets it: 以上含本数"
    platform.db.close()


def test_story_2_a_minute_before_midnight_is_in_time_a_minute_after_is_late(desk: Any) -> None:
    due = "party_coverage.complex_census"
    with desk.platform.work(now=at(START, 9)) as work:
        work.session.add(SettingValue(key=f"{due}.due", value="2024-11-15", since=START))
        work.session.flush()
        work.forget()
        days.begin(work)
    first, second = desk.complex(2), desk.complex(4)
    with desk.working("a", date(2024, 11, 15), 23, 59) as work:
        raw = {"complex_id": first, "closed_at": "2024-11-15 23:59"}
        records.save(work, due, raw)
        with pytest.raises(Invalid, match="不能晚于今天"):
            records.save(work, due, {"complex_id": second, "closed_at": "2024-11-16 00:01"})
    with desk.working("a", date(2024, 11, 16), 0, 1) as work:
        records.save(work, due, {"complex_id": second, "closed_at": "2024-11-16 00:01"})
    with desk.platform.work(now=at(date(2024, 11, 16), 9)) as work:
        days.begin(work)
        owed = {o.unit_id: o for o in work.session.scalars(select(Obligation).where(Obligation.rule == due))}
        assert owed[first].done_at <= owed[first].due_at < owed[second].done_at
        (facts,) = duties.deadlines(work, date(2024, 11, 16), [work.catalog.deadlines[due]])
        assert (facts.met, facts.met_late, facts.overdue) == (1, 1, 8)
        assert figure(work, "party_coverage.complex_census_closed", date(2024, 11, 15)) == (1, 10)
        assert figure(work, "party_coverage.complex_census_closed", date(2024, 11, 16)) == (2, 10)


def test_story_3_entered_once_as_secretary_and_once_as_director_counts_as_both(desk: Any) -> None:
    desk.organisation(secretary="陈 某")  # as two-character names are often typed
    committee = desk.committee()
    desk.member(committee, "陈某", post="主任", politics="中共党员")
    (post,) = desk.rows("party_coverage.cross_post")
    assert (post.party_post, post.committee_post, post.both_heads) == ("书记", "主任", True)
    assert post.from_on == date(2023, 9, 1) and post.until_on == date(2028, 8, 31)
    with desk.platform.reading() as work:
        assert figure(work, "party_coverage.both_heads", DAY) == (1, 1)
        assert figure(work, "party_coverage.cross_posts", DAY) == (1, 1)
        assert not work.session.scalars(select(FaultRow)).all()


def test_story_3_counts_in_the_new_committee_s_party_share_too(desk: Any) -> None:
    desk.organisation()
    with desk.platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:  # the story is about one entry, not about D4
        setting_changes.change(work, "self_governance.reviewers", ["社区"], "只试一人一填")
    person = {"complex_id": desk.complex(2), "nominated_on": DAY, "name": "陈某某", "body": "业委会", "post": "主任"}
    one = desk.save("a", "self_governance.candidate", **person, politics="中共党员")
    said = {"community_opinion": "同意", "screened_by": "书记"}
    desk.move("a", "self_governance.candidate", one, "screen", **said)
    desk.move("office", "self_governance.candidate", one, "list")
    new = {"nature": "新组建", "started_on": DAY, "ends_on": "2029-11-19", "filed_on": DAY}
    committee = desk.committee(**new)
    desk.member(committee, "陈某某", "主任", "中共党员", candidate_id=one, from_on=DAY)
    with desk.platform.reading() as work:
        assert figure(work, "party_coverage.both_heads", DAY) == (1, 1)
        assert figure(work, "self_governance.new_members_in_party", DAY) == (1, 1)


def test_story_3_in_the_other_order_and_until_one_post_ends(desk: Any) -> None:
    committee = desk.committee()
    member = desk.member(committee, "陈某某", post="副主任", politics="中共党员")
    one = desk.organisation(secretary="林某某", committee="陈某某、王某某")
    (post,) = desk.rows("party_coverage.cross_post")
    assert (post.party_post, post.committee_post, post.both_heads) == ("委员", "副主任", False)
    with desk.platform.reading() as work:
        assert figure(work, "party_coverage.cross_posts", DAY) == (1, 1)
        assert figure(work, "party_coverage.both_heads", DAY) == (0, 1)
    desk.correct("a", "self_governance.member", member, date(2024, 11, 25), until_on="2024-11-24")
    assert desk.rows("party_coverage.cross_post")[0].until_on == date(2024, 11, 24)
    with desk.platform.reading() as work:
        assert figure(work, "party_coverage.cross_posts", date(2024, 11, 24)) == (1, 1)
        assert figure(work, "party_coverage.cross_posts", date(2024, 11, 25)) == (0, 1)
    desk.correct("a", "self_governance.member", member, date(2024, 11, 26), until_on="")
    assert desk.rows("party_coverage.cross_post")[0].until_on == date(2028, 8, 31), "a slip of the pen is mended"
    desk.correct("a", "party_coverage.organisation", one, date(2024, 11, 27), committee="王某某")
    assert desk.rows("party_coverage.cross_post")[0].until_on == date(2024, 11, 27)


def test_without_action_two_its_figures_say_whose_data_is_missing(tmp_path: Path) -> None:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["party_coverage"], strict=True))
    with platform.work(now=at(DAY)) as work:
        days.begin(work)
        home = work.look.unit_id(Complex.kind, "示例小区02")
        raw = {"complex_id": home, "founded_on": "2024-11-19", "form": "功能型", "name": "某党支部", "secretary": "陈"}
        records.save(work, "party_coverage.organisation", raw)
    with platform.reading() as work:
        faults = {row.place: row.what for row in work.session.scalars(select(FaultRow))}
        assert "没有来自 self_governance 的数据" in faults[f"measure:{THREE}"]
        assert figure(work, "party_coverage.complex_organised", DAY) == (1, 10), "the others go on"
    platform.db.close()


def test_who_may_not(desk: Any) -> None:
    entry = {"complex_id": desk.complex(2), "surveyed_on": DAY, "name": "某党员", "category": "正式"}
    with pytest.raises(Forbidden):
        desk.save("b", "party_coverage.census_entry", **entry)
    with pytest.raises(Forbidden):
        desk.save("a", "party_coverage.coverage", company_id="示例物业A01", since_on=DAY, way="单独组建")
    one = desk.save("a", "party_coverage.census_entry", **entry)
    with desk.working("b") as work, pytest.raises(NotFound):
        records.get(work, "party_coverage.census_entry", one)
    with desk.working("a") as work:
        seen = records.get(work, "party_coverage.census_entry", one)
        shown = type(seen).field("name").kind.show(seen.name, work.look)
        assert shown == "某**", "a party list is never shown whole"


def test_the_conditions_follow_the_census_unless_an_officer_decides(desk: Any) -> None:
    home, key = desk.complex(2), "party_coverage.formed_where_due"
    for number in range(3):
        entry = {"complex_id": home, "surveyed_on": DAY, "name": f"党员{number}", "category": "正式"}
        desk.save("a", "party_coverage.census_entry", **entry)
    with desk.platform.reading() as work:
        assert figure(work, key, date(2024, 11, 19)) == (0, 0)
        assert figure(work, key, DAY) == (0, 1)
    later = date(2024, 11, 25)
    with pytest.raises(Invalid, match="请写明理由"):
        desk.save("a", "party_coverage.eligibility", later, complex_id=home, judged_on=later, meets="否")
    desk.save("a", "party_coverage.eligibility", later, complex_id=home, judged_on=later, meets="否", reason="均已外挂")
    with desk.platform.reading() as work:
        assert figure(work, key, date(2024, 11, 24)) == (0, 1)
        assert figure(work, key, later) == (0, 0)


def test_the_willing_enter_the_pool_of_candidates(desk: Any) -> None:
    entry = {"complex_id": desk.complex(2), "surveyed_on": DAY, "name": "某党员", "category": "预备"}
    one = desk.save("a", "party_coverage.census_entry", **entry, willing=["业委会", "楼栋长"])
    desk.correct("a", "party_coverage.census_entry", one, reported="是")
    (found,) = desk.rows("self_governance.pool_entry")
    assert (found.name, found.politics, found.origin) == ("某党员", "预备党员", f"party_coverage.census_entry/{one}")


def test_a_decision_is_struck_off_by_another_person(desk: Any) -> None:
    meeting = {"held_at": "2024-11-18 09:00", "convener": "党支部书记", "parties": ["业委会"], "topics": "停车"}
    held = desk.save("a", "party_coverage.complex_meeting", complex_id=desk.complex(2), **meeting)
    matter = {"meeting_id": held, "assigned_on": "2024-11-18", "matter": "划线", "answerable": "物业企业"}
    key = "party_coverage.complex_decision"
    one = desk.save("a", key, **matter)
    with pytest.raises(Invalid, match="没有这条"):  # another community's meeting is no more than a missing one
        desk.save("b", key, **matter)
    desk.move("a", key, one, "answer", result="已划线")
    with pytest.raises(Forbidden):
        desk.move("a", key, one, "close")
    desk.move("office", key, one, "close")
    assert desk.rows(key)[0].closed_on == DAY


def test_a_namesake_is_struck_out_for_good(desk: Any) -> None:
    desk.organisation()
    committee = desk.committee()
    member = desk.member(committee, "陈某某", post="主任")
    (post,) = desk.rows("party_coverage.cross_post")
    desk.move("office", "party_coverage.cross_post", post.id, "void", remark="同名不同人")
    desk.correct("a", "self_governance.member", member, politics="中共党员")
    with desk.platform.reading() as work:
        assert figure(work, "party_coverage.cross_posts", DAY) == (0, 1)


def test_the_card_of_a_complex_shows_posts_and_no_names(desk: Any) -> None:
    desk.organisation()
    desk.member(desk.committee(), "陈某某", post="主任")
    with desk.platform.reading() as work:
        panels = work.catalog.plugins["party_coverage"].panels
        blocks = list(panels(complex_id=desk.complex(2), read=lambda rows: work.session.execute(rows).all()))
    said = [[plain(cell) for cell in block.rows[0]] for block in blocks]
    assert said[0][:2] == ["示例党支部", "建制式"] and said[1][:2] == ["书记", "主任"]
    assert "陈" not in str(blocks)


def test_settings_choose_how_a_1_1_counts(desk: Any) -> None:
    """Q1, Q2: two members and one probationary; the line; temporary committees on request."""
    committee = desk.committee()
    for name, kind in (("甲", "中共党员"), ("乙", "中共党员"), ("丙", "预备党员"), ("丁", "群众"), ("戊", "群众")):
        desk.member(committee, name, politics=kind)
    founded = {"complex_id": desk.complex(4), "founded_on": "2024-10-08", "reason": "业委会停摆"}
    temporary = desk.save("a", "self_governance.temporary_committee", **founded)
    for name in "己庚辛":
        person = {"temporary_id": temporary, "name": name, "part": "社区", "politics": "中共党员"}
        desk.save("a", "self_governance.temporary_member", **person, from_on="2024-10-08")
    with desk.platform.reading() as work:
        assert figure(work, THREE, DAY) == (1, 1)
    for key, value, expected in (
        ("party_coverage.temporary_included", True, (2, 2)),
        ("party_coverage.probationary_counted", False, (1, 2)),
        ("party_coverage.members_needed", 2, (2, 2)),
    ):
        with desk.platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
            setting_changes.change(work, key, value, "试算")
        with desk.platform.reading(now=at(DAY, 11)) as work:
            assert figure(work, THREE, DAY) == expected
