"""Accounts and getting in: passwords, sessions, second factor, locks, limits. Start at accounts.py, then signing_in.py."""
