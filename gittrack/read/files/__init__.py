"""The files of runs: artifacts, inputs, and what a recorded run has."""
