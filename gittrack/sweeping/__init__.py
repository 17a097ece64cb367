"""Run sweeps: strategies propose, launchers run the trials, runs are the state."""
