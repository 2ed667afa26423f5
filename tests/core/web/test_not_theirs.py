"""What reaches a person besides records themselves: names behind links, prefilled forms, proposals, panels, warnings. Of what does
not concern them nothing does, and what they may not see is answered like what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from core.estate.units import Community, Complex
from core.services import rights
from core.services.platform import Platform
from core.testing import DAY, report, small_platform
from tests.core.web.people import browsers, one_of_each

COMPLAINT, FINDING, MEDIATION = "disputes.complaint", "enforcement.finding", "disputes.mediation"


class World:
    """One account of each role; ``near`` is the complex of the officer's community, ``far`` one of the other's."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.people = browsers(platform, one_of_each(platform) | {"b": "b"})
        self.officer, self.company = self.people[rights.OFFICER], self.people[rights.COMPANY]
        with platform.reading() as work:
            mine, other = work.session.scalars(select(Community.id).order_by(Community.id)).all()
            homes = select(func.min(Complex.id))
            self.near = work.session.scalars(homes.where(Complex.community_id == mine)).one()
            self.far = work.session.scalars(homes.where(Complex.community_id == other)).one()
            self.other = other

    def many(self, key: str) -> int:
        with self.platform.reading() as work:
            return work.session.scalar(select(func.count()).select_from(work.catalog.records[key])) or 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = small_platform(tmp_path_factory.mktemp("theirs"), today=DAY, begun=True)
    yield World(found)
    found.db.close()


def complaint(world: World, complex_id: int, **more: Any) -> int:
    values = {
        "complex_id": f"#{complex_id}",
        "received_at": "2024-11-19 09:00",
        "channel": "来访",
        "category": "其他",
        "is_property": "是",
        "complexity": "简单",
        "statutory": "否",
        "summary": "电梯里贴着别家的隐情",
        "content": "某某的诉求",
    }
    with world.platform.reading() as work:
        fields = work.catalog.records[COMPLAINT]
        for name in ("category", "complexity"):
            values[name] = fields.field(name).kind.options[0]  # type: ignore[attr-defined]
    return report(world.platform, COMPLAINT, values | more)


def finding(world: World, whence: str) -> dict[str, Any]:
    with world.platform.reading() as work:
        kinds = work.catalog.records[FINDING]
        first = {n: kinds.field(n).kind.options[0] for n in ("kind", "source")}  # type: ignore[attr-defined]
    told = {"complex_id": world.near, "found_on": "2024-11-19", "place": "3号楼", "scene": ["demo"], "whence": whence}
    return first | told


def problems(answer: Any) -> dict[str, str]:
    return {p["field"]: p["text"] for p in answer.get_json()["problems"]}


def test_a_record_points_at_nothing_its_reporter_may_not_see(world: World) -> None:
    """Not to another's (by which its name, and that it is there, would be told), and both are told alike."""
    hidden, missing = complaint(world, world.far), 999_999
    before = world.many(FINDING)
    got = [world.officer.post(f"/api/v1/records/{FINDING}", json=finding(world, f"{COMPLAINT}/{n}")) for n in (hidden, missing)]  # fmt: skip
    assert [one.status_code for one in got] == [422, 422]
    first, second = (problems(one)["whence"] for one in got)
    assert first.replace(f"/{hidden}”", "/N”") == second.replace(f"/{missing}”", "/N”")
    for number in (hidden, missing):
        linked = world.officer.post(f"/api/v1/records/{MEDIATION}", json={"complaint_id": number})
        assert "没有这条" in problems(linked)["complaint_id"]
    assert world.many(FINDING) == before
    own = complaint(world, world.near)
    assert world.officer.post(f"/api/v1/records/{FINDING}", json=finding(world, f"{COMPLAINT}/{own}")).status_code == 201


def test_of_a_record_that_points_elsewhere_only_the_number_is_read(world: World) -> None:
    """The lead may link what it likes; who sees the record alone learns no more of the other than its number, and may still
    correct the rest."""
    hidden = complaint(world, world.far)
    one = report(world.platform, FINDING, finding(world, f"{COMPLAINT}/{hidden}"))
    page = world.officer.get(f"/r/{FINDING}/{one}").text
    with world.platform.reading() as work:  # the system's eye
        name = work.look.record_name(work.catalog.records[COMPLAINT], hidden)
    assert f"#{hidden}" in page and name not in page
    record = world.officer.get(f"/api/v1/records/{FINDING}/{one}").get_json()
    mended = world.officer.patch(
        f"/api/v1/records/{FINDING}/{one}", json={"place": "4号楼"}, headers={"If-Match": f'"{record["version"]}"'}
    )
    assert mended.status_code == 200 and mended.get_json()["whence"] == f"{COMPLAINT}/{hidden}"


def test_a_form_is_prefilled_only_for_who_may_report_it(world: World) -> None:
    meeting = {"community_id": f"#{world.other}", "held_at": "2024-11-18 09:00", "place": "二楼会议室", "convener": "书记"}
    key = "disputes.community_meeting"
    with world.platform.reading() as work:
        parties = list(work.catalog.records[key].field("parties").kind.options[:2])  # type: ignore[attr-defined]
    report(world.platform, key, meeting | {"parties": parties, "topics": "漏水", "decisions": "修"})
    address = f"/r/{key}/new?community={world.other}"
    assert "二楼会议室" in world.people["b"].get(address).text
    for role in (rights.OFFICER, rights.COMPANY, rights.GRID, rights.LINKED):
        answer = world.people[role].get(address)
        assert answer.status_code == 200 and "二楼会议室" not in answer.text, role


def test_a_paper_is_drafted_only_for_who_may_send_it(world: World) -> None:
    key = "safeguards.community_notice"
    address = f"/r/{key}/new?community={world.other}&proposed=1"
    with world.platform.reading() as work:
        from core.services import notices  # noqa: PLC0415

        facts = str(notices.draft(work, key, world.other)["facts"])
    line = max(facts.splitlines(), key=len)
    assert line in world.people[rights.COORDINATION].get(address).text
    for role in (rights.COMPANY, rights.OFFICER, rights.GRID):
        assert line not in world.people[role].get(address).text, role


def test_whose_unit_it_is_is_asked_before_what_is_known_of_it(world: World) -> None:
    """A second record of a kind there may be one of is named to who may report it, to nobody else."""
    complaint(world, world.far, number="登-7")
    mine = {"complex_id": world.near, "number": "登-7"}
    shown = world.officer.get(f"/api/v1/records/{COMPLAINT}").get_json()["items"][0]
    keep = ("received_at", "channel", "category", "is_property", "complexity", "statutory", "summary")
    typed = {n: shown[n] for n in keep} | {"content": "x"}
    assert world.officer.post(f"/api/v1/records/{COMPLAINT}", json=typed | mine).status_code == 422
    for role in (rights.GRID, rights.COMPANY, rights.OFFICER):
        answer = world.people[role].post(f"/api/v1/records/{COMPLAINT}", json=typed | mine | {"complex_id": world.far})
        assert answer.status_code == 403, (role, answer.text)


def test_the_card_of_a_complex_tells_of_its_records_to_whom_they_concern(world: World) -> None:
    """Duties and figures of any complex are open to the staff; what plugins show of its complaints is not."""
    complaint(world, world.far)
    card, told = f"/complex/{world.far}", "电梯里贴着别家的隐情"
    for role in ("b", rights.COORDINATION):
        assert told in world.people[role].get(card).text, role
    for role in (rights.OFFICER, rights.GRID, rights.LINKED, rights.DEPARTMENT):
        answer = world.people[role].get(card)
        assert answer.status_code == 200 and told not in answer.text, role
