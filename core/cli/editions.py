"""Commands for issued reports: list, issue, verify."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from core.cli.opening import DAY, main, opened, said


@main.group()
def editions() -> None:
    """The combined report as it was issued (期): numbered, frozen, never withdrawn."""


@editions.command("list")
def list_() -> None:
    """Every edition, newest first."""
    from core.services.reporting import editions as kept  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        for one in kept.listed(work):
            why = f"　更正第{one.corrects}期：{one.reason}" if one.corrects else ""
            click.echo(f"第{one.number}期　截至{one.as_of}　{one.issued_at:%Y-%m-%d %H:%M} {one.issued_by}{why}")


@editions.command()
@click.option("--as-of", type=DAY, help="截至日，默认今天")
@click.option("--corrects", type=int, help="更正第几期")
@click.option("--reason", default="", help="更正原因")
def issue(as_of: datetime | None, corrects: int | None, reason: str) -> None:
    """Freeze the report as the next edition."""
    from core.services.reporting import editions as kept  # noqa: PLC0415

    with said(), opened() as found, found.work(source="command") as work:
        one = kept.issue(work, as_of.date() if as_of else work.today, corrects=corrects, reason=reason)
        click.echo(f"已出刊：第{one.number}期，校验码 {one.digest}")


@editions.command()
def verify() -> None:
    """Recompute every digest; exit 1 if a row was changed or is missing."""
    from core.services.reporting import editions as kept  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        many, problems = len(kept.listed(work)), list(kept.verify(work))
    for text in problems:
        click.echo(f"✗ {text}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"✓ {many} 期，均与出刊时一致")
