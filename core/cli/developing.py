"""Commands for who builds plugins: doctor, catalog, migration."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from core.cli.opening import MEILING, configured, main, opened, said
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services import migrations


@contextmanager
def progress(verbose: bool) -> Iterator[Callable[[str], None]]:
    """A line a rule on standard error, for who waits: on a terminal one that is written over, with ``verbose`` each of its own."""
    terminal = sys.stderr.isatty()

    def say(line: str) -> None:
        if verbose:
            click.echo(f"… {line}", err=True)
        elif terminal:
            click.echo(f"\r\033[K… {line}", err=True, nl=False)

    yield say
    if terminal and not verbose:
        click.echo("\r\033[K", err=True, nl=False)


@main.command()
@click.option("--plugin", "only", default="", help="只检查这一个插件")
@click.option("--quick", is_flag=True, help="只看申报，不在示例数据上试，几秒钟")
@click.option("--verbose", "-v", is_flag=True, help="逐条说正在检查哪条规则（在终端里本来就说）")
def doctor(only: str, quick: bool, verbose: bool) -> None:
    """Hold every plugin to the contract and the machine to what is needed; exit 1 if something is broken."""
    from core import checks  # noqa: PLC0415 - only this command needs it

    with opened() as found:
        known = {*found.catalog.plugins, *(f.plugin for f in found.catalog.faults)}
        if only and only not in known:
            raise click.UsageError(f"没有名为“{only}”的插件，已安装：{'、'.join(sorted(known))}")
        with progress(verbose) as say:
            report = checks.doctor(found, only=only, quick=quick, say=say)
    for line in report.lines():
        click.echo(line)
    if report.broken:
        raise SystemExit(1)


@main.command()
@click.option("--format", "shape", type=click.Choice(["md", "json", "text"]), default="text", show_default=True)
@click.option("--campaign", type=click.Path(exists=True, file_okay=False, path_type=Path), default=MEILING)
@click.option(
    "--check", "wanted", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="应有编号，一行一个"
)
def catalog(shape: str, campaign: Path, wanted: Path | None) -> None:
    """List what every action declares; with --check print the codes nothing covers and exit 1. Opens no store."""
    from core.services.catalogue import catalog_entries, catalog_text  # noqa: PLC0415

    listing = catalog_entries.of_folder(plugins.load(), campaign)
    if wanted is None:
        click.echo(catalog_text.SHAPES[shape](listing), nl=False)
        return
    missing = catalog_entries.missing(listing, catalog_entries.wanted(wanted))
    for code in missing:
        click.echo(code)
    if missing:
        raise SystemExit(1)


@main.command()
@click.argument("owner")
@click.argument("message")
def migration(owner: str, message: str) -> None:
    """For developers: write the next migration step of the core or a plugin from its declared tables. The store in use is
    not looked at: the steps there are run in a scratch one."""
    with said():
        file = migrations.next_step(_catalog(owner), owner, message)
    click.echo(f"已写入 {file}" if file else "表结构没有变化。")


def _catalog(owner: str) -> Catalog:
    """The plugins as they are declared, whatever the store in use has of them."""
    config = configured()
    known = plugins.load(only=config.plugins, without=config.without, packages=config.packages)
    if owner == migrations.CORE or owner in known.plugins:
        return known
    if (fault := known.fault_of(owner)) is not None:
        raise click.ClickException(
            f"插件 {owner} 未能加载（{fault.stage}）：{fault.what}" + f"。{fault.mend}" * bool(fault.mend)
        )
    raise click.UsageError(f"没有名为“{owner}”的插件，可选：core、{'、'.join(known.plugins)}")
