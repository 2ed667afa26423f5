"""The ledger of measures and what is read from it: figures, lights, trends, rankings. Start at measures.py, then figures.py."""
