"""Read the model registry: its tags and stage refs."""
