"""The one door in: how a form post, a row of a sheet, a call or a sample becomes a row, a journal line and moved ledgers.
Start at records.py."""
