"""Pure vocabulary: what a plugin may say, with no Flask and no session. Next stop: hookspecs.py."""
