"""Action 8 of the notice: 安全防范提升专项行动 (Safety)."""
