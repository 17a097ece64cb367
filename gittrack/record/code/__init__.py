"""The code that runs, as a commit: the changes, and what is never captured."""
