"""Action 2 of the notice: 小区自治组织提升专项行动 (Owner self-governance)."""
