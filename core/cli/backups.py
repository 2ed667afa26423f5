"""Commands for backups: write one while the platform is in use, put one into an empty place, try whether one would restore."""

from __future__ import annotations

from pathlib import Path

import click

from core.base import keys
from core.cli.opening import main, opened, said
from core.config import Config
from core.kernel import plugins

FILE = click.Path(dir_okay=False, path_type=Path)
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)
KEY = "个人信息在备份里是密文，密钥（数据目录下的 secret.key 或 ACTIONS_SECRET_KEY）不在备份里：请分开保管，缺了它恢复后无法读出。"

SEALED = "整个备份已加密，密钥（数据目录下的 secret.key 或 ACTIONS_SECRET_KEY）不在备份里：请分开保管，缺了它谁也打不开这份备份。"


@main.command()
@click.argument("file", type=FILE)
@click.option("--seal/--no-seal", default=None, help="整个备份加密（默认按 ACTIONS_SEAL_BACKUPS）")
def backup(file: Path, seal: bool | None) -> None:
    """Write a backup of everything to FILE while the platform is in use."""
    from core.services.audit import journal  # noqa: PLC0415 - only this command needs them
    from core.services.backups import backup as writing  # noqa: PLC0415

    with opened() as found, said():
        manifest = writing.write(found, file, seal=seal)
        with found.work(source="command", settle=False) as work:
            journal.write(work, "export", "backup", None, {"count": [None, manifest.rows]})
        sealed = found.config.seal_backups if seal is None else seal
    click.echo(f"已备份到 {file}：{manifest.rows} 行，{len(manifest.files)} 个附件（仅本用户可读）")
    click.echo(SEALED if sealed else KEY)
    click.echo(f"备份只有试恢复过才算数：actions verify {file}")


@main.command()
@click.argument("file", type=THERE)
@click.option("--other-key", is_flag=True, help="密钥已遗失也恢复；其中的个人信息无法读出")
def restore(file: Path, other_key: bool) -> None:
    """Put the backup FILE into an empty data folder and database."""
    from core.services.backups import backup_restore  # noqa: PLC0415

    config = Config.read()
    keys.use(config.secret_key, *config.old_keys)
    catalog = plugins.load(only=config.plugins, without=config.without, packages=config.packages)
    with said():
        manifest = backup_restore.restore(config, catalog, file, other_key=other_key)
    click.echo(f"已恢复 {manifest.written_at} 的备份：{manifest.rows} 行，{len(manifest.files)} 个附件")
    missing = sorted(set(manifest.steps) - set(catalog.plugins) - {"core"})
    for slug in missing:
        click.echo(f"  · 插件 {slug} 没有安装：它的数据已一并恢复，装上后即可使用")
    with opened() as found:  # brings the tables to the newest shape
        backup_restore.resumed(found, manifest)
    click.echo("所有人需要重新登录。备份之后清除过个人信息的，请运行 actions person erase-again 再清除一次。")
    if other_key:
        click.echo("密钥与备份时不同：个人信息显示为“密钥不可用”。")


@main.command()
@click.argument("file", type=THERE)
@click.option("--quick", is_flag=True, help="不重算两本账")
def verify(file: Path, quick: bool) -> None:
    """Try whether the backup FILE would restore: into a scratch place, every digest, every row, both ledgers."""
    from core.services.backups import backup_verify  # noqa: PLC0415

    config = Config.read()
    keys.use(config.secret_key, *config.old_keys)
    catalog = plugins.load(only=config.plugins, without=config.without, packages=config.packages)
    with said():
        found = backup_verify.verify(config, catalog, file, ledgers=not quick)
    told = f"{len(found.manifest.tables)} 张表，{found.manifest.rows} 行，{len(found.manifest.files)} 个附件"
    click.echo(f"{found.manifest.written_at} 的备份可以恢复：{told}，逐项核对一致")
    for wrong in found.wrong:
        click.echo(f"  ✗ {wrong}")
    if found.wrong:
        raise SystemExit(1)
