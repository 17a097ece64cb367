"""What the integrations share: the run, the guard against errors, versions, checkpoints and resuming."""
