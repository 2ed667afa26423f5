"""Lists of records as pages show them: filtered, sorted, as a board, under saved names. Start at listing.py."""
