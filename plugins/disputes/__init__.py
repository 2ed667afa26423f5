"""Action 3 of the notice: 小区矛盾纠纷化解调处专项行动 (Disputes and complaints)."""
