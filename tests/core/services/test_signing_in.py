"""Many guesses at once, on both stores: exactly as many are judged as the lock allows, and a code counts once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import create_engine, select, text

from core.base.window import TZ
from core.services.audit.journal import JournalEntry
from core.services.identity import accounts, policy, second_factor, sessions, signing_in
from core.services.identity.lockout import Failures
from core.services.identity.sessions import HALF
from core.services.identity.signing_in import Whence
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import small_platform

NOW = datetime(2026, 3, 2, 12, 0, 5, tzinfo=TZ)
WORD = "Wq7-vendor!x-tests"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    url = ""
    if request.param == "postgres":
        address = str(request.getfixturevalue("postgres_url"))
        admin = create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            name = f"signin_{abs(hash(request.node.name)) % 10**8}"
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        url = address.rsplit("/", 1)[0] + f"/{name}"
    found = small_platform(tmp_path, url=url)
    with found.work(SYSTEM_ACTOR) as work:
        accounts.set_password(work, "a", WORD, policy.of(found.config, work.campaign), initial=False)
    yield found
    found.db.close()


def test_twelve_guesses_at_once_lock_once_and_all_are_in_the_journal(platform: Platform) -> None:
    def guess(n: int) -> str:
        return signing_in.by_password(platform, "a", f"wrong-{n}", Whence("203.0.113.1"), NOW).secret

    with ThreadPoolExecutor(6) as pool:
        assert not any(pool.map(guess, range(12)))
    with platform.reading() as work:
        verbs = list(work.session.scalars(select(JournalEntry.verb).where(JournalEntry.subject == "account")))
        assert (verbs.count("sign-in-failed"), verbs.count("lock")) == (12, 1)
        (locked,) = work.session.scalars(select(Failures).where(Failures.account_id.is_not(None)))
        assert (locked.locks, locked.count) == (1, 0)
    assert not signing_in.by_password(platform, "a", WORD, Whence("203.0.113.1"), NOW).secret


def test_one_code_sent_twice_at_once_lets_one_in(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR) as work:
        account = accounts.named(work, "a")
        secret = second_factor.propose(work, account)
        assert second_factor.confirm(work, account, pyotp.TOTP(secret).at(NOW.timestamp() - 30), NOW)
        halves = [sessions.begin(work.session, account.id, HALF, NOW) for _ in range(6)]
    code = pyotp.TOTP(secret).at(NOW.timestamp())

    def enter(half: str) -> bool:
        found = signing_in.by_code(platform, half, code, Whence(), NOW)
        return found is not None and bool(found.secret)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(enter, halves)) == 1
