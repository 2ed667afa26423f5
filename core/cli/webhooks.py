"""Commands of webhooks: who is told of what happens."""

from __future__ import annotations

import click

from core.cli.opening import main, opened, said
from core.services.exchange import webhook_calls, webhooks
from core.services.messaging.channels import Refused
from core.services.permission.access import SYSTEM_ACTOR


@main.group()
def webhook() -> None:
    """Other systems that are told what happens, by address and kind of event."""


@webhook.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, required=True, help="事件，可多次：" + "、".join(webhooks.EVENTS))
@click.option("--key", "pattern", default="*", show_default=True, help="只通知这些记录或时限，例如 disputes.*")
def webhook_add(url: str, events: tuple[str, ...], pattern: str) -> None:
    """Tell URL of these events. Prints its number and the secret of its signatures, this once."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        number, secret = webhooks.add(work, url, events, pattern, private=found.config.webhook_private)
    click.echo(f"{number}\t{secret}")


@webhook.command("list")
def webhook_list() -> None:
    """Every subscription: what for, how many calls went out, wait or were given up, and the newest error."""
    with opened() as found, found.reading() as work:
        for one, counts, error in webhooks.listed(work):
            ended = "（已停止）" if one.ended_at else ""
            told = "，".join(f"{webhooks.STATES[s]} {n}" for s, n in sorted(counts.items())) or "还没有发过"
            click.echo(f"{one.id}\t{one.url}{ended}\t{' '.join(one.events)}\t{one.pattern}\t{told}\t{error}")


@webhook.command("end")
@click.argument("number", type=int)
def webhook_end(number: int) -> None:
    """Send nothing there any more."""
    with opened() as found, said(), found.work(SYSTEM_ACTOR, settle=False) as work:
        webhooks.end(work, number)
    click.echo("已停止")


@webhook.command("test")
@click.argument("number", type=int)
def webhook_test(number: int) -> None:
    """Send a test event now and say what came back."""
    with opened() as found, said(), found.reading() as work:
        try:
            webhook_calls.test(work, webhooks.get(work, number), private=found.config.webhook_private)
        except Refused as error:
            raise click.ClickException(str(error)) from None
    click.echo("已送达")
