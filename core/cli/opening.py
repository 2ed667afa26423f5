"""What every command shares: the root command, the platform opened for one command, refusals in words."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

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

MEILING = Path(__file__).resolve().parents[2] / "campaigns" / "meiling-2024"
DAY = click.DateTime(formats=["%Y-%m-%d"])


def platform(data: Path | None = None) -> Platform:
    """The platform of this process, its store brought to the newest shape."""
    try:
        config = Config.read(data=data)
    except Misconfigured as error:
        raise click.ClickException(str(error)) from None
    keys.use(config.secret_key, *config.old_keys)
    strict = config.strict and not config.developing
    catalog = plugins.load(only=config.plugins, without=config.without, strict=strict, packages=config.packages)
    with said(), preflight.opening(config):
        db = Database(config.database_url, busy_s=config.busy_timeout)
        catalog = migrations.upgrade(db, catalog, strict=strict)
    for fault in catalog.faults:
        click.echo(f"插件 {fault.plugin} 已隔离（{fault.stage}）：{fault.what}", err=True)
    return Platform(config, db, catalog, apart=Apart.of(config, catalog))


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


@click.group()
@click.version_option(package_name="special-actions")
def main() -> None:
    """专项行动平台 Special Actions."""
    warnings.filterwarnings("default", message="core\\.api", category=DeprecationWarning)
    logs.install(os.environ.get("ACTIONS_LOG", "text"))
