"""Action 5 of the notice: 规范物业服务及市场秩序专项行动 (Service and market order)."""
