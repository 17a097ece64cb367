"""From a journal to a run commit."""
