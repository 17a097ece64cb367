"""How a process ends: exit code, exit functions, signals."""
