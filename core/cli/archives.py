"""Commands for the open archive: everything out, everything into an empty system."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.opening import main, opened, said

FILE = click.Path(dir_okay=False, path_type=Path)


@main.command()
@click.option("--all", "everything", is_flag=True, help="全部数据")
@click.option("--out", type=FILE, required=True, help="归档文件，.zip")
def export(everything: bool, out: Path) -> None:
    """Write the open archive: every table as JSON and as a sheet, with its schema, and every file."""
    from core.services.audit import journal  # noqa: PLC0415 - only this command needs them
    from core.services.backups import archive  # noqa: PLC0415

    if not everything:
        raise click.UsageError("请写 --all：导出全部数据。单种记录在页面的列表上导出")
    with opened() as found:
        with found.reading() as work:
            rows = archive.write(work, found.config.uploads, out)
        with found.work(source="command", settle=False) as work:
            journal.write(work, "export", "archive", None, {"count": [None, sum(rows.values())]})
    click.echo(f"已写入 {out}：{len(rows)} 张表，{sum(rows.values())} 行")
    click.echo(
        "个人信息在归档里是密文：请另行妥善保存密钥（数据目录下的 secret.key 或 ACTIONS_SECRET_KEY），否则无法读出。"
    )


@main.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Read an open archive into an empty system."""
    from core.services.backups import archive_restore  # noqa: PLC0415
    from core.services.reporting import editions  # noqa: PLC0415

    with opened() as found:
        with said():
            done = archive_restore.restore(found.db, found.config.uploads, file)
        click.echo(f"已导入 {len(done.rows)} 张表，{sum(done.rows.values())} 行")
        for name in done.left:
            click.echo(f"  · {name} 没有导入：它的插件没有安装，数据仍在归档里")
        if done.missing:
            click.echo(f"  · 有 {done.missing} 个附件在导出时就已缺失")
        with found.reading() as work:
            for wrong in editions.verify(work):
                click.echo(f"  ✗ {wrong}")
