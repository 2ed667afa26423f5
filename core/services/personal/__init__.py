"""Personal data: found by exact value, revealed with a reason, erased in time, sealed anew. Start at reveal.py."""
