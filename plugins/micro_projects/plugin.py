"""Table of contents of the action 办好小区管理“微实事”专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="micro_projects",
    number=10,
    label="办好小区管理“微实事”专项行动",
    english="Micro-projects",
    clause="二（十）",
)


@hookimpl
def action() -> Action:
    return ACTION
