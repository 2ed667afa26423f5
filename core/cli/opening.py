"""What every command shares: the root command, the platform opened for one command, refusals in words."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import select

from core.base import keys
from core.base.errors import Invalid, NotFound
from core.config import Config, Misconfigured
from core.estate.campaign import Campaign
from core.kernel import plugins
from core.services import migrations
from core.services.operations import logs
from core.services.platform import Platform
from core.services.reporting.apart import Apart
from core.services.store import preflight
from core.services.store.db import Database
from core.services.store.store_errors import Trouble, trouble

MEILING = Path(__file__).resolve().parents[2] / "campaigns" / "meiling-2024"
REFUSED = {
    Trouble.FULL: "存储空间不足，没有完成，原有的数据和文件没有改动。请清理磁盘后再执行一次。",
    Trouble.BUSY: "数据库正忙或连不上，没有完成。请稍候再执行一次。",
}
DAY = click.DateTime(formats=["%Y-%m-%d"])


def platform(data: Path | None = None) -> Platform:
    """The platform of this process, its store brought to the newest shape."""
    config = configured(data)
    keys.use(config.secret_key, *config.old_keys)
    strict = config.strict and not config.developing
    catalog = plugins.load(only=config.plugins, without=config.without, strict=strict, packages=config.packages)
    with said(), preflight.opening(config):
        db = Database(config.database_url, busy_s=config.busy_timeout)
        catalog = migrations.ready(db, catalog, strict=strict)
    for fault in catalog.faults:
        click.echo(f"插件 {fault.plugin} 已隔离（{fault.stage}）：{fault.what}", err=True)
        if fault.mend:
            click.echo(f"    → {fault.mend}", err=True)
    return Platform(config, db, catalog, apart=Apart.of(config, catalog))


def configured(data: Path | None = None) -> Config:
    try:
        return Config.read(data=data)
    except Misconfigured as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def opened() -> Iterator[Platform]:
    found = platform()
    try:
        yield found
    finally:
        found.close()


@contextmanager
def said() -> Iterator[None]:
    """A refusal in words instead of a trace."""
    try:
        yield
    except Invalid as error:
        raise click.ClickException("；".join(str(p.text) for p in error.problems)) from None
    except Misconfigured as error:
        raise click.ClickException(str(error)) from None
    except NotFound as error:
        raise click.ClickException(f"没有“{error}”") from None


def leave_at_once() -> NoReturn:
    """The end of a process whose last job would not let go: as a crash, which undoes the job's transaction, but in good order."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def loaded(found: Platform) -> bool:
    with found.db.reading() as session:
        return session.scalar(select(Campaign.id).limit(1)) is not None


class Commands(click.Group):
    """Says in words, for every command, what the store or the disk refuses without anybody's fault."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            found = trouble(error)
            if found is None:
                raise
            raise click.ClickException(REFUSED[found]) from None


@click.group(cls=Commands)
@click.version_option(package_name="special-actions")
def main() -> None:
    """专项行动平台 Special Actions."""
    warnings.filterwarnings("default", message="core\\.api", category=DeprecationWarning)
    logs.install(os.environ.get("ACTIONS_LOG", "text"))
