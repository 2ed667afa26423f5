"""Table of contents of the action 党的组织覆盖提升专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="party_coverage",
    number=1,
    label="党的组织覆盖提升专项行动",
    english="Party coverage",
    clause="二（一）",
)


@hookimpl
def action() -> Action:
    return ACTION
