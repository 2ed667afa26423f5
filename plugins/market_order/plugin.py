"""Table of contents of the action 规范物业服务及市场秩序专项行动.

Its records, indicators and duties are not built yet; the report says so."""

from core.api import Action, hookimpl

ACTION = Action(
    slug="market_order",
    number=5,
    label="规范物业服务及市场秩序专项行动",
    english="Service and market order",
    clause="二（五）",
)


@hookimpl
def action() -> Action:
    return ACTION
