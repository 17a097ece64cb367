"""A derived index of runs: columns of their values, keyed by the run commits, which never change."""
