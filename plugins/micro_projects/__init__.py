"""Action 10 of the notice: 办好小区管理“微实事”专项行动 (Micro-projects)."""
