"""Acceptance stories 4, 5 and 6 of plan section 5, through the one door; and who may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.base.blocks import Light, plain
from core.base.errors import Forbidden, Invalid, NotFound
from core.estate.campaign import SettingValue
from core.estate.units import Complex
from core.kernel import plugins
from core.services.audit import journal
from core.services.measuring import days, figures
from core.services.writing import records
from core.testing import START, at, figure, light, small_platform

DAY, LAST = date(2024, 11, 20), date(2024, 12, 31)
SAID = {"community_opinion": "群众基础好", "screened_by": "社区书记"}
OPINION = {"opinion": "无违法犯罪记录", "reviewer": "民警"}


def test_story_4_the_44th_committee_of_72_passes_the_line(tmp_path: Path) -> None:
    platform = small_platform(
        tmp_path, catalog=plugins.load(only=["self_governance"], strict=True), complexes=72, today=LAST
    )
    with platform.work(now=at(LAST)) as work:
        key = "self_governance.committees_formed"
        work.session.add(SettingValue(key=f"{key}.by", value="2024-12-31", since=START))
        work.session.flush()
        work.forget()
        homes = [work.look.unit_id(Complex.kind, f"示例小区{n:02d}") for n in range(1, 45)]

        def form(home: int | None) -> None:
            values = {"complex_id": home, "term": 1, "nature": "新组建", "started_on": "2024-12-01", "seats": 5}
            dates = {"ends_on": "2029-11-30", "filed_on": "2024-12-10"}
            records.save(work, "self_governance.committee", values | dates)

        for home in homes[:43]:
            form(home)
        days.begin(work)
        assert figure(work, key, LAST) == (43, 72)
        form(homes[43])
        assert figure(work, key, LAST) == (44, 72)
    with platform.work(now=at(LAST)) as work:
        (found,) = figures.indicators(work, LAST, [work.catalog.indicators[key]])
        assert (found.n, found.d, found.light) == (44, 72, Light.GREEN)
        assert sum(g.n for g in found.by_community) == 44 and sum(g.d for g in found.by_community) == 72
        ended = records.save(work, "self_governance.committee", {"ended_on": "2024-12-30"}, record_id=1)
        assert ended.changed
    with platform.work(now=at(LAST)) as work:
        assert light(work, key, LAST) is Light.RED, "43 of 72 is 59.7%"
    platform.db.close()


def test_story_5_a_candidate_without_the_petitions_office_is_not_listed(desk: Any) -> None:
    one = desk.candidate()
    with pytest.raises(Invalid) as refused:
        desk.move("office", "candidate", one, "list")
    desk.move("a", "candidate", one, "screen", **SAID)
    desk.answer(one, "police")
    with pytest.raises(Invalid) as refused:
        desk.move("office", "candidate", one, "list")
    assert "尚缺：信访办" in str(refused.value) and "派出所" not in str(refused.value)
    with desk.platform.reading() as work:
        assert figure(work, "self_governance.candidates_reviewed", DAY) == (0, 1)
    body = desk.committee()
    seat = {"committee_id": body, "candidate_id": one, "name": "王某某", "politics": "中共党员", "post": "主任"}
    with pytest.raises(Invalid) as refused:
        desk.save("a", "member", from_on=DAY, **seat)
    assert "尚缺：信访办" in str(refused.value), "nor may they take the seat"
    desk.answer(one, "petitions")
    assert desk.row("candidate", one).conclusion == "同意"
    with pytest.raises(Invalid, match="尚未由牵头部门列入候选"):
        desk.save("a", "member", from_on=DAY, **seat)
    desk.move("office", "candidate", one, "list")
    desk.save("a", "member", from_on=DAY, **seat)
    with desk.platform.reading() as work:
        assert figure(work, "self_governance.candidates_reviewed", DAY) == (1, 1)
        assert figure(work, "self_governance.new_members_in_party", DAY) == (1, 1)


def test_story_5_nobody_else_reads_the_opinion(desk: Any) -> None:
    one = desk.candidate()
    desk.move("a", "candidate", one, "screen", **SAID)
    desk.answer(one, "police")
    opinion = desk.opinion(one, "police")
    with desk.working("a") as work, pytest.raises(NotFound):
        records.get(work, "self_governance.opinion", opinion.id)
    with desk.working("justice") as work, pytest.raises(NotFound):
        records.get(work, "self_governance.opinion", opinion.id)
    with desk.working("petitions") as work:
        seen = records.get(work, "self_governance.opinion", opinion.id)
        shown = type(seen).field("opinion").kind.show(seen.opinion, work.look)
        assert shown == "（保密）", "another reviewer sees that there is one, not what it says"
        mine = records.get(work, "self_governance.candidate", one)
        assert type(mine).field("community_opinion").kind.show(mine.community_opinion, work.look) == "（保密）"
    with desk.platform.reading() as work:
        lines = work.session.query(journal.JournalEntry).all()
        assert not any("无违法犯罪记录" in str(line.changes) or "群众基础好" in str(line.changes) for line in lines)


def test_story_5_each_reviewer_answers_for_itself(desk: Any) -> None:
    one = desk.candidate()
    with pytest.raises(NotFound):
        desk.move("b", "candidate", one, "screen", **SAID)
    person = {"name": "李", "body": "业委会", "post": "委员", "politics": "群众"}
    with pytest.raises(Forbidden):
        desk.save("b", "candidate", complex_id=desk.complex(2), nominated_on=DAY, **person)
    desk.move("a", "candidate", one, "screen", **SAID)
    opinion = desk.opinion(one, "petitions").id
    with pytest.raises(Forbidden):
        desk.move("police", "opinion", opinion, "agree", **OPINION)
    with pytest.raises(Forbidden):
        desk.move("office", "opinion", opinion, "agree", **OPINION)
    with pytest.raises(Forbidden):
        desk.move("a", "candidate", one, "list")
    with pytest.raises(Invalid, match="opinion"):
        desk.move("petitions", "opinion", opinion, "agree", reviewer="某")


def test_story_5_who_is_against_is_named_and_another_department_may_be_asked(desk: Any) -> None:
    one = desk.candidate()
    desk.move("a", "candidate", one, "screen", **SAID)
    desk.answer(one, "police", "disagree")
    desk.answer(one, "petitions")
    assert desk.row("candidate", one).conclusion == "不同意"
    with pytest.raises(Invalid, match="联审不同意：派出所"):
        desk.move("office", "candidate", one, "list")
    desk.move("office", "candidate", one, "reject", remark="派出所不同意")
    two = desk.candidate(name="李某某")
    desk.move("a", "candidate", two, "screen", **SAID)
    desk.save("office", "opinion", candidate_id=two, department_id="司法所", asked_on=DAY)
    desk.answer(two, "police")
    desk.answer(two, "petitions")
    with pytest.raises(Invalid, match="尚缺：司法所"):
        desk.move("office", "candidate", two, "list")
    desk.answer(two, "justice")
    desk.move("office", "candidate", two, "list")


def test_more_material_sends_the_candidate_back_and_asks_again(desk: Any) -> None:
    one = desk.candidate()
    desk.move("a", "candidate", one, "screen", **SAID)
    desk.answer(one, "police", "want_more")
    assert desk.row("candidate", one).state == "supplementing"
    assert desk.row("candidate", one).conclusion == "待补充"
    desk.move("a", "candidate", one, "resupply")
    assert desk.opinion(one, "police").state == "asked", "asked anew"
    assert desk.opinion(one, "police").opinion is None
    desk.answer(one, "police")
    desk.answer(one, "petitions")
    desk.move("office", "candidate", one, "list")


def test_another_post_is_another_review(desk: Any) -> None:
    one = desk.listed(post="委员")
    body = desk.committee()
    seat = {"committee_id": body, "candidate_id": one, "name": "王某某", "politics": "中共党员", "from_on": DAY}
    with pytest.raises(Invalid, match="重新联审"):
        desk.save("a", "member", post="主任", **seat)
    desk.move("a", "candidate", one, "repost", post="主任")
    assert desk.row("candidate", one).state == "nominated"
    with pytest.raises(Invalid, match="尚缺：社区、派出所、信访办"):
        desk.save("a", "member", post="主任", **seat)
    desk.move("a", "candidate", one, "screen", **SAID)
    assert desk.row("candidate", one).round == 2
    assert len(desk.rows("opinion", candidate_id=one)) == 4, "both were asked again"
    with pytest.raises(Invalid, match="尚缺：派出所、信访办"):
        desk.move("office", "candidate", one, "list")
    desk.answer(one, "police")
    desk.answer(one, "petitions")
    desk.move("office", "candidate", one, "list")
    desk.save("a", "member", post="主任", **seat)


def test_a_seat_of_the_campaign_needs_a_reviewed_candidate_of_the_same_name_once(desk: Any) -> None:
    body, one = desk.committee(), desk.listed()
    seat = {"committee_id": body, "politics": "群众", "post": "主任", "from_on": DAY}
    with pytest.raises(Invalid, match="须先经联审"):
        desk.save("a", "member", name="王某某", **seat)
    with pytest.raises(Invalid, match="姓名与联审人选不一致"):
        desk.save("a", "member", name="张某", candidate_id=one, **seat)
    desk.save("a", "member", name="王某某", candidate_id=one, **seat)
    with pytest.raises(Invalid, match="已登记为成员"):
        desk.save("a", "member", name="王某某", candidate_id=one, **seat)
    old = desk.committee(4, started_on="2023-05-01", ends_on="2028-04-30", filed_on="2023-05-20", nature="存续")
    desk.save("a", "member", name="赵某", committee_id=old, politics="群众", post="委员", from_on="2023-05-01")
    other = desk.committee(6)
    with pytest.raises(Invalid, match="不是本小区的"):
        desk.save("a", "member", name="王某某", candidate_id=one, **(seat | {"committee_id": other}))


def test_story_6_six_members_or_six_years_are_saved_with_a_reason(desk: Any) -> None:
    with pytest.raises(Invalid) as refused:
        desk.committee(seats=6)
    assert refused.value.only_warnings and "5–11人的单数" in str(refused.value)
    with pytest.raises(Invalid) as refused:
        desk.committee(ends_on="2030-11-20")
    assert refused.value.only_warnings and "≤5年" in str(refused.value)
    one = desk.committee(seats=6, ends_on="2030-11-20", because="业主大会议事规则已有约定")
    assert desk.row("committee", one).remark == "业主大会议事规则已有约定"
    with pytest.raises(Invalid) as refused:
        desk.committee(4, ends_on="2024-11-01", because="不能这样")
    assert not refused.value.only_warnings, "a term that ends before it begins is not a matter of reasons"
    desk.committee(4, ends_on="2029-11-20", seats=11)


def test_a_new_committee_ends_what_was_there_and_the_card_follows(desk: Any) -> None:
    old = desk.committee(
        started_on="2019-12-01", ends_on="2024-12-31", filed_on="2019-12-20", nature="存续", because="旧届"
    )
    temporary = desk.save("a", "temporary_committee", complex_id=desk.complex(2), founded_on=DAY, reason="业委会停摆")
    new = desk.committee(day=date(2024, 11, 25), term=2, nature="换届", filed_on=None)
    assert desk.row("committee", old).ended_on is None, "not filed: the former one is still in office"
    with desk.platform.reading() as work:
        assert figure(work, "self_governance.committees_formed", date(2024, 11, 25)) == (1, 10)
    desk.correct("a", "committee", new, date(2024, 11, 28), filed_on="2024-11-28")
    assert desk.row("committee", old).ended_on == date(2024, 11, 27)
    assert desk.row("temporary_committee", temporary).ended_on == date(2024, 11, 27)
    (card,) = desk.rows("formation", complex_id=desk.complex(2))
    assert card.state == "formed"
    with desk.platform.reading() as work:
        for day in (date(2024, 11, 27), date(2024, 11, 28)):
            assert figure(work, "self_governance.committees_formed", day) == (1, 10)
            assert figure(work, "self_governance.self_governed", day) == (1, 10)


def test_a_renewal_under_way_stays_so_until_the_new_committee_is_there(desk: Any) -> None:
    """Starting it notes the day on the sitting committee, which must not call the card formed again."""
    old = desk.committee(
        started_on="2020-03-01", ends_on="2025-02-28", filed_on="2020-03-10", nature="存续", because="旧届"
    )
    (card,) = desk.rows("formation", complex_id=desk.complex(2))
    assert card.state == "formed"
    desk.move("a", "formation", card.id, "reelect")
    assert desk.row("formation", card.id).state == "re_electing" and desk.row("committee", old).renewal_on == DAY
    desk.correct("a", "committee", old, date(2024, 11, 22), renewal_on="2024-11-21")
    assert desk.row("formation", card.id).state == "re_electing"
    desk.committee(day=date(2024, 11, 25), term=2, nature="换届")
    assert desk.row("formation", card.id).state == "formed"


def test_the_stages_come_in_the_order_of_the_plan(desk: Any) -> None:
    home, day = desk.complex(2), date(2024, 11, 18)
    card = desk.save("a", "formation", day, complex_id=home, opened_on=day)
    with pytest.raises(Invalid):
        desk.move("a", "formation", card, "vote", day)
    desk.move("a", "formation", card, "prepare", day)
    desk.move("a", "formation", card, "nominate", day)
    with pytest.raises(Invalid, match="还没有提名"):
        desk.move("a", "formation", card, "review", day)
    one = desk.candidate()
    desk.move("a", "formation", card, "review")
    desk.move("a", "candidate", one, "screen", **SAID)
    desk.answer(one, "police")
    with pytest.raises(Invalid, match="尚缺：信访办"):
        desk.move("a", "formation", card, "publish")
    desk.answer(one, "petitions")
    desk.move("office", "candidate", one, "list")
    for step in ("publish", "vote", "meet", "file"):
        desk.move("a", "formation", card, step)
    with pytest.raises(Forbidden):
        desk.move("a", "formation", card, "form")
    with pytest.raises(Invalid, match="没有在任的业委会"):
        desk.move("office", "formation", card, "form")
    desk.committee()
    assert desk.row("formation", card).state == "formed"
    stages = [p.stage for p in desk.rows("progress", formation_id=card)]
    assert stages[0] == "未启动" and stages[-1] == "已组建" and "公示" in stages


def test_unfit_complexes_need_a_temporary_committee_on_every_day(desk: Any) -> None:
    home = desk.complex(2)
    card = desk.save("a", "formation", date(2024, 11, 11), complex_id=home, opened_on="2024-11-11")
    with pytest.raises(Invalid, match="unfit_reason"):
        desk.move("a", "formation", card, "unfit", date(2024, 11, 12))
    desk.move("a", "formation", card, "unfit", date(2024, 11, 12), unfit_reason="入住率不足")
    desk.save(
        "a", "temporary_committee", date(2024, 11, 18), complex_id=home, founded_on="2024-11-18",
        reason="不具备业主大会条件",
    )  # fmt: skip
    desk.move("a", "formation", card, "ripen", date(2024, 11, 22))
    with desk.platform.reading() as work:
        seen = [figure(work, "self_governance.temporary_formed", date(2024, 11, d)) for d in (11, 12, 17, 18, 21, 22)]
    assert seen == [(0, 0), (0, 1), (0, 1), (1, 1), (1, 1), (0, 0)]


def test_settings_choose_how_members_are_counted(desk: Any) -> None:
    """Q1, Q4: probationary members count by default; pooled by default, by committee on request."""
    body, posts = desk.committee(seats=5), ("主任", "副主任", "委员", "委员", "委员")
    kinds = ("中共党员", "预备党员", "中共党员", "群众", "群众")
    for number, (post, kind) in enumerate(zip(posts, kinds, strict=True)):
        one = desk.listed(post=post, name=f"某{number}")
        seat = {"committee_id": body, "candidate_id": one, "name": f"某{number}", "post": post, "politics": kind}
        desk.save("a", "member", from_on=DAY, **seat)
    key = "self_governance.new_members_in_party"
    with desk.platform.reading() as work:
        assert figure(work, key, DAY) == (3, 5)
    for setting, value, expected in (
        ("self_governance.probationary_counted", False, (2, 5)),
        ("self_governance.party_share_by", "按业委会计算", (0, 1)),
    ):
        with desk.platform.work(now=at(DAY)) as work:
            work.session.add(SettingValue(key=setting, value=value, since=START))
            work.session.flush()
            work.forget()
            assert figure(work, key, DAY) == expected


def test_a_checked_committee_is_amended_and_checked_again(desk: Any) -> None:
    one = desk.committee(filed_on=None)
    desk.move("office", "committee", one, "check")
    with pytest.raises(Invalid, match="已核"):
        desk.correct("a", "committee", one, filed_on=DAY)
    desk.move("a", "committee", one, "amend")
    desk.correct("a", "committee", one, filed_on=DAY)
    with desk.platform.reading() as work:
        assert figure(work, "self_governance.committees_formed", DAY) == (1, 10), "amended, it counts all along"
    with pytest.raises(Forbidden):
        desk.move("a", "committee", one, "check")
    desk.move("office", "committee", one, "check")


def test_a_member_entered_in_error_is_void_and_counts_no_more(desk: Any) -> None:
    body = desk.committee(nature="存续", started_on="2023-01-05", ends_on="2028-01-04", filed_on="2023-01-20")
    seat = {"committee_id": body, "name": "赵某", "politics": "群众", "post": "委员", "from_on": "2023-01-05"}
    one = desk.save("a", "member", **seat)
    with pytest.raises(Forbidden):
        desk.move("a", "member", one, "void", remark="录错")
    desk.move("office", "member", one, "void", remark="录错")
    with desk.platform.reading() as work:
        assert figure(work, "self_governance.members_trained", DAY) == (0, 0)


def test_the_card_of_a_complex_says_who_governs_without_names(desk: Any) -> None:
    body = desk.committee(nature="存续", started_on="2023-01-05", ends_on="2028-01-04", filed_on="2023-01-20")
    seat = {"committee_id": body, "name": "赵某", "politics": "预备党员", "post": "主任", "from_on": "2023-01-05"}
    desk.save("a", "member", **seat)
    home = desk.complex(2)
    with desk.platform.reading() as work:
        panels = work.catalog.plugins["self_governance"].panels
        blocks = list(panels(complex_id=home, read=lambda rows: work.session.execute(rows).all()))
    (row,) = blocks[-1].rows
    assert [plain(cell) for cell in row] == ["第1届业委会", "2023年1月5日", "2028年1月4日", "1", "1"]
    assert "赵" not in str(blocks)
