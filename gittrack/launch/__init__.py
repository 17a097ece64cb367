"""``git track run``: start a command, watch it, and record it."""
