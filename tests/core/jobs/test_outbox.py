"""Messages on their way out: taken once, tried again when refused, never sent a second time when nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.kernel import plugins
from core.services.identity.accounts import Account
from core.services.messaging import messages, outbox, sent
from core.services.messaging.channels import Message as Sent
from core.services.messaging.channels import Refused
from core.services.messaging.messages import Delivery, Told
from core.services.operations import faults
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import at, small_platform

NOW = at(date(2024, 11, 20), 9)


class Way:
    """A channel that does as it is told and remembers what it was given."""

    key, label, group = "mail", "电子邮件", False

    def __init__(self, act: Callable[[int], str] = lambda n: f"no-{n}") -> None:
        self.act, self.got = act, list[Sent]()

    def send(self, message: Sent, now: datetime) -> str:
        self.got.append(message)
        return self.act(len(self.got))


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["environment"], strict=True))
    with platform.work(SYSTEM_ACTOR, now=NOW, settle=False) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().contact = "a@example.cn"
        one = Told(key="k", login="a", kind="digest", title="逾期 2 件", text="首次集中大扫除")
        messages.tell(work, [one, Told(key="l", login="b", kind="digest", title="无地址", text="")], {"mail": False})
    yield platform
    platform.db.close()


def row(platform: Platform) -> Any:
    with platform.reading() as work:
        found = work.session.scalars(select(Delivery)).one()
        work.session.expunge(found)
        return found


def test_what_was_taken_is_sent_once(found: Platform) -> None:
    way = Way()
    assert outbox.send(found, {"mail": way}, NOW) == 1 and outbox.send(found, {"mail": way}, NOW) == 0
    assert [(m.title, m.to) for m in way.got] == [("逾期 2 件", "a@example.cn")]
    assert (row(found).state, row(found).receipt) == ("sent", "no-1")


def test_who_has_no_address_has_the_inbox_alone(found: Platform) -> None:
    with found.reading() as work:
        assert [m.title for m in messages.inbox(work, "b")] == ["无地址"] and messages.unread(work, "b") == 1
        assert len(work.session.scalars(select(Delivery)).all()) == 1


def test_a_refusal_is_tried_again_with_growing_pauses_shown_and_then_mended(found: Platform) -> None:
    def busy(n: int) -> str:
        if n < 3:
            raise Refused("邮件服务器拒绝（451）")
        return ""

    way = Way(busy)
    tries = [
        m
        for m in range(60)
        if (len(way.got), outbox.send(found, {"mail": way}, NOW + timedelta(minutes=m)))[0] < len(way.got)
    ]
    assert tries == [0, 1, 6] and row(found).state == "sent" and len(way.got) == 3
    with found.reading() as work:
        assert faults.standing(work.session) == {}


def test_a_refusal_for_good_is_not_tried_again_and_is_seen(found: Platform) -> None:
    def never(n: int) -> str:
        raise Refused("登记的电子邮件地址不对", permanent=True)

    way = Way(never)
    for minute in range(5):
        outbox.send(found, {"mail": way}, NOW + timedelta(minutes=minute))
    assert len(way.got) == 1 and row(found).state == "refused"
    with found.reading() as work:
        assert [m.title for _d, m in sent.troubles(work)] == ["逾期 2 件"]
        assert list(faults.standing(work.session)) == ["channel:mail"]


def test_it_is_given_up_after_the_last_pause(found: Platform) -> None:
    def busy(n: int) -> str:
        raise Refused("连接不上邮件服务器")

    way = Way(busy)
    for hour in range(48):
        outbox.send(found, {"mail": way}, NOW + timedelta(hours=hour))
    assert len(way.got) == len(outbox.PAUSES) + 1 and row(found).state == "refused"


def test_who_dies_while_sending_leaves_it_unknown_and_it_is_never_sent_twice(found: Platform) -> None:
    def die(n: int) -> str:
        raise KeyboardInterrupt

    way = Way(die)
    with pytest.raises(KeyboardInterrupt):
        outbox.send(found, {"mail": way}, NOW)
    assert row(found).state == "sending"
    healthy = Way()
    assert outbox.send(found, {"mail": healthy}, NOW + timedelta(minutes=1)) == 0
    assert outbox.send(found, {"mail": healthy}, NOW + timedelta(minutes=9)) == 0
    assert row(found).state == "unknown" and healthy.got == []
    with found.reading() as work:
        assert len(sent.troubles(work)) == 1


def test_two_processes_send_at_once_and_one_does(found: Platform) -> None:
    first = Way()

    def meanwhile(n: int) -> str:
        assert outbox.send(found, {"mail": second}, NOW) == 0, "it is taken"
        return ""

    second = Way()
    first.act = meanwhile
    assert outbox.send(found, {"mail": first}, NOW) == 1 and second.got == []
