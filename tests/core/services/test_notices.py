"""What is proposed to be sent to whom: by colour, once, drafted through the form of the paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from core.base.notice import Colour
from core.services.measuring import days
from core.services.messaging import notices
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at
from tests.core.web.test_web_records import hidden

KEY = "safeguards.community_notice"
GROUP = Actor(login="group", label="综合协调组", role="coordination")


def proposed(platform: Platform, day: date) -> dict[str, notices.Proposal]:
    with platform.work(SYSTEM_ACTOR, now=at(day)) as work:
        days.begin(work)
    with platform.reading(GROUP, now=at(day)) as work:
        return {p.case.name: p for p in notices.proposals(work, notices.in_hand(work)) if p.key == KEY}


def test_colours_follow_the_days(platform: Platform) -> None:
    """The first clean-up is due on 15 November: blue three days before, yellow when it is late, red when the task force is told."""
    found = {day: proposed(platform, date(2024, 11, day))["示例社区A"].case for day in (13, 17, 25)}
    rules = {d: {g.deadline.key: g for g in case.grounds} for d, case in found.items()}
    assert rules[13]["environment.first_cleanup"].soon == 4
    assert rules[17]["environment.first_cleanup"].late == 4
    assert found[17].colour in (Colour.YELLOW, Colour.RED)
    assert found[25].colour is Colour.RED
    assert [g.late for g in found[25].grounds] == sorted((g.late for g in found[25].grounds), reverse=True)


def test_a_draft_names_what_is_late_and_nothing_is_proposed_twice(platform: Platform) -> None:
    day = date(2024, 11, 25)
    assert set(proposed(platform, day)) == {"示例社区A", "示例社区B"}
    with platform.work(GROUP, now=at(day)) as work:
        raw = notices.draft(work, KEY, 1)
        assert re.search(r"首次集中大扫除：逾期4件，最早期限2024年11月15日（示例小区\d\d、.*）", raw["facts"])
        assert raw["colour"] == "红" and raw["limit_on"] == date(2024, 11, 28)
        number = records.save(work, KEY, raw).record.id
    assert set(proposed(platform, day)) == {"示例社区B"}
    with platform.work(GROUP, now=at(day)) as work:
        records.move(work, KEY, number, "void", remark="不发")
    assert set(proposed(platform, day)) == {"示例社区A", "示例社区B"}, "one that was given up frees the place"


def test_an_issued_sheet_is_owed_by_the_community_until_answered(platform: Platform) -> None:
    day = date(2024, 11, 25)
    proposed(platform, day)
    with platform.work(GROUP, now=at(day)) as work:
        number = records.save(work, KEY, notices.draft(work, KEY, 1)).record.id
        records.move(work, KEY, number, "issue", {"number": "梅督〔2024〕1号"})
    with platform.work(SYSTEM_ACTOR, now=at(date(2024, 12, 2))) as work:
        days.begin(work)
    with platform.reading(GROUP, now=at(date(2024, 12, 2))) as work:
        (one,) = [p for p in notices.in_hand(work) if p.key == KEY]
        assert (one.limit, one.late) == (date(2024, 11, 28), True)
    officer = Actor(login="a", label="示例社区A", role="community", community_id=1)
    with platform.work(officer, now=at(date(2024, 12, 2), 11)) as work:
        records.move(work, KEY, number, "reply", {"reply": "已补办，附照片"})
    with platform.reading(GROUP, now=at(date(2024, 12, 2), 12)) as work:
        (one,) = [p for p in notices.in_hand(work) if p.key == KEY]
        assert (one.limit, one.late, one.record.state) == (None, False, "replied")


def test_the_page_drafts_in_the_form_and_is_the_groups(client: Callable[[str], Any]) -> None:
    group = client("group")
    page = group.get("/notices").text
    found = re.search(r'href="(/r/safeguards\.community_notice/new\?[^"]+)"', page)
    assert found, "a proposal can be drafted"
    form = group.get(found[1].replace("&amp;", "&")).text
    assert "首次集中大扫除：逾期" in form and hidden(form, "csrf_token")
    assert client("a").get("/notices").status_code == 403
    admin = client("admin").get("/notices").text
    assert "建议督办" in admin and "拟稿</a>" not in admin, "who may not report papers is offered none"


def test_a_draft_names_what_is_late_and_what_is_soon_due_only_where_asked(platform: Platform) -> None:
    day = date(2024, 11, 28)  # the first cleanup is late, the month's is due in two days
    proposed(platform, day)
    with platform.work(GROUP, now=at(day)) as work:
        late, both = (notices.draft(work, KEY, 1, soon=soon)["facts"] for soon in (False, True))
    assert "逾期" in late and "三天内到期" not in late
    assert "三天内到期" in both


def test_a_paper_in_hand_is_called_by_its_number(platform: Platform) -> None:
    day = date(2024, 11, 25)
    proposed(platform, day)
    with platform.work(GROUP, now=at(day)) as work:
        one, other = (records.save(work, KEY, notices.draft(work, KEY, unit)).record.id for unit in (1, 2))
        records.move(work, KEY, one, "issue", {"number": "梅督〔2024〕1号"})
        found = {paper.record.id: paper.number for paper in notices.in_hand(work)}
    assert found == {one: "梅督〔2024〕1号", other: ""}
