"""Table of contents of the action 小区矛盾纠纷化解调处专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="disputes",
    number=3,
    label="小区矛盾纠纷化解调处专项行动",
    english="Disputes and complaints",
    clause="二（三）",
)


@hookimpl
def action() -> Action:
    return ACTION
