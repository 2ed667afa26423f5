"""What the platform does, without Flask: the one door in, the two ledgers, and whatever reads them. Start at records.py."""
