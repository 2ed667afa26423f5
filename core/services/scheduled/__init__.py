"""Jobs as rows of the store: one a job and scheduled time. Start at job_runs.py."""
