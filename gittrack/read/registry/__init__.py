"""The model registry as readers see it: from tags and stage refs."""
