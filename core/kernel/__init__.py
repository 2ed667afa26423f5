"""Finds plugins, asks each alone what it declares, quarantines the sick ones and freezes the rest into one Catalog."""
