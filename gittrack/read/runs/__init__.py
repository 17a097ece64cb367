"""Runs as readers see them: from refs, journals and notes."""
