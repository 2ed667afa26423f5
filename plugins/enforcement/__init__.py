"""Action 4 of the notice: “执法进小区”专项行动 (Enforcement enters complexes)."""
