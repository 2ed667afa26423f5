"""A table from outside, read where it can do no harm. Knows neither the store nor the rest of the core, so that the child
process that parses a large file starts in a tenth of a second. Next: parsing.py, guard.py; ``sheets/reading.py`` uses it."""
