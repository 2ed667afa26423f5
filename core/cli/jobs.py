"""Commands of the clock: scheduler, clock, job, simulate."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

import click

from core.cli.opening import DAY, leave_at_once, loaded, main, opened, said
from core.services.platform import Platform


@main.command()
@click.option("--every", default=15.0, show_default=True, help="每隔几秒看一次")
def scheduler(every: float) -> None:
    """Run the clock by itself: any number of them beside any number of web processes."""
    import signal  # noqa: PLC0415
    from threading import Event  # noqa: PLC0415

    from core.jobs import clock  # noqa: PLC0415
    from core.services.messaging import channels  # noqa: PLC0415

    stop = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with opened() as found:
        running = clock.Clock(found, channels.configured(os.environ), every)
        click.echo("定时任务已启动（按 Ctrl+C 停止）")
        stop.wait()
        running.stop()
    if not running.ended:
        leave_at_once()


@main.group()
def clock() -> None:
    """The time the scheduler goes by."""


@clock.command()
def resume() -> None:
    """Say that the time is right, after which a held scheduler goes on and makes up what was missed."""
    from core.services.scheduled import clock_hold  # noqa: PLC0415

    with opened() as found, said(), found.work(source="command", settle=False) as work:
        hold = clock_hold.resume(found, work)
    click.echo(f"已确认时间无误（{hold.now:%Y-%m-%d %H:%M}），定时任务继续，错过的将补做")


@main.group()
def job() -> None:
    """Scheduled jobs: what there is, and running one at once."""


@job.command("list")
def job_list() -> None:
    """Every job with its newest run."""
    from core.services.scheduled import job_runs  # noqa: PLC0415

    with opened() as found, found.reading() as work:
        jobs = job_runs.all_jobs(found.catalog)
        newest = job_runs.latest(work.session, list(jobs), each=1)
        for key, one in jobs.items():
            last = newest[key]
            said = f"{last[0].scheduled_at:%Y-%m-%d %H:%M} {last[0].state_label}" if last else "还没有运行过"
            click.echo(f"{key:40} {one.label}  {said}")


@job.command("run")
@click.argument("key")
def job_run(key: str) -> None:
    """Run a job at once, whatever its schedule says."""
    from core.services.scheduled import job_runs  # noqa: PLC0415

    with opened() as found:
        if key not in job_runs.all_jobs(found.catalog):
            raise click.ClickException(f"没有名为 {key} 的任务；actions job list 列出全部")
        with said():
            done = job_runs.run_now(found, key)
        click.echo(f"{done.state_label}：{done.result or done.error or ''}")


@main.command()
@click.option("--from", "since", type=DAY, help="从哪一天，默认专项行动起始日")
@click.option("--to", "until", type=DAY, help="到哪一天，默认一年")
@click.option("--plugin", default="", help="只看一个插件")
def simulate(since: datetime | None, until: datetime | None, plugin: str) -> None:
    """Live a campaign on a fast clock in a throw-away copy: what will be owed, told, escalated, run."""
    with opened() as found, said():
        if not loaded(found):
            raise click.ClickException("还没有方案：先用 actions init --campaign 目录 或 actions init --demo")
        if plugin and plugin not in found.catalog.plugins:
            known = "、".join(found.catalog.plugins)
            raise click.UsageError(f"没有名为“{plugin}”的可用插件，可选：{known}；actions doctor 说明为什么没有")
        with found.reading() as work:
            first = since.date() if since else work.campaign.starts_on
        last = until.date() if until else first + timedelta(days=364)
        _simulated(found, first, last, plugin)


def _simulated(found: Platform, first: date, last: date, plugin: str) -> None:
    from core.jobs import simulate as simulator  # noqa: PLC0415

    with simulator.copied(found) as copy:
        only = f"{plugin}." if plugin else ""
        months = simulator.simulate(copy, first, last, only=only, say=click.echo)
        for line in simulator.lines(copy, months):
            click.echo(line)
