"""Whom a plugin's job tells: who leads its action, the coordination group, one community; once a run, in the inbox."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from core.base.workflow import COORDINATOR, LEAD, REPORTER
from core.estate.units import Community, Responsibility
from core.services.messaging import messages
from core.services.messaging.messages import Delivery, Message
from core.services.messaging.telling import Teller
from core.services.platform import Platform
from core.services.work import Work
from core.testing import DAY, at

JOB = "environment.reminding"


def told(work: Work, title: str) -> set[str]:
    return set(work.session.scalars(select(Message.login).where(Message.title == title)))


def test_each_is_told_what_is_for_it_and_once(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work:
        home = work.look.unit_id(Community.kind, "示例社区B")
        tell = Teller(work, JOB, at(DAY, 9))
        assert (tell("给牵头", "一"), tell("给协调组", "二", to=COORDINATOR)) == (1, 1)
        assert tell("给社区", "三", to=REPORTER, community_id=home, link="/r/environment.cleanup") == 1
        assert tell("给牵头", "一") == 0, "the same words of one run"
        assert Teller(work, JOB, at(DAY, 10))("给牵头", "一") == 1, "another run"
        assert (told(work, "给牵头"), told(work, "给协调组"), told(work, "给社区")) == ({"office"}, {"group"}, {"b"})
        links = dict(work.session.execute(select(Message.title, Message.link)).all())
        assert links == {"给牵头": "/a/environment/", "给协调组": "/a/environment/", "给社区": "/r/environment.cleanup"}


def test_what_nobody_leads_is_told_to_the_coordination_group(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work:
        work.session.execute(delete(Responsibility))
        assert Teller(work, JOB, at(DAY))("没有牵头", "一") == 1
        assert told(work, "没有牵头") == {"group"}


def test_a_chat_group_is_told_once_of_what_is_for_the_coordination_group(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(messages.WAYS, "wecom", True)
    with platform.work(now=at(DAY, 21)) as work:
        Teller(work, JOB, at(DAY))("给协调组", "一", to=COORDINATOR)
        Teller(work, JOB, at(DAY))("给牵头", "一", to=LEAD)
        (going,) = work.session.scalars(select(Delivery)).all()
        assert going.next_at > work.now, "not in quiet hours"


@pytest.mark.parametrize("words", [{"to": "everybody"}, {"to": REPORTER}, {"to": LEAD, "community_id": 1}])
def test_nobody_is_told_by_a_slip(platform: Platform, words: dict[str, object]) -> None:
    with platform.work(now=at(DAY)) as work, pytest.raises(ValueError, match="REPORTER with the community_id"):
        Teller(work, JOB, at(DAY))("一", "二", **words)  # type: ignore[arg-type]
