"""A stranger's machine: only the built wheel in a clean environment, outside the repository. ``python -m tests.stranger``."""
