"""Workers that join a sweep over a git remote: the messages between them and the process of the sweep."""
