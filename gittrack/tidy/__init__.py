"""The trash of runs, and the collection of what can be deleted for good."""
