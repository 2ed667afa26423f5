"""Large exports: asked for on a page, made beside it by the clock, fetched within a day by who asked. Start at asked.py."""
