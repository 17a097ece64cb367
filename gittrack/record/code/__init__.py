"""The code that runs, as a commit: what changed, and what is never captured."""
