"""Commands for the journal: verify it, take it out, give up what is old."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from core.cli.opening import DAY, main, opened, said

FILE = click.Path(dir_okay=False, path_type=Path)


@main.group()
def journal() -> None:
    """The journal: append-only, each line chained to the one before."""


@journal.command()
@click.option("--anchor", "file", type=FILE, help="锚文件（默认数据目录里的；也可用打印、邮件留存的那份）")
def verify(file: Path | None) -> None:
    """Recompute every digest and compare with the anchors; exit 1 with the first bad line."""
    from core.services.audit import journal_anchor, journal_verify  # noqa: PLC0415

    with said(), opened() as found, found.db.reading() as session:
        if file is not None and not file.exists():
            raise click.UsageError(f"没有这个文件：{file}")
        anchors = journal_anchor.read(file or journal_anchor.file_in(found.config.data))
        told = journal_verify.verify(session.connection(), anchors)
    for one in sorted(told.findings, key=lambda f: f.line)[:20]:
        click.echo(f"✗ {one.what}", err=True)
    if told.first is not None:
        click.echo(f"第一处不符在第 {told.first.line} 条", err=True)
        sys.exit(1)
    older = f"（其中 {told.unchained} 条早于防篡改链）" if told.unchained else ""
    click.echo(f"✓ {told.lines} 条{older}，与 {told.anchors} 个锚一致，末条 {told.last}，校验码 {told.digest}")


@journal.command()
@click.option("--from", "since", type=DAY, required=True, help="起始日")
@click.option("--to", "until", type=DAY, required=True, help="截止日")
@click.option("--out", type=FILE, required=True, help=".xlsx 或 .jsonl")
def export(since: datetime, until: datetime, out: Path) -> None:
    """Write the lines of these days to a file, which is itself journalled."""
    from core.services.audit import journal_export  # noqa: PLC0415

    form = out.suffix.removeprefix(".")
    if form not in journal_export.FORMATS:
        raise click.UsageError("--out 的扩展名须是 .xlsx 或 .jsonl")
    with opened() as found:
        with found.reading() as work, out.open("wb") as file:
            many = journal_export.export(work, since.date(), until.date(), form, file)
        with found.work(source="command", settle=False) as work:
            journal_export.told(work, since.date(), until.date(), many)
    click.echo(f"已导出 {many} 条：{out}")


@journal.command()
@click.option("--before", type=DAY, required=True, help="清理此日之前的（至少保存 184 天）")
def prune(before: datetime) -> None:
    """Give up the oldest lines; what remains can still be verified."""
    from core.services.audit import journal_prune  # noqa: PLC0415

    with said(), opened() as found, found.work(source="command", settle=False) as work:
        many = journal_prune.prune(work, before.date())
    click.echo(f"已清理 {many} 条")
