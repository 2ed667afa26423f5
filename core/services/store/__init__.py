"""The store: connections, transactions and what is checked before it is opened. Start at db.py."""
