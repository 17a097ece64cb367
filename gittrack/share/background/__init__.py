"""Share runs without being asked: push them when they end."""
