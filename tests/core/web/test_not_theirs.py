"""What reaches a person besides records themselves: names behind links, prefilled forms, proposals, panels, warnings. Of what does
not concern them nothing does, and what they may not see is answered like what is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from sqlalchemy import func, select

from core.estate.units import Community, Complex
from core.services.audit.journal_row import JournalEntry
from core.services.identity import accounts, second_factor
from core.services.messaging import notices
from core.services.permission import rights
from core.services.photos.uploads import Upload
from core.services.platform import Platform
from core.services.sheets.kept import SheetUpload
from core.services.writing import many, records
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
    tried = [finding(world, f"{COMPLAINT}/{n}") for n in (hidden, missing)]
    got = [world.officer.post(f"/api/v1/records/{FINDING}", json=one) for one in tried]
    assert [one.status_code for one in got] == [422, 422]
    first, second = (problems(one)["whence"] for one in got)
    assert first.replace(f"/{hidden}”", "/N”") == second.replace(f"/{missing}”", "/N”")
    for number in (hidden, missing):
        linked = world.officer.post(f"/api/v1/records/{MEDIATION}", json={"complaint_id": number})
        assert "没有这条" in problems(linked)["complaint_id"]
    assert world.many(FINDING) == before
    own = complaint(world, world.near)
    assert (
        world.officer.post(f"/api/v1/records/{FINDING}", json=finding(world, f"{COMPLAINT}/{own}")).status_code == 201
    )


def test_of_a_record_that_points_elsewhere_only_the_number_is_read(world: World) -> None:
    """The lead may link what it likes; who sees the record alone learns no more of the other than its number, and may still
    correct the rest."""
    hidden = complaint(world, world.far)
    one = report(world.platform, FINDING, finding(world, f"{COMPLAINT}/{hidden}"))
    page = world.officer.get(f"/r/{FINDING}/{one}").text
    with world.platform.reading() as work:  # the system's eye
        name = work.look.record_name(work.catalog.records[COMPLAINT], hidden)
    assert f"第{hidden}号" in page and name not in page
    record = world.officer.get(f"/api/v1/records/{FINDING}/{one}").get_json()
    mended = world.officer.patch(
        f"/api/v1/records/{FINDING}/{one}", json={"place": "4号楼"}, headers={"If-Match": f'"{record["version"]}"'}
    )
    assert mended.status_code == 200 and mended.get_json()["whence"] == f"{COMPLAINT}/{hidden}"


def test_a_form_is_prefilled_only_for_who_may_report_it(world: World) -> None:
    meeting = {
        "community_id": f"#{world.other}",
        "held_at": "2024-11-18 09:00",
        "place": "二楼会议室",
        "convener": "书记",
    }
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


def last_line(world: World) -> tuple[str, str, int]:
    """(verb, subject, how many lines there are)."""
    with world.platform.reading() as work:
        one = work.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
        return one.verb, one.subject, one.id


def test_every_refusal_is_one_line_of_the_journal(world: World) -> None:
    """Also where the form comes back with what was typed, and where what is another's is answered as missing."""
    key, setting = "environment.cleanup", "environment.fallback.due"
    with world.platform.reading() as work:
        spots = list(work.catalog.records[key].field("spots").kind.options)  # type: ignore[attr-defined]
    typed = {"f_complex_id": f"#{world.far}", "f_held_on": "2024-11-19", "f_people": "3", "f_photos": "demo"}
    changed = {"key": setting, f"f_{setting}": "2025-01-31", "reason": "想改"}
    others(world, key)
    for role, method, address, data, code, endpoint in (
        (rights.OFFICER, "POST", f"/r/{key}/new", typed | {"f_spots": spots}, 403, "records.new"),
        (rights.OFFICER, "GET", "/files/theirs", None, 404, "files.photo"),
        (rights.OFFICER, "GET", f"/sheet/{key}/theirs", None, 404, "sheets.preview"),
        (rights.OFFICER, "POST", "/a/environment/settings", changed, 403, "settings.show"),
        (rights.DEPARTMENT, "POST", "/a/environment/settings", changed, 422, "settings.show"),  # not its own action
    ):
        _verb, _subject, before = last_line(world)
        answer = world.people[role].open(address, method=method, data=data)
        assert answer.status_code == code, (endpoint, answer.text)
        assert last_line(world) == ("refused", endpoint, before + 1)


def others(world: World, key: str) -> None:
    """A photo and an uploaded sheet of another person."""
    plan = {"key": key, "name": "x", "digest": "y", "headings": [], "problems": [], "notes": [], "rows": []}
    with world.platform.work() as work:
        file = {"token": "theirs", "name": "x.jpg", "media": "image/jpeg", "size": 1, "digest": "1" * 64}
        work.session.add(Upload(**file, sample=False, created_at=work.now, created_by="b"))
        sheet = {"token": "theirs", "key": key, "login": "b", "plan": json.dumps(plan)}
        work.session.add(SheetUpload(**sheet, created_at=accounts.real_now()))


def test_the_number_of_a_removed_record_is_nobody_elses(world: World) -> None:
    """What was said of it does not come up on another's record."""
    key = "disputes.community_meeting"
    with world.platform.reading() as work:
        parties = list(work.catalog.records[key].field("parties").kind.options[:2])  # type: ignore[attr-defined]
    told = {"held_at": "2024-11-18 09:00", "convener": "书记", "parties": parties, "topics": "漏水", "decisions": "修"}
    first = report(world.platform, key, told | {"community_id": f"#{world.other}"})
    with world.platform.work() as work:
        records.remove(work, key, first)
    assert report(world.platform, key, told | {"community_id": f"#{world.other}"}) > first
    with world.platform.work() as work:
        records.remove(work, key, first + 1)
        (done,) = many.save_many(work, key, [many.Entry(told | {"community_id": f"#{world.other}"})])
    assert isinstance(done, many.Done) and done.record_id == first + 2


def test_who_sets_a_job_going_is_in_the_journal(world: World) -> None:
    assert world.people[rights.ADMINISTRATOR].post("/jobs/core.sweep/run").status_code == 302
    with world.platform.reading() as work:
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.verb == "run")).one()
        assert (line.login, line.subject) == ("one-administrator", "core.sweep")


def test_nobody_takes_their_own_second_factor_away_but_by_a_code(world: World) -> None:
    security = world.people[rights.SECURITY]
    with world.platform.work() as work:
        work.campaign.demo = False
        me = accounts.named(work, "one-security")
        secret = second_factor.propose(work, me)
        assert second_factor.confirm(work, me, pyotp.TOTP(secret).at(accounts.real_now()), accounts.real_now())
        number = me.id
    try:
        assert security.post(f"/grants/{number}/factor").status_code == 422
        with world.platform.reading() as work:
            assert second_factor.has(work.session, number)
    finally:
        with world.platform.work() as work:
            work.campaign.demo = True
