"""Who looks after the accounts: the administrator enters people and stops them, the security administrator grants roles, unlocks
and resets second factors. With a real campaign neither does the other's part (三员分立); in a demo world one does both. Next: directory.py.
"""

from __future__ import annotations

from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.units import COMMUNITY, COMPANY, DEPARTMENT, GRID, LEADER, UnitKind
from core.services.audit import journal
from core.services.exchange import tokens
from core.services.identity import accounts, lockout, second_factor, sessions
from core.services.identity.accounts import Account
from core.services.permission import rights
from core.services.permission.rights import GRANT, PEOPLE
from core.services.work import Work

# The unit an account of a role belongs to; roles that stand not here belong to none.
UNIT: dict[str, UnitKind] = {
    rights.DEPARTMENT: DEPARTMENT,
    rights.OFFICER: COMMUNITY,
    rights.GRID: GRID,
    rights.LINKED: LEADER,
    rights.COMPANY: COMPANY,
}
GIVEN = (*UNIT, rights.COORDINATION, rights.ADMINISTRATOR, rights.SECURITY, rights.AUDITOR)


def may(work: Work, right: str) -> bool:
    return rights.holds(work.actor.role, right, separated=not work.campaign.demo)


def unit_of(work: Work, account: Account) -> str:
    kind = UNIT.get(account.role)
    found = getattr(account, kind.column) if kind is not None else None
    return work.look.unit_name(kind, found) if kind is not None and found is not None else ""


def add(work: Work, login: str, label: str, role: str, unit: str) -> Account:
    """A new account. With a real campaign it waits until its role is granted. Raises ``Invalid``."""
    _must(work, PEOPLE)
    problems = [Problem("login", Say("请填写账号"))] if not login else []
    problems += [Problem("label", Say("请填写姓名或单位"))] if not label else []
    problems += [Problem(p, Say("最多{n}个字", n=80)) for p, v in (("login", login), ("label", label)) if len(v) > 80]
    problems += _login_problems(login)
    if problems:
        raise Invalid(problems)
    account = accounts.add(work, login, label, role, **_unit(work, role, unit))
    _propose(work, account)
    return account


def change(work: Work, account_id: int, role: str, unit: str) -> None:
    """Another role or unit: every session and token ends, and with a real campaign it is to be granted anew (A08)."""
    _must(work, PEOPLE)
    account, before = _other(work, account_id), ""
    of, before = _unit(work, role, unit), f"{account.role} {unit_of(work, account)}".strip()
    for kind in UNIT.values():
        setattr(account, kind.column, of.get(kind.column))
    account.role = role
    accounts.apart(work, account)
    _propose(work, account)
    _end(work, account)
    after = f"{role} {unit_of(work, account)}".strip()
    journal.write(work, "edit", "account", account.id, {"role": [before, after]})


def stop(work: Work, account_id: int) -> None:
    """Nobody signs in with it any more, and whoever is signed in is out at once."""
    _must(work, PEOPLE)
    account = _other(work, account_id)
    account.active = account.waiting = False
    _end(work, account)
    journal.write(work, "stop", "account", account.id, {})


def start(work: Work, account_id: int) -> None:
    """Use a stopped account again; with a real campaign after its role is granted anew."""
    _must(work, PEOPLE)
    account = _other(work, account_id)
    account.active = True
    _propose(work, account)
    journal.write(work, "start", "account", account.id, {})


def link(work: Work, account_id: int) -> str:
    """A one-time link to hand over. Those of the three administrators come from the server's own command alone with a real
    campaign: who could enter as another of the three would hold two roles."""
    _must(work, PEOPLE)
    account = _found(work, account_id)
    if account.role in rights.APART and not work.campaign.demo and account.login != work.actor.login:
        raise Invalid([Problem("", Say("三员的一次性链接只能在服务器上用 actions user link 生成"))])
    if not account.active and not account.waiting:
        raise Invalid([Problem("", Say("账号已停用，请先启用"))])
    secret = sessions.begin(work.session, account.id, sessions.LINK, accounts.real_now())
    journal.write(work, "link", "account", account.id, {})
    return secret


def grant(work: Work, account_id: int) -> None:
    """The proposed role is in force."""
    _must(work, GRANT)
    account = _other(work, account_id)
    if not account.waiting:
        raise NotFound(f"account {account_id}")
    accounts.apart(work, account)
    account.waiting, account.active = False, True
    granted = f"{account.role} {unit_of(work, account)}".strip()
    journal.write(work, "grant", "account", account.id, {"role": [None, granted]})


def unlock(work: Work, login: str) -> None:
    _must(work, GRANT)
    account = accounts.named(work, login, active=False)
    lockout.unlock(work.session, account.id)
    journal.write(work, "unlock", "account", account.id, {})


def reset_factor(work: Work, login: str) -> bool:
    """Take the second factor away (a lost phone); sessions end. False where there was none."""
    _must(work, GRANT)
    account = _other(work, accounts.named(work, login, active=False).id)  # one's own by a code alone (me.factor_off)
    there = second_factor.off(work, account)
    if there:
        _end(work, account)
    return there


def end_sessions(work: Work, account_id: int) -> None:
    if not (may(work, PEOPLE) or may(work, GRANT)):
        raise Forbidden(Say("只有系统管理员和安全管理员可以管理账号"))
    account = _found(work, account_id)
    _end(work, account)
    journal.write(work, "end-sessions", "account", account.id, {})


def _must(work: Work, right: str) -> None:
    if not may(work, right):
        raise Forbidden(Say("您的角色不能办理此事：{r}", r=rights.RIGHTS[right].label))


def _propose(work: Work, account: Account) -> None:
    """In a demo world what the administrator says holds at once."""
    if not work.campaign.demo and account.active:
        account.waiting, account.active = True, False


def _end(work: Work, account: Account) -> None:
    now = accounts.real_now()
    sessions.end_all(work.session, account.id, now)
    for token in tokens.of_account(work.session, account.id, now):
        tokens.end(work, token.id)


def _found(work: Work, account_id: int) -> Account:
    account = work.session.get(Account, account_id)
    if account is None:
        raise NotFound(f"account {account_id}")
    return account


def _other(work: Work, account_id: int) -> Account:
    """An account that is not one's own: nobody grants themselves a role or locks themselves out."""
    account = _found(work, account_id)
    if account.login == work.actor.login:
        raise Invalid([Problem("", Say("不能更改自己的账号，请由另一位管理员办理"))])
    return account


def _login_problems(login: str) -> list[Problem]:
    fine = all(c.isalnum() or c in "._-@" for c in login)
    return [] if fine else [Problem("login", Say("账号只能用文字、数字和 . _ - @"))]


def _unit(work: Work, role: str, name: str) -> dict[str, int | None]:
    """The column and id of the unit named for the role; raises ``Invalid``."""
    if role not in GIVEN:
        raise Invalid([Problem("role", Say("请选择角色"))])
    kind = UNIT.get(role)
    if kind is None:
        return {}
    if not name:
        raise Invalid([Problem("unit", Say("请写明所属的{k}", k=kind.label))])
    found = work.look.unit_id(kind, name)
    if found is None:
        raise Invalid([Problem("unit", Say("没有名为“{n}”的{k}", n=name, k=kind.label))])
    return {kind.column: found}
