"""Who may: which functions a role holds (rights.py), which objects it reaches (access.py), who answers for what (responsibilities.py)."""
