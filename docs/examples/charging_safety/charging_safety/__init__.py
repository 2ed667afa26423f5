"""飞线充电整治专项行动 (Wires out of windows): an action the notice does not have, as its own package."""
