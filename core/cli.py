"""The command ``actions``: start, load, report, look after. Each command opens the platform, does one thing, says what it did."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

import click
from sqlalchemy import select

from core.base.errors import Invalid
from core.base.sealed import use_key
from core.base.units import COMMUNITY, DEPARTMENT, LEADER
from core.base.window import TZ
from core.config import Config
from core.estate.campaign import Campaign
from core.kernel import plugins
from core.services import accounts, demo_people, migrations
from core.services.access import SYSTEM_ACTOR
from core.services.db import Database
from core.services.platform import Platform

MEILING = Path(__file__).resolve().parents[1] / "campaigns" / "meiling-2024"
DAY = click.DateTime(formats=["%Y-%m-%d"])


def platform(data: Path | None = None) -> Platform:
    """The platform of this process, its store brought to the newest shape."""
    config = Config.read(data=data)
    use_key(config.secret_key)
    catalog = plugins.load(only=config.plugins, without=config.without, strict=config.strict)
    db = Database(config.database_url)
    catalog = migrations.upgrade(db, catalog, strict=config.strict)
    for fault in catalog.faults:
        click.echo(f"插件 {fault.plugin} 已隔离（{fault.stage}）：{fault.what}", err=True)
    return Platform(config, db, catalog)


@contextmanager
def opened() -> Iterator[Platform]:
    found = platform()
    try:
        yield found
    finally:
        found.db.close()


@click.group()
@click.version_option(package_name="special-actions")
def main() -> None:
    """专项行动平台 Special Actions."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("alembic", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@main.command()
@click.option(
    "--campaign", type=click.Path(exists=True, file_okay=False, path_type=Path), help="载入一个专项行动方案的数据目录"
)
@click.option("--demo", is_flag=True, help="生成带“演示数据”标记的虚构数据")
@click.option("--complexes", default=72, show_default=True, help="演示小区数")
@click.option("--until", type=DAY, default="2024-12-31", show_default=True, help="演示数据截止日")
@click.option("--seed", default=97, show_default=True)
def init(campaign: Path | None, demo: bool, complexes: int, until: datetime, seed: int) -> None:
    """Load a campaign's facts, or make the labelled demo world."""
    if not demo and campaign is None:
        raise click.UsageError("请用 --campaign 目录 载入方案，或用 --demo 生成演示数据")
    with opened() as found:
        if demo:
            make_demo(found, complexes=complexes, until=until.date(), seed=seed, folder=campaign or MEILING)
        elif campaign is not None:
            load_campaign(found, campaign)


def load_campaign(found: Platform, folder: Path) -> None:
    from core.services import campaigns, days, obligations  # noqa: PLC0415 - only this command needs it

    try:
        with found.work(SYSTEM_ACTOR, source="campaign") as work:
            loaded = campaigns.load(work, folder)
            if not days.begin(work) and loaded.days_moved:
                obligations.rebuild(work)
    except Invalid as error:
        for problem in error.problems:
            click.echo(f"✗ {problem.field} {problem.text}", err=True)
        raise SystemExit(1) from None
    click.echo(str(loaded))
    for line in (*loaded.kept, *loaded.doubts):
        click.echo(f"  · {line}")


