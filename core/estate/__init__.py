"""The registry: whom the campaign is about and who answers for what, from when to when. Start at units.py."""
