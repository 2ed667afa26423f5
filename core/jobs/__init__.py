"""The clock: the only code that knows APScheduler. It ticks in memory; the ledger of runs decides what happens (law 9)."""
