"""Changes of the model registry: register, promote, demote, deprecate, remove; one transaction each."""
