"""Action 6 of the notice: 物业保安形象提升专项行动 (Guards' image)."""
