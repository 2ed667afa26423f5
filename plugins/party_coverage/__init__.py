"""Action 1 of the notice: 党的组织覆盖提升专项行动 (Party coverage)."""
