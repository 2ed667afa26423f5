"""Commands that look after accounts."""

from __future__ import annotations

import click

from core.base.units import COMMUNITY, COMPANY, DEPARTMENT, GRID, LEADER
from core.cli.opening import main, opened, said
from core.services.exchange import tokens
from core.services.identity import accounts, people, policy
from core.services.permission import rights
from core.services.permission.access import SYSTEM_ACTOR


@main.group()
def user() -> None:
    """Accounts: nobody has a default password; a new account is entered by a one-time link."""


@user.command("add")
@click.argument("login")
@click.option("--label", required=True, help="显示名称")
@click.option("--role", required=True, type=click.Choice([r for r in rights.ROLES if r != rights.SYSTEM]))
@click.option("--unit", default="", help="所属部门、社区、网格、领导或物业企业的名称")
def user_add(login: str, label: str, role: str, unit: str) -> None:
    """Add an account and print its one-time link."""
    kinds = {"department": DEPARTMENT, "community": COMMUNITY, "leader": LEADER, "grid": GRID, "company": COMPANY}
    with opened() as found, said(), found.work(SYSTEM_ACTOR) as work:
        of: dict[str, int | None] = {}
        if role in kinds:
            of[kinds[role].column] = work.look.unit_id(kinds[role], unit)
            if of[kinds[role].column] is None:
                named = f"没有名为“{unit}”的{kinds[role].label}，" if unit else ""
                raise click.UsageError(f"{named}请用 --unit 写明所属的{kinds[role].label}")
        accounts.add(work, login, label, role, **of)
        token = accounts.one_time_link(work, login)
    click.echo(f"已新增账号 {login}。一次性登录路径（两天内有效）：/enter/{token}")


@user.command("link")
@click.argument("login")
def user_link(login: str) -> None:
    """Print a new one-time link for an account."""
    with opened() as found, found.work(SYSTEM_ACTOR) as work:
        click.echo(f"/enter/{accounts.one_time_link(work, login)}")


@user.command("password")
@click.argument("login")
@click.password_option()
def user_password(login: str, password: str) -> None:
    """Set an initial password; its owner must choose another at the next sign-in."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        accounts.set_password(work, login, password, policy.of(found.config, work.campaign))
    click.echo("密码已设置，本人登录后须先修改。")


@user.command("unlock")
@click.argument("login")
def user_unlock(login: str) -> None:
    """Let an account that failed too often sign in at once."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, source="command", settle=False) as work:
        people.unlock(work, login)
    click.echo("已解锁。")


@user.command("totp")
@click.argument("login")
@click.option("--off", is_flag=True, required=True, help="关闭：手机丢失时")
def user_totp(login: str, off: bool) -> None:
    """Take the second factor of an account away; it is set up again at the next sign-in where the role needs one."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, source="command", settle=False) as work:
        there = people.reset_factor(work, login)
    click.echo("双因素验证已关闭。" if there else "没有开启双因素验证。")


@user.command("contact")
@click.argument("login")
@click.argument("address")
def user_contact(login: str, address: str) -> None:
    """Where e-mail reminders of an account go; "-" for none."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        accounts.set_contact(work, login, "" if address == "-" else address)
        click.echo("已登记")


@user.command("token")
@click.argument("login")
@click.option("--name", required=True, help="用途，例如：市民小程序")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="权限，可多次：read、write、records:记录:read|write、intake:渠道",
)
@click.option("--days", default=tokens.DAYS, show_default=True, help="有效天数")
@click.option("--per-minute", default=tokens.PER_MINUTE, show_default=True, help="每分钟最多调用次数")
@click.option("--signed", is_flag=True, help="每次调用用令牌签名，不直接携带令牌；输出编号和密钥")
def user_token(login: str, name: str, scopes: tuple[str, ...], days: int, per_minute: int, signed: bool) -> None:
    """Print a new API token that speaks for an account. It is shown this once."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        secret = tokens.issue(work, login, name, scopes, days=days, per_minute=per_minute, signed=signed)
        click.echo(f"{tokens.listed(work)[0][0].id}\t{secret}" if signed else secret)


@main.group("tokens")
def tokens_() -> None:
    """API tokens: what was given to whom, until when."""


@tokens_.command("list")
def tokens_list() -> None:
    """Every token: number, name, account, scopes, until when, last use."""
    with opened() as found, found.reading() as work:
        for row, login in tokens.listed(work):
            state = "已终止" if row.ended_at else f"有效期至 {row.expires_at:%Y-%m-%d}"
            used = f"{row.last_used_at:%Y-%m-%d}" if row.last_used_at else "未用过"
            click.echo(f"{row.id}\t{row.name}\t{login}\t{' '.join(row.scopes)}\t{state}\t最近使用：{used}")


@tokens_.command("end")
@click.argument("number", type=int)
def tokens_end(number: int) -> None:
    """End a token at once."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        tokens.end(work, number)
    click.echo("已终止")
