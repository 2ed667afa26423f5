"""Commands for the secret key: change it, seal anew what the old one sealed, and drop the old one."""

from __future__ import annotations

import os
import sys

import click

from core.base import keys as ring
from core.cli.opening import main, opened
from core.config import change_key, old_keys_in
from core.services.platform import Platform

SET = "ACTIONS_SECRET_KEY"


@main.group()
def keys() -> None:
    """The secret key that seals personal data and chains the journal. Stop the service before it is changed."""


@keys.command()
def rotate() -> None:
    """Make a new key, and seal everything anew. Killed, it goes on with ``actions keys reseal``."""
    if os.environ.get(SET):
        raise click.ClickException(
            f"密钥由 {SET} 给定：请把旧值移到 ACTIONS_OLD_KEYS、换上新值，再运行 actions keys reseal"
        )
    with opened() as found:
        folder = found.config.data
    change_key(folder)
    with opened() as found:
        _resealed(found)


@keys.command()
def reseal() -> None:
    """Seal with the current key, for its column, what older keys or versions sealed; as often as needed."""
    with opened() as found:
        _resealed(found)


@keys.command()
def show() -> None:
    """Which keys the store still needs, and whether they are at hand; exit 1 if one is lost."""
    from core.services.personal import resealing  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        needed = resealing.names(work.session.connection())
        loose = resealing.unbound(work.session.connection())
    current, lost = ring.current().name, [name for name in needed if ring.named(name) is None]
    click.echo(f"当前密钥 {current}：{needed.pop(current, 0)} 个值")
    for name, many in needed.items():
        click.echo(f"{'✗ 缺少密钥' if name in lost else '旧密钥'} {name}：{many} 个值", err=name in lost)
    if loose:
        click.echo(f"{loose} 个值还没有绑定到所在的列（旧版本加密），请停止服务后运行 actions keys reseal")
    if lost:
        click.echo(
            "缺少的密钥请从密钥备份中找回，写入 ACTIONS_OLD_KEYS 或数据目录的 old.keys；找不回的，这些值无法恢复。",
            err=True,
        )
        sys.exit(1)


@keys.command()
def verify() -> None:
    """Open every sealed value where it stands; exit 1 with each that does not open there (damaged, moved, key lost)."""
    from core.services.personal import resealing  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        closed = list(resealing.closed(work.session.connection()))
    for place in closed[:20]:
        click.echo(f"✗ 打不开：{place}", err=True)
    if closed:
        click.echo(f"{len(closed)} 个值打不开：被损坏、被挪动过，或密钥不在手头", err=True)
        sys.exit(1)
    click.echo("全部加密值都能在原处打开")


@keys.command()
def drop() -> None:
    """Forget the old keys, once nothing needs them."""
    from core.services.personal import resealing  # noqa: PLC0415

    with opened() as found:
        with found.reading() as work:
            needed = resealing.names(work.session.connection())
        needed.pop(ring.current().name, None)
        if needed:
            raise click.ClickException(f"还有 {sum(needed.values())} 个值由旧密钥加密，请先运行 actions keys reseal")
        old_keys_in(found.config.data).unlink(missing_ok=True)
    click.echo("旧密钥已删除" + ("；请同时去掉环境变量 ACTIONS_OLD_KEYS" if os.environ.get("ACTIONS_OLD_KEYS") else ""))


def _resealed(found: Platform) -> None:
    from core.services.personal import resealing  # noqa: PLC0415

    resealing.begin(found)
    told = resealing.reseal(found)
    click.echo(f"已用当前密钥 {ring.current().name} 重新加密 {told.values} 个值，{told.found} 个号码可按值查找")
    for name, many in told.lost.items():
        click.echo(f"✗ {many} 个值由密钥 {name} 加密，手头没有这把密钥", err=True)
    for place in told.damaged[:20]:
        click.echo(f"✗ 密文已损坏：{place}", err=True)
    if told.lost or told.damaged:
        sys.exit(1)
