"""Folded runs on remotes: the archive goes there and comes from there as a whole."""
