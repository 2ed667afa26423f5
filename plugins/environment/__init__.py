"""Action 7 of the notice: 小区环境提升专项行动 (Environment)."""
