"""The combined report and other documents: parts, editions, and the child process they are made in. Start at reports.py."""
