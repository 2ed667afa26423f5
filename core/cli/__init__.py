"""The command ``actions``: start, load, report, look after. Each command opens the platform, does one thing, says what it
did. opening.py is what all of them share; a command stands in the room of what it does."""

from core.cli import archives, campaign, developing, editions, jobs, people, plugin, reference, reports, store  # noqa: F401 - each adds its commands
from core.cli.opening import MEILING, main, opened, platform
from core.cli.store import load_campaign, make_demo

__all__ = ["MEILING", "load_campaign", "main", "make_demo", "opened", "platform"]
