"""Commands that write what others read: report, burden."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from core.cli.opening import DAY, main, opened

if TYPE_CHECKING:
    from core.estate.units import Community
    from core.services.measuring.places import Place
    from core.services.platform import Platform
    from core.services.work import Work


@main.command()
@click.option("--as-of", type=DAY, help="截至日，默认今天")
@click.option(
    "--format", "shape", type=click.Choice(["html", "docx", "xlsx", "json"]), default="docx", show_default=True
)
@click.option("--period", type=click.Choice(["week", "month"]), help="周报或月报，默认专项行动以来")
@click.option("--community", default="", help="只写一个社区（名称），默认全部")
@click.option("--area", default="", help="只写一个街道或县（名称），由其各社区相加，默认全部")
@click.option("--kind", default="", help="另一种材料的键，如 safeguards.meeting_pack（调度会材料）")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def report(
    as_of: datetime | None, shape: str, period: str | None, community: str, area: str, kind: str, out: Path
) -> None:
    """Write the combined report (综合报告), or another document, as of a day."""
    from core.base.errors import NotFound  # noqa: PLC0415
    from core.base.window import Period  # noqa: PLC0415
    from core.render import render  # noqa: PLC0415 - heavy
    from core.services.reporting import compilations, documents, editions  # noqa: PLC0415
    from core.services.store import whole_file  # noqa: PLC0415

    with opened() as found, _exported(found, kind or "report"), found.reading() as work:
        day = as_of.date() if as_of else work.today
        if kind:
            try:
                document = documents.compiled(work, kind, day)
            except NotFound:
                keys = "、".join(c.key for c in compilations.offered(work)) or "无"
                raise click.UsageError(f"没有名为“{kind}”的材料，可选：{keys}") from None
        else:
            if community and area:
                raise click.UsageError("--community 和 --area 只写一个")
            place = _place(work, community, area)
            span = Period(period) if period else None
            before = editions.before(work, day) if place is None else None
            document = documents.report(work, day, period=span, place=place, before=before)
        whole_file.write(out, render(document, shape))
    click.echo(f"已生成 {out}")


@contextmanager
def _exported(found: Platform, subject: str) -> Iterator[None]:
    """Once it is done, the journal says so."""
    from core.services.audit import journal  # noqa: PLC0415

    yield
    with found.work(source="command", settle=False) as work:
        journal.write(work, "export", subject, None, {})


def _place(work: Work, community: str, area: str) -> Place | None:
    """The community or the area of that name, None for neither; a usage error where there is none."""
    from core.services.measuring import places  # noqa: PLC0415

    if area and (found := next((p for p in places.areas(work).values() if p.name == area), None)) is not None:
        return found
    if area:
        known = "、".join(p.name for p in places.areas(work).values())
        raise click.UsageError(f"没有名为“{area}”、辖有社区的区域，可选：{known}")
    one = named(work, community)
    return None if one is None else places.community(work, one.id)


def named(work: Work, community: str) -> Community | None:
    """The community of that name, None for ""; a usage error where there is none."""
    from core.estate.units import Community  # noqa: PLC0415

    one = work.session.scalar(select(Community).where(Community.name == community)) if community else None
    if community and one is None:
        raise click.UsageError(f"没有名为“{community}”的社区")
    return one


@main.command()
@click.option("--community", default="", help="社区名称，默认各社区平均")
@click.option("--as-of", type=DAY, help="该日所在的月份，默认本月")
def burden(community: str, as_of: datetime | None) -> None:
    """How many forms, duties and fields a community meets in a month, per action."""
    from core.services.measuring import burden as burdens  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        for line in burdens.lines(burdens.of(work, named(work, community), as_of.date() if as_of else None)):
            click.echo(line)
