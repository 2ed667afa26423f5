"""Commands that fill the store and serve it: init, up, serve, rebuild."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import click

from core.base.errors import DeclarationError, Invalid
from core.base.window import TZ
from core.cli.opening import DAY, MEILING, leave_at_once, loaded, main, opened, said
from core.config import Config
from core.kernel import plugins
from core.services.demo_world import demo_people
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform


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
    from core.services.campaign import campaigns  # noqa: PLC0415 - only this command needs it
    from core.services.measuring import days  # noqa: PLC0415 - only this command needs it
    from core.services.owing import obligations  # noqa: PLC0415 - only this command needs it

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
    from core.services.demo_world import demo, demo_photo, world  # noqa: PLC0415
    from core.services.photos import uploads  # noqa: PLC0415

    now = datetime.combine(date(2024, 11, 8), time(8, 0), TZ)
    with found.work(SYSTEM_ACTOR, now=now, source="demo", settle=False) as work:
        picture = demo_photo.picture("演示数据")
        photo = uploads.store(work.session, found.config.uploads, picture, "demo.jpg", "demo", work.now, sample=True)
        made = world.build(work, folder, complexes=complexes, seed=seed, until=until, photo=photo.token)
    click.echo(f"已登记 {len(made.complexes)} 个示例小区，开始逐日写入演示记录 ...")
    try:
        demo.fill(found, made, every=1 if complexes <= 500 else 7, say=click.echo)
    except demo.SampleRefused as error:
        raise click.ClickException(f"{error}。请改插件的 sample.py，并换一个空的 ACTIONS_DATA 目录重来") from None


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_context
def up(context: click.Context, port: int, host: str) -> None:
    """First run: make the labelled demo world if the store is empty, say who can sign in and how, and serve."""
    with opened() as found:
        if not loaded(found):
            click.echo("首次运行：正在生成带“演示数据”标记的虚构数据（约两分钟）...")
            make_demo(found, complexes=72, until=date(2024, 12, 31), seed=97, folder=MEILING)
        _demo_links(found, f"http://{host}:{port}")
    context.invoke(serve, port=port, host=host)


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--ticking/--no-ticking", default=True, help="本进程是否兼跑定时任务")
@click.option("--dev", is_flag=True, help="开发插件用：改动后自动重新载入，出错时在浏览器里显示出错的行")
@click.option(
    "--plugin",
    "package",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="与 --dev 同用：还没有安装的插件的目录（里面有 pyproject.toml）",
)
@click.option("--without", multiple=True, metavar="NAME", help="不载入这个插件（可多次），其数据原样保留")
@click.option("--safe-mode", is_flag=True, help="一个插件也不载入，不跑定时任务：插件使平台起不来时，登录查看和处理")
def serve(
    port: int, host: str, ticking: bool, dev: bool, package: Path | None, without: tuple[str, ...], safe_mode: bool
) -> None:
    """Serve the pages, the API and (unless told not to) the clock."""
    leave_out(every() if safe_mode else without)
    ticking = ticking and not safe_mode
    if dev:
        developing(port, host, package)
        return
    if package is not None:
        raise click.UsageError("--plugin 只与 --dev 同用；正式运行请先安装：pip install 目录")
    import signal  # noqa: PLC0415

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # waitress lets running requests end, then returns
    clocks: list[Any] = []
    try:
        with opened() as found, said():
            _fit(found)
            _serve(found, host, port, clocks if ticking and loaded(found) else None)
    finally:
        if not all(clock.ended for clock in clocks):
            leave_at_once()


def _serve(found: Platform, host: str, port: int, clocks: list[Any] | None) -> None:
    """Until a signal comes. The clock, if there is to be one, stands in ``clocks``, stopped."""
    import waitress  # noqa: PLC0415

    from core.app import create_app  # noqa: PLC0415 - Flask is slow to import, other commands do without
    from core.jobs.clock import Clock  # noqa: PLC0415
    from core.services.messaging import channels  # noqa: PLC0415

    if clocks is not None:
        clocks.append(Clock(found, channels.configured(os.environ)))
    click.echo(f"服务已启动：http://{host}:{port}  （按 Ctrl+C 停止）")
    try:
        unseen = not found.config.proxies  # else the application itself judges what proxies say (core/app.py)
        app = create_app(platform=found)
        waitress.serve(app, host=host, port=port, threads=8, ident=None, clear_untrusted_proxy_headers=unseen)
    finally:
        for clock in clocks or ():
            clock.stop()


def every() -> Iterable[str]:
    """The names of all plugins there are; none of them is imported for it."""
    return plugins.found(packages=Config.read().packages)


def leave_out(slugs: Iterable[str]) -> None:
    """Besides what the settings leave out; the processes this one starts leave it out too."""
    known, slugs = list(every()), list(slugs)
    if unknown := sorted(set(slugs) - set(known)):
        raise click.UsageError(f"没有名为“{'、'.join(unknown)}”的插件，可选：{'、'.join(known)}")
    stated = filter(None, os.environ.get("ACTIONS_WITHOUT", "").split(","))
    os.environ["ACTIONS_WITHOUT"] = ",".join(dict.fromkeys([*stated, *slugs]))


def _fit(found: Platform) -> None:
    """Rather no service than one that loses data or shows them to others."""
    from core.checks import surroundings  # noqa: PLC0415 - only who serves needs it

    if wrong := list(surroundings.unfit(found)):
        raise click.ClickException("；".join(f"{one.text}（{one.mend}）" for one in wrong))


def developing(port: int, host: str, package: Path | None) -> None:
    """Serve to who writes a plugin, on this machine alone: strict, reloading, with a small demo world if there is none."""
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise click.UsageError("--dev 只能在本机使用（--host 127.0.0.1）：出错页会显示程序内容")
    from core.web import developing as reloading  # noqa: PLC0415 - only this command needs it

    os.environ |= {"ACTIONS_STRICT": "1", "ACTIONS_DEVELOPING": "1"}
    watched: list[str] = []
    if package is not None:
        package = package.resolve()
        try:
            plugins.unpackaged(package)
        except DeclarationError as error:
            raise click.UsageError(f"{error.what}：{error.mend}") from None
        os.environ["ACTIONS_PACKAGES"] = str(package)
        watched = [str(file) for file in package.rglob("*.py")]
    if os.environ.get("WERKZEUG_RUN_MAIN") != "true":  # once, not at every reload
        with opened() as found:
            if not loaded(found):
                click.echo("正在生成一个小的演示世界 ...")
                make_demo(found, complexes=20, until=date(2024, 12, 3), seed=97, folder=MEILING)
            _demo_links(found, f"http://{host}:{port}")
    reloading.serve(host, port, _made_when_asked(), watched)


def _made_when_asked() -> Callable[..., Any]:
    """The application, made at the first request: the process that only watches files opens no store."""

    @cache
    def app() -> Any:
        from core.app import create_app  # noqa: PLC0415

        return create_app()

    return lambda environ, start: app()(environ, start)


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
def rebuild() -> None:
    """Compute both ledgers, and which photo belongs to which record, anew from the records alone."""
    from core.services.measuring import measures  # noqa: PLC0415
    from core.services.owing import obligations  # noqa: PLC0415
    from core.services.photos import upload_use  # noqa: PLC0415

    with opened() as found, found.work() as work:
        measures.rebuild(work)
        obligations.rebuild(work)
        upload_use.rebuild(work)
    click.echo("指标账和应办账已由填报记录重新计算。")
