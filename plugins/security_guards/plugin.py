"""Table of contents of the action 物业保安形象提升专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="security_guards",
    number=6,
    label="物业保安形象提升专项行动",
    english="Guards' image",
    clause="二（六）",
)


@hookimpl
def action() -> Action:
    return ACTION
