"""既有住宅加装电梯专项行动 (Lifts for walk-up buildings)."""