def make_demo(found: Platform, *, complexes: int, until: date, seed: int, folder: Path) -> None:
    from core.services import demo, demo_photo, uploads, world  # noqa: PLC0415

    now = datetime.combine(date(2024, 11, 8), time(8, 0), TZ)
    with found.work(SYSTEM_ACTOR, now=now, source="demo", settle=False) as work:
        picture = demo_photo.picture("演示数据")
        photo = uploads.store(work.session, found.config.uploads, picture, "demo.jpg", "demo", work.now)
        made = world.build(work, folder, complexes=complexes, seed=seed, until=until, photo=photo.token)
    click.echo(f"已登记 {len(made.complexes)} 个示例小区，开始逐日写入演示记录 ...")
    demo.fill(found, made, every=1 if complexes <= 500 else 7, say=click.echo)


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
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_context
def up(context: click.Context, port: int, host: str) -> None:
    """First run: make the labelled demo world if the store is empty, say who can sign in and how, and serve."""
    with opened() as found:
        if not _loaded(found):
            click.echo("首次运行：正在生成带“演示数据”标记的虚构数据（约两分钟）...")
            make_demo(found, complexes=72, until=date(2024, 12, 31), seed=97, folder=MEILING)
        _demo_links(found, f"http://{host}:{port}")
    context.invoke(serve, port=port, host=host)


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--ticking/--no-ticking", default=True, help="本进程是否兼跑定时任务")
def serve(port: int, host: str, ticking: bool) -> None:
    """Serve the pages, the API and (unless told not to) the clock."""
    import signal  # noqa: PLC0415

    import waitress  # noqa: PLC0415

    from core.app import create_app  # noqa: PLC0415 - Flask is slow to import, other commands do without
    from core.jobs import tick  # noqa: PLC0415
    from core.services import channels  # noqa: PLC0415

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress would drop a running request
    with opened() as found:
        scheduler = tick.start(found, channels.configured(os.environ)) if ticking and _loaded(found) else None
        click.echo(f"服务已启动：http://{host}:{port}  （按 Ctrl+C 停止）")
        try:
            waitress.serve(create_app(platform=found), host=host, port=port, threads=8, ident=None)
        finally:
            if scheduler is not None:
                scheduler.shutdown(wait=False)


@main.command()
@click.option("--every", default=15.0, show_default=True, help="每隔几秒看一次")
def scheduler(every: float) -> None:
    """Run the clock by itself: any number of them beside any number of web processes."""
    import signal  # noqa: PLC0415
    from threading import Event  # noqa: PLC0415

    from core.jobs import tick  # noqa: PLC0415
    from core.services import channels  # noqa: PLC0415

    stop = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with opened() as found:
        running = tick.start(found, channels.configured(os.environ), every)
        click.echo("定时任务已启动（按 Ctrl+C 停止）")
        stop.wait()
        running.shutdown(wait=True)


@main.group()
def job() -> None:
    """Scheduled jobs: what there is, and running one at once."""


@job.command("list")
def job_list() -> None:
    """Every job with its newest run."""
    from core.services import job_runs  # noqa: PLC0415

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
    from core.services import job_runs  # noqa: PLC0415

    with opened() as found:
        if key not in job_runs.all_jobs(found.catalog):
            raise click.ClickException(f"没有名为 {key} 的任务；actions job list 列出全部")
        done = job_runs.run_now(found, key)
        click.echo(f"{done.state_label}：{done.result or done.error or ''}")


@main.command()
@click.option("--from", "since", type=DAY, required=True, help="从哪一天")
@click.option("--to", "until", type=DAY, required=True, help="到哪一天")
@click.option("--plugin", default="", help="只看一个插件")
def simulate(since: datetime, until: datetime, plugin: str) -> None:
    """Live a campaign on a fast clock in a throw-away copy: what will be owed, told, escalated, run."""
    from core.jobs import simulate as simulator  # noqa: PLC0415

    with opened() as found, _said(), simulator.copied(found) as copy:
        months = simulator.simulate(copy, since.date(), until.date(), only=plugin, say=click.echo)
        for line in simulator.lines(copy, months):
            click.echo(line)


@contextmanager
def _said() -> Iterator[None]:
    """A refusal in words instead of a trace."""
    try:
        yield
    except Invalid as error:
        raise click.ClickException("；".join(str(p.text) for p in error.problems)) from None


@main.group()
def user() -> None:
    """Accounts: nobody has a default password; a new account is entered by a one-time link."""


