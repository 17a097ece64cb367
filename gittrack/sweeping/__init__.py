"""Run sweeps: a strategy proposes trials, launchers run them, and the runs are the state of the sweep."""
