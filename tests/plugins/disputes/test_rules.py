"""The rules of action three beside the stories: branches, redoing, merging, passing on, who may, what others are told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from core.api import JobContext
from core.base.errors import Forbidden, Invalid, NotFound
from core.estate.campaign import SettingValue
from core.services.audit import journal
from core.services.campaign import setting_changes
from core.services.owing.obligations import Obligation
from core.services.writing import records
from core.testing import at, figure

DAY, LAST = date(2024, 11, 20), date(2024, 12, 31)
KEY = "disputes.complaint"


def test_the_branches_do_not_cross(desk: Any) -> None:
    one = desk.file()
    with pytest.raises(Invalid, match="登记为简单件"):
        desk.step(one, "sort_complex", at(DAY))
    desk.step(one, "sort_simple", at(DAY))
    with pytest.raises(Invalid, match="当前状态"):
        desk.step(one, "explain", at(DAY), explained_at="2024-11-20 09:30")
    with pytest.raises(Forbidden):
        desk.step(one, "to_complex", at(DAY), complexity="复杂", remark="涉及多部门")
    desk.step(one, "to_complex", at(DAY), "office", complexity="复杂", remark="涉及多部门")
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.complex_explained", one)
        assert not work.session.scalars(select(Obligation).where(Obligation.rule == "disputes.simple_closed")).all()


def test_a_complicated_one_goes_by_its_consultation(desk: Any) -> None:
    one = desk.file(complexity="复杂")
    desk.step(one, "sort_complex", at(DAY))
    desk.step(one, "explain", at(DAY, 11), explained_at="2024-11-20 10:30")
    desk.step(one, "refer", at(date(2024, 11, 21)), refer_to=["街道"])
    with pytest.raises(Invalid, match="会商记录"):
        desk.step(one, "consult", at(date(2024, 11, 22)))
    values = {
        "complaint_id": one,
        "held_at": "2024-11-22 09:00",
        "body": "街道",
        "host": "综治办负责人",
        "conclusion": "限期整改",
        "limit_on": "2024-12-20",
    }
    with desk.working("b", at(date(2024, 11, 22))) as work:
        records.save(work, "disputes.consultation", values)
    with desk.platform.reading() as work:
        found = records.get(work, KEY, one)
        assert found.state == "consulted" and found.due_on == date(2024, 12, 20)
        assert desk.clock(work, "disputes.complex_closed", one).due_at.date() == date(2024, 12, 20)
    desk.end(one, at(date(2024, 12, 2), 15))
    with desk.platform.reading() as work:
        assert figure(work, "disputes.disposed", date(2024, 12, 2)) == (1, 1)
        assert figure(work, "disputes.settled_in_grid", date(2024, 12, 2)) == (1, 1)


def test_not_satisfied_means_done_again(desk: Any) -> None:
    one = desk.file()
    desk.step(one, "sort_simple", at(DAY))
    desk.step(one, "dispose", at(DAY), measures="已劝离", level="网格")
    desk.step(one, "visit", at(DAY), satisfaction="不满意")
    with pytest.raises(Invalid, match="请先重办"):
        desk.step(one, "close", at(DAY, 11), closed_at="2024-11-20 11:00")
    with pytest.raises(Invalid, match="请写明原因"):
        desk.step(one, "redo", at(DAY))
    desk.step(one, "redo", at(DAY), remark="车又停回来了")
    desk.end(one, at(DAY, 15))
    with desk.platform.reading() as work:
        assert records.get(work, KEY, one).redone == 1
        assert figure(work, "disputes.simple_same_day", DAY) == (1, 1)
    with pytest.raises(Forbidden):
        desk.step(one, "reopen", at(date(2024, 11, 25)), remark="复发")
    desk.step(one, "reopen", at(date(2024, 11, 25)), "group", remark="复发")
    with desk.platform.reading() as work:
        assert records.get(work, KEY, one).redone == 2
        assert figure(work, "disputes.disposed", date(2024, 11, 25)) == (0, 1)


def test_closing_against_a_bad_word_takes_another_person(desk: Any) -> None:
    one = desk.file("office")
    desk.step(one, "sort_simple", at(DAY), "office")
    desk.step(one, "dispose", at(DAY), "office", measures="已答复", level="街道")
    desk.step(one, "visit", at(DAY), "office", satisfaction="不满意")
    with pytest.raises(Forbidden, match="另一人"):
        desk.step(one, "close_anyway", at(DAY, 11), "office", "诉求于法无据", closed_at="2024-11-20 11:00")
    desk.step(one, "close_anyway", at(DAY, 11), "group", "诉求于法无据", closed_at="2024-11-20 11:00")


def test_the_clock_is_not_set_back(desk: Any) -> None:
    one = desk.file()
    desk.step(one, "sort_simple", at(DAY))
    desk.step(one, "dispose", at(DAY), measures="已劝离", level="网格")
    desk.step(one, "visit", at(DAY), satisfaction="满意")
    with pytest.raises(Invalid, match="补登"):
        desk.step(one, "close", at(date(2024, 11, 25)), closed_at="2024-11-20 18:00")
    with pytest.raises(Invalid, match="不能早于收件时间"):
        desk.step(one, "close", at(DAY, 11), closed_at="2024-11-20 08:00")
    with pytest.raises(Invalid, match="不能晚于今天"):
        desk.step(one, "close", at(DAY, 11), closed_at="2024-11-21 08:00")
    desk.step(one, "close", at(date(2024, 11, 21)), closed_at="2024-11-20 18:00")
    with desk.platform.reading() as work:
        assert figure(work, "disputes.simple_same_day", date(2024, 11, 21)) == (1, 1)
    with pytest.raises(Invalid, match="已是"), desk.working("office", at(date(2024, 11, 22))) as work:
        records.save(work, KEY, {"summary": "另一件事"}, record_id=one)


def test_once_sorted_nothing_that_counts_is_corrected(desk: Any) -> None:
    one = desk.file()
    with desk.working("b", at(DAY)) as work:
        records.save(work, KEY, {"is_property": "否"}, record_id=one)
        records.save(work, KEY, {"is_property": "是"}, record_id=one)
    desk.step(one, "sort_simple", at(DAY))
    for change in ({"is_property": "否"}, {"received_at": "2024-11-21 09:00"}, {"complexity": "复杂"}):
        with pytest.raises(Invalid), desk.working("office", at(date(2024, 11, 21))) as work:
            records.save(work, KEY, change, record_id=one)
    with desk.working("b", at(DAY)) as work:
        records.save(work, KEY, {"summary": "电动车停在三号楼楼道"}, record_id=one)


def test_who_may_what(desk: Any) -> None:
    with pytest.raises(Forbidden), desk.working("a", at(DAY)) as work:
        records.save(work, KEY, desk.raw(work, 1))
    one = desk.file()
    for login in ("a", "group"):
        with pytest.raises((Forbidden, NotFound)):
            desk.step(one, "sort_simple", at(DAY), login)
    with pytest.raises(Forbidden):
        desk.step(one, "void", at(DAY), remark="登记错误")
    desk.step(one, "void", at(DAY), "office", remark="登记错误")
    with desk.platform.reading() as work:
        assert figure(work, "disputes.disposed", DAY) == (0, 0)
    with pytest.raises(Forbidden), desk.working("b", at(DAY)) as work:
        records.save(work, "disputes.baseline", desk.base(work, "B", 10))


def test_merged_ones_leave_the_count_of_matters_not_of_complaints(desk: Any) -> None:
    main, same = desk.file(), desk.file(received_at="2024-11-20 09:30")
    other = desk.file("a", number_of_complex=2)
    with desk.platform.reading() as work:
        again = records.get(work, KEY, same)
        assert (again.repeat_no, again.repeat_id) == (2, main)
    with pytest.raises(Invalid, match="不能并入自己"):
        desk.step(same, "merge", at(DAY), main_id=same)
    with pytest.raises(Invalid, match="同一小区"):
        desk.step(same, "merge", at(DAY), "office", main_id=f"#{other}")
    with pytest.raises(Invalid, match="没有这条"):  # another community's is no more than a missing one
        desk.step(same, "merge", at(DAY), main_id=f"#{other}")
    desk.step(same, "merge", at(DAY), main_id=f"#{main}")
    with pytest.raises(Invalid, match="请先撤销并案"):
        desk.step(main, "merge", at(DAY), "office", main_id=f"#{other}")
    with pytest.raises(Invalid, match="请先撤销并案"):
        desk.step(main, "transfer", at(DAY), "office", "属其职权", transfer_to="市住建局")
    with desk.platform.reading() as work:
        assert figure(work, "disputes.received", DAY)[0] == 3 and figure(work, "disputes.matters", DAY)[0] == 2
        assert figure(work, "disputes.disposed", DAY) == (0, 3)
    desk.step(main, "sort_simple", at(DAY))
    desk.end(main, at(DAY, 16))
    with desk.platform.reading() as work:
        assert figure(work, "disputes.disposed", DAY) == (2, 3), "with its main one it is disposed of"
    desk.step(same, "split", at(date(2024, 11, 21)), "office", "不是同一诉求")
    with desk.platform.reading() as work:
        assert figure(work, "disputes.matters", date(2024, 11, 21))[0] == 3


def test_a_transferred_one_counts_until_the_other_body_takes_it(desk: Any) -> None:
    one = desk.file()
    with pytest.raises(Forbidden):
        desk.step(one, "transfer", at(DAY), transfer_to="市住建局", remark="属其职权")
    desk.step(one, "transfer", at(DAY), "office", "属其职权", transfer_to="市住建局")
    desk.tomorrow(date(2024, 11, 21))
    with desk.platform.reading() as work:
        assert figure(work, "disputes.disposed", date(2024, 11, 21)) == (0, 1)
        assert figure(work, "disputes.simple_same_day", date(2024, 11, 21)) == (0, 1), "nobody escapes by passing it on"
    desk.step(one, "taken", at(date(2024, 11, 22)), "group")
    with desk.platform.reading() as work:
        assert figure(work, "disputes.disposed", date(2024, 11, 22)) == (0, 0)
        assert figure(work, "disputes.disposed", date(2024, 11, 21)) == (0, 1), "as it stood that day"
        assert figure(work, "disputes.received", date(2024, 11, 22))[0] == 0


def test_a_late_receipt_is_due_the_next_working_day_only_if_the_setting_says_so(desk: Any) -> None:
    friday = date(2024, 11, 22)
    with desk.platform.work(now=at(DAY, 8)) as work:
        work.session.add(SettingValue(key="disputes.cutoff", value="17:30", since=DAY))
        work.forget()
    one = desk.file(now=at(friday, 18), received_at="2024-11-22 17:45")
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.simple_closed", one).due_at.date() == date(2024, 11, 25)
    early = desk.file(now=at(friday, 18), received_at="2024-11-22 17:20")
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.simple_closed", early).due_at.date() == friday


def test_what_is_personal_is_not_shown(desk: Any) -> None:
    one = desk.file()
    with desk.working("office", at(DAY)) as work:
        found = records.get(work, KEY, one)
        shown = {f.name: f.kind.show(getattr(found, f.name), work.look) for f in type(found).fields()}
        assert shown["content"] == "（保密）" and shown["petitioner"] == "张**" and "1234" not in shown["phone"][3:7]
        told = " ".join(str(e.changes) for e in work.session.scalars(select(journal.JournalEntry)))
        assert "张先生" not in told and "楼道停车" not in told


def test_a_review_comes_within_thirty_days(desk: Any) -> None:
    desk.file(complexity="复杂", statutory="是")
    with desk.working("office", at(DAY)) as work:
        records.move(work, "disputes.petition", 1, "accept", {"accepted_on": "2024-11-20", "notice_no": "1"})
        records.move(work, "disputes.petition", 1, "conclude", {})
    with pytest.raises(Invalid, match="复查申请期限"), desk.working("b", at(date(2024, 12, 21))) as work:
        records.move(work, "disputes.petition", 1, "review", {})


def test_what_is_not_ours_is_objected_to_in_five_working_days(desk: Any) -> None:
    desk.file(complexity="复杂", statutory="是")
    with desk.working("office", at(date(2024, 11, 28))) as work:
        records.move(work, "disputes.petition", 1, "decline", {"ground": "不属本机关职权"}, remark="属市住建局职权")
    with desk.platform.reading() as work:
        found = desk.clock(work, "disputes.petition_objection", 1)
        assert found.due_at.date() == date(2024, 11, 27) and found.done_at > found.due_at


def test_meetings_groups_and_the_frequency_of_d8(desk: Any) -> None:
    meeting = {"convener": "社区书记", "topics": "停车", "decisions": "十日内公示", "parties": ["物业企业", "网格员"]}
    with desk.working("a", at(DAY)) as work:
        records.save(
            work, "disputes.community_meeting", meeting | {"community_id": "示例社区A", "held_at": "2024-11-19 09:00"}
        )
        with pytest.raises(Invalid, match="两类"):
            one = {"community_id": "示例社区A", "held_at": "2024-11-19 15:00", "parties": ["部门"]}
            records.save(work, "disputes.community_meeting", meeting | one)
        group = {"community_id": "示例社区A", "head": "社区书记", "officer": "李四", "founded_on": "2024-11-12"}
        records.save(work, "disputes.community_group", group)
        with pytest.raises(Forbidden):
            records.save(
                work, "disputes.street_meeting", meeting | {"area_id": "测试街道", "held_at": "2024-11-19 09:00"}
            )
    with desk.working("office", at(DAY)) as work:
        records.save(work, "disputes.street_meeting", meeting | {"area_id": "测试街道", "held_at": "2024-11-19 09:00"})
    with desk.platform.reading() as work:
        model = work.catalog.records["disputes.community_meeting"]
        unit = work.look.unit_id(model.unit, "示例社区A")
        assert unit is not None and model.known(work.look, unit)["convener"] == "社区书记", "asked once"
        owed = select(Obligation).where(Obligation.rule == "disputes.community_meeting", Obligation.period == "2024-11")
        assert sorted(o.done_at is not None for o in work.session.scalars(owed)) == [False, True]
        street = select(Obligation).where(Obligation.rule == "disputes.street_meeting", Obligation.period == "2024-11")
        assert [o.done_at is not None for o in work.session.scalars(street)] == [True]
    with desk.working("office", at(DAY)) as work:
        setting_changes.change(work, "disputes.meeting_every", "每周", "按街道党工委要求")
    with desk.platform.reading() as work:
        rows = select(Obligation.period).where(Obligation.rule == "disputes.community_meeting")
        assert "2024-W47" in set(work.session.scalars(rows))


def test_a_mediation_names_its_money_and_its_end(desk: Any) -> None:
    values = {
        "found_on": "2024-11-18",
        "kind": "公共收益",
        "parties": "张先生、示例物业",
        "has_money": "是",
        "responsible_id": "城管办",
        "ways": ["人民调解"],
        "judicial": "是",
    }
    with desk.working("b", at(DAY)) as work:
        one = {"complex_id": desk.complex_of(work, 1)}
        with pytest.raises(Invalid, match="请填写金额"):
            records.save(work, "disputes.mediation", values | one)
        with pytest.raises(Invalid, match="调解协议"):
            bad = {"amount": "3000", "result": "成功", "ended_on": "2024-11-20"}
            records.save(work, "disputes.mediation", values | one | bad)
        with pytest.raises(Invalid, match="公检法司") as refused:
            records.save(work, "disputes.mediation", values | one | {"amount": "3000", "judicial": "否"})
        assert refused.value.only_warnings
        plain_one = values | one | {"amount": "3000", "judicial": "否"}
        records.save(work, "disputes.mediation", plain_one, reason="双方已达成分期协议")


def test_the_mini_program_and_the_exchange_with_the_grid(desk: Any) -> None:
    one = desk.file()
    sync = {
        "complaint_id": one,
        "external_no": "WG1",
        "direction": "推送",
        "synced_at": "2024-11-20 10:00",
        "external_state": "已办结",
    }
    with desk.working("b", at(DAY)) as work:
        ids = [
            records.save(work, "disputes.grid_sync", sync | {"external_state": said}).record.id
            for said in ("已办结", "待受理")
        ]
        assert [records.get(work, "disputes.grid_sync", i).agrees for i in ids] == [False, True]
        with pytest.raises(Invalid):
            records.save(
                work,
                "disputes.promotion",
                {"complex_id": desk.complex_of(work, 1), "held_on": "2024-11-20", "ways": ["现场扫码"]},
            )
        proof = {
            "complex_id": desk.complex_of(work, 1),
            "held_on": "2024-11-20",
            "ways": ["现场扫码"],
            "pictures": ["demo"],
        }
        records.save(work, "disputes.promotion", proof)
    with desk.platform.reading() as work:
        assert figure(work, "disputes.mini_program", DAY) == (1, 10)


def test_the_reminder_counts_what_must_be_done_before_midnight(desk: Any) -> None:
    one = desk.file()
    desk.file(received_at="2024-11-20 09:20", complexity="复杂")
    desk.step(one, "sort_simple", at(DAY))
    with desk.platform.reading() as work:
        job = work.catalog.jobs["disputes.same_day_reminder"]

        def read(rows: Any) -> Any:
            return work.session.execute(rows).all()

        said = job.run(
            JobContext(now=at(DAY, 16, 30), read=read, save=lambda _model, _values: 0, say=lambda _line: None)
        )
    assert "1件简单件未办结、1件复杂件未解释" in said


def test_what_market_order_is_told(desk: Any) -> None:
    one = desk.file()
    desk.file(received_at="2024-11-20 09:10", is_property="否")
    with desk.platform.reading() as work:
        ((slug, rows),) = work.partners.ask("market_order_evidence", start=DAY, end=DAY)
        (found,) = work.session.execute(rows).all()
        assert slug == "disputes"
        assert tuple(found) == (desk.complex_of(work, 1), DAY, "投诉", 1, "停车充电：电动车停在楼道", KEY, one)


@pytest.mark.parametrize("said", ["王小明反映漏水，电话13800138000", "请回 138-0013-8000", "联系138 0013 8000"])
def test_the_open_words_of_a_complaint_hold_no_phone_number(desk: Any, said: str) -> None:
    """事由 (F3.1) is read by everybody; 联系电话 is sealed."""
    with pytest.raises(Invalid, match="手机号码"):
        desk.file(summary=said)
    assert desk.file(summary="工单20241113800138000反映漏水")
