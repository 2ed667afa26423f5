"""The command ``actions``: start, load, report, look after. Each command opens the platform, does one thing, says what it
did. opening.py is what all of them share; a command stands in the room of what it does."""

from core.cli import (  # noqa: F401 - each adds its commands
    archives,
    backups,
    campaign,
    developing,
    editions,
    jobs,
    journal,
    keys,
    people,
    person,
    plugin,
    reference,
    reports,
    store,
    webhooks,
)
from core.cli.opening import MEILING, main, opened, platform
from core.cli.store import load_campaign, make_demo

__all__ = ["MEILING", "load_campaign", "main", "make_demo", "opened", "platform"]
