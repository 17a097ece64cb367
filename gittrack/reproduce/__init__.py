"""Run a recorded run again from its commit, and say whether it came out the same."""
