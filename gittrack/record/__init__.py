"""The write tower: a run's journal while it goes on, and its commit when it ends."""
