"""What the tests of signing in share: forms with their token, a password for an account, a real campaign."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from core.services.audit.journal import JournalEntry
from core.services.identity import accounts, policy
from core.services.identity.accounts import Account
from core.services.permission.access import SYSTEM_ACTOR
from core.testing import entered

PASSWORD = "梅岭-correct-horse"


def fresh(browser: Any) -> Any:
    """A browser nobody is signed in at."""
    found = browser.application.test_client()
    found.platform = browser.platform
    return found


def post(browser: Any, path: str, page: str = "", **typed: str) -> Any:
    """Send a form with the token of the page it stands on (default: the same path)."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page or path).text)
    return browser.post(path, data={"csrf_token": found[1] if found else ""} | typed)


def sign_in(browser: Any, login: str = "a", password: str = PASSWORD, where: str = "/") -> Any:
    return post(browser, "/signin", login=login, password=password, next=where)


def give_password(browser: Any, login: str = "a", password: str = PASSWORD, *, initial: bool = False) -> None:
    with browser.platform.work(SYSTEM_ACTOR) as work:
        rules = policy.of(browser.platform.config, work.campaign)
        accounts.set_password(work, login, password, rules, initial=initial)


def by_link(browser: Any, login: str = "a") -> Any:
    """A new browser signed in by a one-time link."""
    with browser.platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, login)
    other = fresh(browser)
    entered(other, token)
    return other


def real_campaign(browser: Any) -> None:
    with browser.platform.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = False


def account(work: Any, login: str = "a") -> Account:
    found: Account = work.session.scalars(select(Account).where(Account.login == login)).one()
    return found


def journal_of(browser: Any, *verbs: str) -> list[JournalEntry]:
    with browser.platform.reading() as work:
        rows = select(JournalEntry).where(JournalEntry.verb.in_(verbs)).order_by(JournalEntry.id)
        found = list(work.session.scalars(rows))
        work.session.expunge_all()
        return found
