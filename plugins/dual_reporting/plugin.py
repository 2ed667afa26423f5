"""Table of contents of the action 市直机关党组织和党员到社区“双报到”专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="dual_reporting",
    number=9,
    label="市直机关党组织和党员到社区“双报到”专项行动",
    english="City organs' dual reporting",
    clause="二（九）",
)


@hookimpl
def action() -> Action:
    return ACTION
