"""What was submitted under an idempotency key can't be told from the store by trying numbers, and is still known again: after the
key was changed, after it was given up, and where it was kept bare before."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from core.base import keys
from core.base.errors import KeyReused
from core.services.personal import resealing
from core.services.platform import Platform
from core.services.writing import many, receipts, records
from core.services.writing.receipts import Receipt
from tests.core.web.canaries import GUARD, PEOPLE, raws

RAW = raws(1, PEOPLE[1])[GUARD]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, store: Platform) -> Iterator[Platform]:
    """On each of the two stores, with the keys of this test alone."""
    monkeypatch.setattr(keys, "_ring", {})
    keys.use(store.config.secret_key)
    yield store


def sent(platform: Platform, raw: dict[str, object] = RAW) -> bool:
    """Was it there already?"""
    with platform.work() as work:
        return records.save(work, GUARD, raw, idempotency="api/k").repeated


def kept(platform: Platform) -> str:
    with platform.reading() as work:
        return work.session.scalars(select(Receipt.digest)).one()


def bare(raw: dict[str, object]) -> str:
    """The digest anybody could compute who guesses the number."""
    content = json.dumps([GUARD, None, {k: str(v) for k, v in raw.items()}], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def test_the_store_does_not_tell_a_number_by_trying(platform: Platform) -> None:
    assert not sent(platform) and sent(platform)
    digest, guessed = kept(platform), bare(RAW)
    assert guessed == receipts.digest_of(GUARD, None, RAW), "this is how one would try"
    assert guessed[:16] not in digest and digest.startswith(keys.current().name + ":")
    with platform.work() as work:
        (done,) = many.save_many(work, GUARD, [many.Entry(RAW, idempotency="api/k")])
        assert isinstance(done, many.Done) and done.repeated, "both doors know it"
        (other,) = many.save_many(work, GUARD, [many.Entry(RAW | {"post_no": "岗9"}, idempotency="api/k")])
        assert isinstance(other, KeyReused)


def test_it_is_known_again_after_the_key_was_changed_and_given_up(platform: Platform) -> None:
    assert not sent(platform)
    keys.use(b"a new one")
    assert sent(platform)
    with pytest.raises(KeyReused):
        sent(platform, RAW | {"post_no": "岗9"})
    keys._ring.clear()
    keys.use(b"a new one")  # the old one was dropped
    assert sent(platform), "never twice"


def test_what_was_kept_bare_is_known_and_keyed_by_resealing(platform: Platform) -> None:
    assert not sent(platform)
    with platform.work() as work:
        work.session.execute(text("UPDATE receipt SET digest = :d"), {"d": bare(RAW)})
    assert sent(platform)
    with pytest.raises(KeyReused):
        sent(platform, RAW | {"post_no": "岗9"})
    told = resealing.reseal(platform)
    with platform.reading() as work:
        connection = work.session.connection()
        assert (told.damaged, resealing.unbound(connection), list(resealing.closed(connection))) == ([], 0, [])
    mac = hmac.digest(keys.current().comparing, bare(RAW).encode(), "sha256").hex()[:48]
    assert kept(platform) == f"{keys.current().name}:{mac}" and sent(platform)
    with pytest.raises(KeyReused):
        sent(platform, RAW | {"post_no": "岗9"})
