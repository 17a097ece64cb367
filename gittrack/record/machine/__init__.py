"""What a run ran on: interpreter, packages, numerics, user and host."""
