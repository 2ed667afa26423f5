"""Action 9 of the notice: 市直机关党组织和党员到社区“双报到”专项行动 (City organs' dual reporting)."""
