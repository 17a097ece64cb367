"""Share runs without being asked: push them when they end, and show them live while they go on."""
