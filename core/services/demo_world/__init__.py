"""The synthetic, labelled world: units drawn by seed, lived day by day through the one door. Start at demo.py."""
