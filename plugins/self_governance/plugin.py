"""Table of contents of the action 小区自治组织提升专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="self_governance",
    number=2,
    label="小区自治组织提升专项行动",
    english="Owner self-governance",
    clause="二（二）",
)


@hookimpl
def action() -> Action:
    return ACTION
