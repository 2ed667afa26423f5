"""Getting in and out: by name and password, by a one-time link, with the code of a second factor where there is one. Every way
in, every refusal and every lock is a line of the journal; an unknown name costs the time of a wrong password (A01).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services.audit import journal
from core.services.identity import accounts, lockout, passwords, policy, second_factor, sessions
from core.services.identity.accounts import Account
from core.services.identity.policy import Policy
from core.services.identity.sessions import HALF, LINK, SESSION
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.work import Work

PASSWORD, FACTOR = "password", "second_factor"  # what may be owed before anything else


@dataclass(frozen=True)
class Whence:
    """Where somebody is: their address, and their browser in a few words."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Entry:
    """What came of it: ``secret`` of a session or, with ``half``, of one that still owes its code. Without a secret: ``wait``
    until when nothing is taken from this address, ``waiting`` for a role to be granted; otherwise it was wrong."""

    secret: str = ""
    half: bool = False
    wait: datetime | None = None
    waiting: bool = False


WRONG = Entry()


def by_password(platform: Platform, login: str, password: str, whence: Whence, now: datetime) -> Entry:
    """Checked without holding the store: hashing takes its time. What was locked meanwhile stays locked."""
    with platform.reading() as work:
        account = _named(work.session, login)
        kept = (account.password if account is not None else None) or passwords.dummy()
        wait = lockout.locked(work.session, lockout.key_of_address(whence.address), now)
    if wait is not None:
        return Entry(wait=wait)
    right = passwords.matches(kept, password[: passwords.LONGEST])
    with platform.work(settle=False) as work:
        account, rules = _named(work.session, login), policy.of(platform.config, work.campaign)
        usable = account is not None and account.password == kept and (account.active or account.waiting)
        key = lockout.key_of_account(work.session, login, account.id if account else None, whence.address, now)
        if account is None or not (usable and right) or lockout.locked(work.session, key, now):
            return _refused(work, account, login, key, rules, whence, now)
        lockout.forgive(work.session, key)
        account.must_change |= passwords.expired(work.session, account.id, rules, now)
        return _admit(work, account, "password", whence, now)


def by_link(platform: Platform, token: str, whence: Whence, now: datetime) -> Entry:
    """Use a one-time link up; one that is used, too old or unknown is wrong."""
    with platform.work(settle=False) as work:
        account = behind(work.session, token, now)
        if account is None:
            return WRONG
        if account.active:
            sessions.end(work.session, token, now)
        return _admit(work, account, "link", whence, now)


def behind(session: Session, token: str, now: datetime) -> Account | None:
    """Whose one-time link it is, if it is still good."""
    link = sessions.find(session, token)
    if link is None or link.kind != LINK or link.ended_at is not None or now - link.created_at > policy.LINK_LIFE:
        return None
    account = session.get_one(Account, link.account_id)
    return account if account.active or account.waiting else None


def known(platform: Platform, login: str, whence: Whence, now: datetime) -> Entry:
    """Somebody an office's own identity service vouches for; no account is made."""
    with platform.work(settle=False) as work:
        account = _named(work.session, login)
        if account is None or not (account.active or account.waiting):
            _line(work, account, "sign-in-failed", whence, {"login": [None, shown(login)], "via": [None, "oidc"]})
            return WRONG
        return _admit(work, account, "oidc", whence, now)


def by_code(platform: Platform, secret: str, code: str, whence: Whence, now: datetime) -> Entry | None:
    """The code after the right password; None if that was too long ago or has failed too often: begin anew."""
    with platform.work(settle=False) as work:
        half, rules = sessions.find(work.session, secret), policy.of(platform.config, work.campaign)
        if half is None or half.kind != HALF or half.ended_at or now - half.created_at > policy.CODE_LIFE:
            return None
        account, key = work.session.get_one(Account, half.account_id), lockout.key_of_code(half.account_id)
        if not account.active or lockout.locked(work.session, key, now):
            return None
        if second_factor.right(work, account.id, code, now):
            half.ended_at = now
            lockout.forgive(work.session, key)
            return _open(work, account, half.via or "", whence, now)
        _line(work, account, "sign-in-failed", whence, {"via": [None, "code"]})
        until = lockout.failed(work.session, key, now, rules.most_failures, rules.locked, account.id)
        if until is None:
            return WRONG
        sessions.end_all(work.session, account.id, now, (HALF,))
        _line(work, account, "lock", whence, {"until": [None, f"{until:%Y-%m-%d %H:%M}"]})
        return None


