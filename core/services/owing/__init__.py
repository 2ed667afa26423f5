"""The ledger of obligations and what is read from it: who owes what by when, waivers, the working calendar. Start at
obligations.py, then duties.py."""
