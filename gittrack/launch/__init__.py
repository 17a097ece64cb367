"""``git track run``: start a command, see to it, and record it."""
