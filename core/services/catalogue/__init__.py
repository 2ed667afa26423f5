"""The catalog of everything declared, as data and as text (``actions catalog``)."""
