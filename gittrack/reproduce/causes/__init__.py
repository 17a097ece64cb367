"""Why two runs differ: what is recorded of both, what is not, and the proof by reruns."""