def again(
    platform: Platform, login: str, proof: Callable[[Work, Account], bool], whence: Whence, now: datetime
) -> bool:
    """Is it still the same person at this browser? Who fails too often is signed out everywhere."""
    with platform.work(settle=False) as work:
        account, rules = accounts.named(work, login), policy.of(platform.config, work.campaign)
        key = lockout.key_of_code(account.id)
        if lockout.locked(work.session, key, now) is None and proof(work, account):
            lockout.forgive(work.session, key)
            return True
        _line(work, account, "sign-in-failed", whence, {"via": [None, "again"]})
        if lockout.failed(work.session, key, now, rules.most_failures, rules.locked, account.id):
            sessions.end_all(work.session, account.id, now)
            _line(work, account, "lock", whence, {})
        return False


def leave(work: Work, secret: str, now: datetime) -> None:
    found = sessions.find(work.session, secret)
    if found is None or found.ended_at is not None:
        return
    found.ended_at = now
    if found.kind == SESSION:
        account = work.session.get_one(Account, found.account_id)
        _line(work, account, "sign-out", Whence(work.actor.address), {})


def owed(session: Session, account: Account, found: sessions.SignIn, rules: Policy) -> str:
    """What must be done before anything else: ``PASSWORD`` where another chose it (A04) or, with a real campaign, where there is
    none yet and a link was the way in; ``FACTOR`` where the role must have a second one; "" for nothing."""
    unset = rules.real and account.password is None and found.via == "link"
    if account.must_change or unset:
        return PASSWORD
    needed = account.role in rules.second_factor and not second_factor.has(session, account.id)
    return FACTOR if needed else ""


def shown(login: str) -> str:
    """What was typed as a name, for the journal: one short line, whatever was in it (A65)."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in login[:40])


def _admit(work: Work, account: Account, via: str, whence: Whence, now: datetime) -> Entry:
    if not account.active:
        return Entry(waiting=True)
    if second_factor.has(work.session, account.id):
        return Entry(sessions.begin(work.session, account.id, HALF, now, via=via), half=True)
    return _open(work, account, via, whence, now)


def _open(work: Work, account: Account, via: str, whence: Whence, now: datetime) -> Entry:
    _line(work, account, "sign-in", whence, {"via": [None, via]})
    where = {"via": via, "address": whence.address, "agent": whence.agent}
    return Entry(sessions.begin(work.session, account.id, SESSION, now, **where))


def _refused(
    work: Work, account: Account | None, login: str, key: str, rules: Policy, whence: Whence, now: datetime
) -> Entry:
    """Nothing in the answer tells a wrong password from a name nobody has or from a lock."""
    mine = account.id if account is not None else None
    _line(work, account, "sign-in-failed", whence, {"login": [None, shown(login)]})
    lockout.address_failed(work.session, whence.address, now, rules)
    if lockout.locked(work.session, key, now) is None:
        until = lockout.failed(work.session, key, now, rules.most_failures, rules.locked, mine)
        if until is not None:
            _line(work, account, "lock", whence, {"until": [None, f"{until:%Y-%m-%d %H:%M}"]})
    return WRONG


def _named(session: Session, login: str) -> Account | None:
    return session.scalars(select(Account).where(Account.login == login)).first()


def _line(work: Work, account: Account | None, verb: str, whence: Whence, changes: dict[str, list[str | None]]) -> None:
    """A line as of whom it concerns; what nobody's name began is the system's."""
    acting = work.actor
    if account is not None:
        work.actor = Actor(login=account.login, label=account.label, role=account.role, address=whence.address)
    else:
        work.actor = Actor(**{**vars(SYSTEM_ACTOR), "address": whence.address})
    journal.write(work, verb, "account", account.id if account is not None else None, changes)
    work.actor = acting
