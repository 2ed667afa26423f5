"""A campaign's folder and settings: read, checked, loaded, sketched, changed. Start at campaigns.py."""
