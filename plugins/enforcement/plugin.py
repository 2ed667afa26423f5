"""Table of contents of the action “执法进小区”专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="enforcement",
    number=4,
    label="“执法进小区”专项行动",
    english="Enforcement enters complexes",
    clause="二（四）",
)


@hookimpl
def action() -> Action:
    return ACTION
