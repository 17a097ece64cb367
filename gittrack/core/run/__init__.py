"""A run: its facts, its files and its commit message."""
