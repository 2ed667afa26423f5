"""The journal: written with every change, chained, anchored outside, verified, exported, pruned. Start at journal.py."""
