"""Frameworks and habits of other trackers, one module each; a module is imported only by who uses it."""
