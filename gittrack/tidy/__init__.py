"""Keeping runs in order: the trash, and what may go for good."""
