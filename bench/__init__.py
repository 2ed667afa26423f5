"""Ratios of the platform to floors taken in the same run (``make bench``). Printed, never asserted."""
