"""Copies of everything and their way back: backups, the open archive, a plugin taken out. Start at backup.py."""