@user.command("add")
@click.argument("login")
@click.option("--label", required=True, help="显示名称")
@click.option(
    "--role", required=True, type=click.Choice(["administrator", "coordination", "department", "community", "leader"])
)
@click.option("--unit", default="", help="所属部门、社区或领导的名称")
def user_add(login: str, label: str, role: str, unit: str) -> None:
    """Add an account and print its one-time link."""
    kinds = {"department": DEPARTMENT, "community": COMMUNITY, "leader": LEADER}
    with opened() as found, found.work(SYSTEM_ACTOR) as work:
        of: dict[str, int | None] = {}
        if role in kinds:
            of[kinds[role].column] = work.look.unit_id(kinds[role], unit)
            if of[kinds[role].column] is None:
                raise click.UsageError(f"没有名为“{unit}”的{kinds[role].label}，请用 --unit 写明")
        accounts.add(work, login, label, role, **of)
        token = accounts.one_time_link(work, login)
    click.echo(f"已新增账号 {login}。一次性登录路径（两天内有效）：/enter/{token}")


@user.command("link")
@click.argument("login")
def user_link(login: str) -> None:
    """Print a new one-time link for an account."""
    with opened() as found, found.work(SYSTEM_ACTOR) as work:
        click.echo(f"/enter/{accounts.one_time_link(work, login)}")


@user.command("password")
@click.argument("login")
@click.password_option()
def user_password(login: str, password: str) -> None:
    """Set an account's password."""
    try:
        with opened() as found, found.work(SYSTEM_ACTOR) as work:
            accounts.set_password(work, login, password)
    except Invalid as error:
        raise click.ClickException("；".join(str(p.text) for p in error.problems)) from None
    click.echo("密码已设置。")


@user.command("contact")
@click.argument("login")
@click.argument("address")
def user_contact(login: str, address: str) -> None:
    """Where e-mail reminders of an account go; "-" for none."""
    with opened() as found, _said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        accounts.set_contact(work, login, "" if address == "-" else address)
        click.echo("已登记")


@user.command("token")
@click.argument("login")
def user_token(login: str) -> None:
    """Print a new API token that speaks for an account."""
    with opened() as found, found.work(SYSTEM_ACTOR) as work:
        click.echo(accounts.api_token(work, login))


def _loaded(found: Platform) -> bool:
    with found.db.reading() as session:
        return session.scalar(select(Campaign.id).limit(1)) is not None


def _demo_links(found: Platform, base: str) -> None:
    """One account of each role in the demo world, and a fresh one-time link for each."""
    with found.work(SYSTEM_ACTOR) as work:
        if not work.campaign.demo:
            return
        demo_people.ensure(work)
        click.echo("演示账号（链接各可用一次，重新运行会给出新的）：")
        for login, label in demo_people.PEOPLE.items():
            click.echo(f"  {label:　<12}{base}/enter/{accounts.one_time_link(work, login)}")


@main.command()
def doctor() -> None:
    """Hold every plugin to the contract and the machine to what is needed; exit 1 if something is broken."""
    from core import checks  # noqa: PLC0415 - only this command needs it

    with opened() as found:
        report = checks.doctor(found)
    for line in report.lines():
        click.echo(line)
    if report.broken:
        raise SystemExit(1)


@main.command()
def rebuild() -> None:
    """Compute both ledgers anew from the records alone."""
    from core.services import measures, obligations  # noqa: PLC0415

    with opened() as found, found.work() as work:
        measures.rebuild(work)
        obligations.rebuild(work)
    click.echo("指标账和应办账已由填报记录重新计算。")


@main.command()
@click.option("--format", "shape", type=click.Choice(["md", "json", "text"]), default="text", show_default=True)
@click.option("--campaign", type=click.Path(exists=True, file_okay=False, path_type=Path), default=MEILING)
@click.option(
    "--check", "wanted", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="应有编号，一行一个"
)
def catalog(shape: str, campaign: Path, wanted: Path | None) -> None:
    """List what every action declares; with --check print the codes nothing covers and exit 1. Opens no store."""
    from core.services import catalog_entries, catalog_text  # noqa: PLC0415

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


@main.command()
@click.argument("owner")
@click.argument("message")
def migration(owner: str, message: str) -> None:
    """For developers: write the next migration step of the core or a plugin from its declared tables."""
    with opened() as found:
        file = migrations.write_step(found.db, found.catalog, owner, message)
    click.echo(f"已写入 {file}" if file else "表结构没有变化。")


if __name__ == "__main__":
    sys.exit(main())
