"""Commands for a campaign of one's own: begin its folder, say what is missing in it. ``actions init --campaign`` loads it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from core.base.errors import Invalid
from core.base.window import TZ
from core.cli.opening import DAY, main, said
from core.kernel import plugins

KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@main.group()
def campaign() -> None:
    """A campaign's data files: new, check."""


@campaign.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", prompt="行动名称", help="如 某某街道住宅小区管理品质提升专项行动")
@click.option("--street", prompt="街道名称", help="如 某某街道")
@click.option("--county", default="", help="上级县（市、区），几个街道合并统计时要写")
@click.option("--starts", type=DAY, prompt="起始日（2025-03-01）", help="方案从哪天起")
@click.option(
    "--like",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="同一方案的另一个街道：照这个目录的行动、目标和期限写，不照单位和人",
)
def new(folder: Path, title: str, street: str, county: str, starts: datetime, like: Path | None) -> None:
    """Write the data files of a campaign into FOLDER, with what is to be filled in marked 【填：…】."""
    from core.services.campaign import campaign_sketch  # noqa: PLC0415 - only this command needs it

    key = folder.resolve().name
    if not KEY.fullmatch(key):
        raise click.UsageError("目录名就是方案的代号，用小写字母、数字和连字符，如 hutou-2025")
    sketch = campaign_sketch.Sketch(key=key, title=title, street=street, county=county, starts_on=starts.date())
    with said():
        campaign_sketch.write(folder, sketch, plugins.load(), like)
    click.echo(f"已写入 {folder}。接着：")
    click.echo("  把写着【填：…】的地方填好")
    click.echo(f"  actions campaign check {folder}")
    click.echo(f"  actions init --campaign {folder}")


@campaign.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path) -> None:
    """Say what is wrong (✗) or missing (·) in FOLDER, file and line; exit 1 if it can't be loaded. Opens no store."""
    from core.services.campaign import campaign_check, campaign_plan  # noqa: PLC0415 - only this command needs it

    try:
        plan = campaign_plan.read(folder)
    except Invalid as error:
        for problem in error.problems:
            click.echo(f"✗ {problem.field} {problem.text}")
        click.echo(f"{len(error.problems)} 处要改，改好才能装入。")
        raise SystemExit(1) from None
    findings = campaign_check.missing(folder, plan, plugins.load(), datetime.now(TZ).date())
    for problem in findings.problems:
        click.echo(f"· {problem.field} {problem.text}")
    for doubt in plan.doubts():
        click.echo(f"· 请核：{doubt}")
    counted = "、".join(f"{model.label}{len(rows)}" for model, rows in plan.units.items())
    click.echo(f"可以装入：{counted}。" + ("" if findings.problems else "没有缺的。"))
