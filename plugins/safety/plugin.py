"""Table of contents of the action 安全防范提升专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="safety",
    number=8,
    label="安全防范提升专项行动",
    english="Safety",
    clause="二（八）",
)


@hookimpl
def action() -> Action:
    return ACTION
