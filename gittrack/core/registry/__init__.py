"""The model registry: names of tags, texts of tags, and the state that events add up to."""
