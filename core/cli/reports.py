"""Commands that write what others read: report, burden."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from core.cli.opening import DAY, main, opened


@main.command()
@click.option("--as-of", type=DAY, help="截至日，默认今天")
@click.option(
    "--format", "shape", type=click.Choice(["html", "docx", "xlsx", "json"]), default="docx", show_default=True
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def report(as_of: datetime | None, shape: str, out: Path) -> None:
    """Write the combined report (综合报告) as of a day."""
    from core.render import render  # noqa: PLC0415 - heavy
    from core.services import reports  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        document = reports.combined(work, as_of.date() if as_of else work.today)
        out.write_bytes(render(document, shape))
    click.echo(f"已生成 {out}")


@main.command()
@click.option("--community", default="", help="社区名称，默认各社区平均")
@click.option("--as-of", type=DAY, help="该日所在的月份，默认本月")
def burden(community: str, as_of: datetime | None) -> None:
    """How many forms, duties and fields a community meets in a month, per action."""
    from core.estate.units import Community  # noqa: PLC0415
    from core.services import burden as burdens  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        one = work.session.scalar(select(Community).where(Community.name == community)) if community else None
        if community and one is None:
            raise click.UsageError(f"没有名为“{community}”的社区")
        for line in burdens.lines(burdens.of(work, one, as_of.date() if as_of else None)):
            click.echo(line)
